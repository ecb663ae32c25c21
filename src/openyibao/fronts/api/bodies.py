"""Bounded bodies of the REST interface: nothing that fails by its content may reach the database. 中文: 接口报文。"""

from __future__ import annotations

from typing import Annotated

import msgspec

from openyibao.kit.money import FEN_MAX
from openyibao.rooms.encounters import DIAGNOSES_MAX, LINES_MAX, Diagnosis, EncounterKind, NewEncounter, NewFeeItem
from openyibao.rooms.people import DocumentType
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.presentation import Purpose
from openyibao.rooms.settlement import ExpectedSplit

# No control characters (so no U+0000), nothing that is only spaces.
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z._\-]+$")]
Words = Annotated[str, msgspec.Meta(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Reference = Annotated[str, msgspec.Meta(max_length=40, pattern=r"^[0-9]{1,10}-[0-9]{1,19}$")]
Token = Annotated[str, msgspec.Meta(min_length=8, max_length=64, pattern=r"^[0-9A-Za-z]+$")]
Fen = Annotated[int, msgspec.Meta(ge=-FEN_MAX, le=FEN_MAX)]
Quantity = Annotated[int, msgspec.Meta(ge=-(10**14), le=10**14)]
Price = Annotated[int, msgspec.Meta(ge=-(10**14), le=10**14)]


# A body that is a room's record with bounds is that record: nothing is copied from one to the other.
class DiagnosisBody(Diagnosis, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A diagnosis by the insurance edition of ICD-10."""

    code: Code
    name: Words = ""
    main: bool = False


class FeeLineBody(NewFeeItem, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fee line: quantity in 10⁻⁴, unit price in 10⁻⁶ yuan, amount in fen."""

    line_no: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    item_code: Code
    quantity_e4: Quantity
    unit_price_micro: Price
    amount_fen: Fen
    practitioner_code: Code
    trace_codes: Annotated[tuple[Code, ...], msgspec.Meta(max_length=200)] = ()
    split_pack: bool = False
    hospital_approved: bool = True
    original_line_no: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] | None = None


Lines = Annotated[tuple[FeeLineBody, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]


class EncounterBody(NewEncounter, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A visit: what kind, by whom, with which diagnoses."""

    kind: EncounterKind
    practitioner_code: Code
    diagnoses: Annotated[tuple[DiagnosisBody, ...], msgspec.Meta(max_length=DIAGNOSES_MAX)] = ()


class ScanBody(msgspec.Struct, forbid_unknown_fields=True):
    """A scanned code. It may be anything a scanner reads: what is no code is refused, not rejected."""

    code: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[^\x00]*$")]
    terminal_code: Code
    operator_code: Code
    purpose: Purpose


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


class CloseBody(msgspec.Struct, forbid_unknown_fields=True):
    """Close a visit."""

    encounter_id: Reference


class ExpectedBody(ExpectedSplit, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The sums of the pre-settlement that the person agreed to."""

    fund_total_fen: Fen
    personal_account_fen: Fen
    cash_fen: Fen


class SettleBody(msgspec.Struct, forbid_unknown_fields=True):
    """Settle a visit's open lines (``encounter_id``), or a whole visit at once (``encounter`` and ``items``)."""

    terminal_code: Code
    operator_code: Code
    visit_token: Token | None = None
    encounter_id: Reference | None = None
    encounter: EncounterBody | None = None
    items: Annotated[tuple[FeeLineBody, ...], msgspec.Meta(max_length=LINES_MAX)] = ()
    account_use: AccountUse = AccountUse.own
    expected: ExpectedBody | None = None


class ReverseBody(msgspec.Struct, forbid_unknown_fields=True):
    """Undo a settlement."""

    settlement_id: Reference
    terminal_code: Code
    operator_code: Code


class AnnulBody(msgspec.Struct, forbid_unknown_fields=True):
    """Undo by the key of a settling whose answer was lost."""

    original_key: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    terminal_code: Code
    operator_code: Code


class ActivateBody(msgspec.Struct, forbid_unknown_fields=True):
    """Begin an activation at the counter: a code goes to the person's phone."""

    name: Words
    document_type: DocumentType
    document_number: Code
    phone: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{11}$")]
    consent_version: Code
    device_name: Words = "counter"


class CompleteBody(msgspec.Struct, forbid_unknown_fields=True):
    """End an activation with the code that was sent; the answer carries the device's keys once."""

    activation_id: Reference
    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]


def split_reference(reference: str) -> tuple[int, int]:
    """``cell-id`` as numbers; ids beyond a bigint become 0, which nothing has."""
    cell, _, number = reference.partition("-")
    return (int(cell) if int(cell) < 2**31 else 0, int(number) if int(number) < 2**63 else 0)
