"""Bounded bodies of the REST interface: nothing that fails by its content may reach the database. 中文: 接口报文。"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from openyibao.kit.money import FEN_MAX
from openyibao.rooms.account_credits import CHUNK_LINES
from openyibao.rooms.cards import CardKind
from openyibao.rooms.encounters import (
    BATCHES_MAX,
    DIAGNOSES_MAX,
    LINE_NO_MAX,
    LINES_MAX,
    Admission,
    Diagnosis,
    EncounterKind,
    NewEncounter,
    NewFeeItem,
)
from openyibao.rooms.filings import CareGrounds, InjuryCause, PrescriptionGround
from openyibao.rooms.goods import PACKS_MAX, StockPack
from openyibao.rooms.mutual_aid import Relation
from openyibao.rooms.people import DocumentType
from openyibao.rooms.policies import AccountUse, PrescriptionKind
from openyibao.rooms.presentation import Purpose
from openyibao.rooms.settlement import ExpectedSplit

# No control characters (so no U+0000), nothing that is only spaces.
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z._\-]+$")]
TraceCode = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[0-9A-Za-z._\-]+$")]
CodeOrNone = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[0-9A-Za-z._\-]*$")]
Words = Annotated[str, msgspec.Meta(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Reference = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[0-9]{1,10}-[0-9]{1,19}$")]
Token = Annotated[str, msgspec.Meta(min_length=8, max_length=64, pattern=r"^[0-9A-Za-z]+$")]
Fen = Annotated[int, msgspec.Meta(ge=-FEN_MAX, le=FEN_MAX)]
Quantity = Annotated[int, msgspec.Meta(ge=-(10**14), le=10**14)]
Price = Annotated[int, msgspec.Meta(ge=-(10**14), le=10**14)]


AnnulledVerb = Literal["open_encounter", "add_items", "close_encounter", "settle", "reverse", "refund_items"]


# A body that is a room's record with bounds is that record: nothing is copied from one to the other.
class DiagnosisBody(Diagnosis, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A diagnosis by the insurance edition of ICD-10."""

    code: Code
    name: Words = ""
    main: bool = False


class FeeLineBody(NewFeeItem, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fee line: quantity in 10⁻⁴, unit price in 10⁻⁶ yuan, amount in fen; ``incurred_on`` the day of a stay's line."""

    line_no: Annotated[int, msgspec.Meta(ge=1, le=LINE_NO_MAX)]
    item_code: Code
    quantity_e4: Quantity
    unit_price_micro: Price
    amount_fen: Fen
    practitioner_code: Code
    trace_codes: Annotated[tuple[TraceCode, ...], msgspec.Meta(max_length=200)] = ()
    split_pack: bool = False
    hospital_approved: bool = True
    original_line_no: Annotated[int, msgspec.Meta(ge=1, le=LINE_NO_MAX)] | None = None
    incurred_on: date | None = None


Lines = Annotated[tuple[FeeLineBody, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]


class PrescriptionBody(PrescriptionGround, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a sale stands on: an own or an external prescription, or none; who prescribed, and for how many days."""

    kind: PrescriptionKind
    number: CodeOrNone = ""
    practitioner_code: CodeOrNone = ""
    supply_days: Annotated[int, msgspec.Meta(ge=1, le=366)] | None = None


class GroundsBody(CareGrounds, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a visit's benefit stands on beyond its kind, where it needs that: disease, prescription, injury, filing."""

    disease_code: CodeOrNone = ""
    prescription: PrescriptionBody | None = None
    injury: InjuryCause | None = None
    filing_reference: Annotated[str, msgspec.Meta(max_length=40, pattern=r"^([0-9]{1,10}-[0-9]{1,19})?$")] = ""


class AdmissionBody(Admission, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the patient lies."""

    ward: Code
    bed: Code


Diagnoses = Annotated[tuple[DiagnosisBody, ...], msgspec.Meta(max_length=DIAGNOSES_MAX)]
Batches = Annotated[tuple[Reference, ...], msgspec.Meta(max_length=BATCHES_MAX)]


class EncounterBody(NewEncounter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A visit or stay: what kind, by whom, with which diagnoses; an admission says ward and bed.

    ``grounds`` is what its benefit stands on. ``pay_consent``: the person agrees that the visit is paid without another showing of the code.
    """

    kind: EncounterKind
    practitioner_code: Code
    diagnoses: Diagnoses = ()
    admission: AdmissionBody | None = None
    pay_consent: bool = False
    grounds: GroundsBody | None = None


class ProofBody(msgspec.Struct, forbid_unknown_fields=True):
    """What the window saw beside a card or a printed code: the document, its last four digits, the person's password."""

    document_seen: bool = False
    digits: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{3}[0-9Xx]$")] | None = None
    password: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")] | None = None

    def __repr__(self) -> str:
        return "ProofBody()"


class ScanBody(msgspec.Struct, forbid_unknown_fields=True):
    """A scanned code. It may be anything a scanner reads: what is no code is refused, not rejected."""

    code: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[^\x00]*$")]
    terminal_code: Code
    operator_code: Code
    purpose: Purpose
    proof: ProofBody | None = None
    """Asked for by printed codes alone."""


class IdentifyBody(msgspec.Struct, forbid_unknown_fields=True):
    """A card that was read: an ID card, or a social-security card with its number."""

    kind: CardKind
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
    document_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{17}[0-9Xx]$")]
    terminal_code: Code
    operator_code: Code
    purpose: Purpose
    card_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z]{6,30}$")] | None = None
    proof: ProofBody | None = None
    """With the password, the personal account may pay."""


class EligibilityBody(msgspec.Struct, forbid_unknown_fields=True):
    """Ask what the person of a visit token enjoys today, for a kind of visit."""

    visit_token: Token
    kind: EncounterKind = EncounterKind.outpatient


class OpenBody(msgspec.Struct, forbid_unknown_fields=True):
    """Open a visit with a visit token."""

    visit_token: Token
    terminal_code: Code
    operator_code: Code
    encounter: EncounterBody


class FeeBatchBody(msgspec.Struct, forbid_unknown_fields=True):
    """Upload lines to a visit."""

    encounter_id: Reference
    items: Lines


class ExpectedBody(ExpectedSplit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sums of the pre-settlement that the person agreed to."""

    fund_total_fen: Fen
    personal_account_fen: Fen
    cash_fen: Fen


class SettleBody(msgspec.Struct, forbid_unknown_fields=True):
    """Settle a visit's open lines (``encounter_id``), or a whole visit at once (``encounter`` and ``items``).

    ``fee_batch_ids`` chooses batches, none means all. ``interim`` says what is meant of a stay.
    """

    terminal_code: Code
    operator_code: Code
    visit_token: Token | None = None
    encounter_id: Reference | None = None
    encounter: EncounterBody | None = None
    items: Annotated[tuple[FeeLineBody, ...], msgspec.Meta(max_length=LINES_MAX)] = ()
    account_use: AccountUse = AccountUse.own
    expected: ExpectedBody | None = None
    fee_batch_ids: Batches = ()
    interim: bool | None = None


class StockKind(StrEnum):
    """What an institution does with its stock; sales and returns of patients follow from settlements."""

    received = "received"
    returned_to_supplier = "returned_to_supplier"
    count_gain = "count_gain"
    count_loss = "count_loss"


class PackBody(StockPack, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A pack and the catalogue item it is."""

    trace_code: TraceCode
    item_code: Code


class StockBody(msgspec.Struct, forbid_unknown_fields=True):
    """Receive packs, send them back to the supplier, or book what a count found; all or none."""

    kind: StockKind
    operator_code: Code
    packs: Annotated[tuple[PackBody, ...], msgspec.Meta(min_length=1, max_length=PACKS_MAX)]
    document: Words = ""


class ReverseBody(msgspec.Struct, forbid_unknown_fields=True):
    """Undo a settlement."""

    settlement_id: Reference
    terminal_code: Code
    operator_code: Code


class AnnulBody(msgspec.Struct, forbid_unknown_fields=True):
    """Undo by the key and the verb of an act whose answer was lost."""

    original_key: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    terminal_code: Code
    operator_code: Code
    original_verb: AnnulledVerb = "settle"


class ActivateBody(msgspec.Struct, forbid_unknown_fields=True):
    """Begin an activation at the counter: a code goes to the person's phone."""

    name: Words
    document_type: DocumentType
    document_number: Code
    phone: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{11}$")]
    consent_version: Code
    device_name: Words = "counter"
    language: Literal["zh", "en"] = "zh"
    """In which language the text was shown that the person agreed to."""


class CompleteBody(msgspec.Struct, forbid_unknown_fields=True):
    """End an activation with the code that was sent; the answer carries the device's keys once."""

    activation_id: Reference
    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]


class CreditLineBody(msgspec.Struct, forbid_unknown_fields=True):
    """One person's money of a credit batch; the line's number keeps it from being credited twice."""

    line_no: Annotated[int, msgspec.Meta(ge=1, le=10_000_000)]
    document_type: DocumentType
    document_number: Code
    amount_fen: Annotated[int, msgspec.Meta(ge=1, le=FEN_MAX)]
    pot: Literal["current", "past"] = "current"


class CreditBatchBody(msgspec.Struct, forbid_unknown_fields=True):
    """A batch of account credits of one area; larger ones come as a file. The same batch again credits nothing twice."""

    pooling_area: Annotated[int, msgspec.Meta(ge=100_000, le=999_999)]
    batch_code: Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z._\-]+$")]
    account_year: Annotated[int, msgspec.Meta(ge=2000, le=2999)]
    lines: Annotated[tuple[CreditLineBody, ...], msgspec.Meta(min_length=1, max_length=CHUNK_LINES)]


class AccountBody(msgspec.Struct, forbid_unknown_fields=True):
    """Whose account: the person is here, by a visit token."""

    visit_token: Token


class RelativeBody(msgspec.Struct, forbid_unknown_fields=True):
    """A near relative, and what they are to the account's owner."""

    name: Words
    document_type: DocumentType
    document_number: Code
    relation: Relation


class AidBody(msgspec.Struct, forbid_unknown_fields=True):
    """The owner, who is here, lets their account pay a relative's own part. Limits in fen; none where left out."""

    visit_token: Token
    relative: RelativeBody
    per_use_fen: Annotated[int, msgspec.Meta(ge=1, le=FEN_MAX)] | None = None
    per_year_fen: Annotated[int, msgspec.Meta(ge=1, le=FEN_MAX)] | None = None
    valid_until: date | None = None


class AidAnswerBody(msgspec.Struct, forbid_unknown_fields=True):
    """Agree to mutual aid, or end it."""

    visit_token: Token
    agreement_id: Reference


class TransferBody(msgspec.Struct, forbid_unknown_fields=True):
    """Send to a relative's purse."""

    visit_token: Token
    relative: RelativeBody
    amount_fen: Annotated[int, msgspec.Meta(ge=1, le=FEN_MAX)]


class TransferAnswerBody(msgspec.Struct, forbid_unknown_fields=True):
    """Accept a transfer, or refuse it."""

    visit_token: Token
    transfer_id: Reference


REFERENCE_MAX = 30


def split_reference(reference: str) -> tuple[int, int]:
    """``cell-id`` as numbers; ids beyond a bigint become 0, which nothing has."""
    cell, _, number = reference.partition("-")
    return (int(cell) if int(cell) < 2**31 else 0, int(number) if int(number) < 2**63 else 0)


def path_reference(text: str) -> tuple[int, int]:
    """``cell-id`` as it stands in a path; (0, 0), which nothing has, for anything else."""
    head, _, tail = text.partition("-")
    plain = head.isdigit() and tail.isdigit() and len(text) <= REFERENCE_MAX and text.isascii()
    return split_reference(text) if plain else (0, 0)
