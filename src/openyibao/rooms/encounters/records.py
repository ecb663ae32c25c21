"""Records of encounters, their diagnoses and fee lines. 中文: 就诊与费用明细记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from openyibao.rooms.filings import CareGrounds

LINES_MAX = 2_000
"""Fee lines in one batch; a longer stay is uploaded in several."""
VISIT_LINES_MAX = 40_000
"""Fee lines of one visit or stay, in all its batches."""
LINE_NO_MAX = 1_000_000
"""The highest number an institution gives a line; lines that a refund adds are numbered above, out of its way."""
BATCHES_MAX = 1_000
"""Batches that one request may name."""
DIAGNOSES_MAX = 50


class EncounterKind(StrEnum):
    """What kind of visit it is (医疗类别)."""

    outpatient = "outpatient"
    emergency = "emergency"
    inpatient = "inpatient"
    day_surgery = "day_surgery"
    pharmacy = "pharmacy"
    chronic = "chronic"
    special = "special"
    maternity_outpatient = "maternity_outpatient"
    maternity_inpatient = "maternity_inpatient"
    home_bed = "home_bed"


class EncounterState(StrEnum):
    """Whether lines may still come (就诊状态). A stay that is closed is discharged."""

    open = "open"
    closed = "closed"
    cancelled = "cancelled"


class StepKind(StrEnum):
    """What happened to an encounter after it was registered (就诊经过)."""

    admitted = "admitted"
    changed = "changed"
    closed = "closed"
    reopened = "reopened"
    cancelled = "cancelled"


class FeeBatchState(StrEnum):
    """What became of a charge batch (收费批次状态)."""

    open = "open"
    settled = "settled"
    removed = "removed"


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """One diagnosis by the insurance edition of ICD-10 (诊断)."""

    code: str
    name: str
    main: bool = False


class NewFeeItem(msgspec.Struct, frozen=True, kw_only=True):
    """A fee line as an institution sends it (费用明细). Amounts as GLOSSARY; ``original_line_no`` marks a negative line.

    ``incurred_on`` is the day of a stay's line; None is the day of the upload.
    """

    line_no: int
    item_code: str
    quantity_e4: int
    unit_price_micro: int
    amount_fen: int
    practitioner_code: str
    trace_codes: tuple[str, ...] = ()
    split_pack: bool = False
    hospital_approved: bool = True
    original_line_no: int | None = None
    incurred_on: date | None = None


class FeeItem(msgspec.Struct, frozen=True, kw_only=True):
    """A stored fee line, tied to the dated catalogue row that was valid on its day.

    ``incurred_on`` stands on the lines of stays alone: a visit's lines are of its day.
    """

    cell: int
    fee_item_id: int
    encounter_id: int
    fee_batch_id: int
    line_no: int
    item_code: str
    catalogue_item_id: int
    quantity_e4: int
    unit_price_micro: int
    amount_fen: int
    practitioner_code: str
    trace_codes: tuple[str, ...]
    split_pack: bool
    hospital_approved: bool
    original_fee_item_id: int | None
    incurred_on: date | None = None


class Encounter(msgspec.Struct, frozen=True, kw_only=True):
    """A visit or a stay (就诊). ``opened_on`` is the Shanghai day on which policy and catalogue are read.

    ``closed_on`` is the day of discharge of a stay. ``pays_until`` is until when money may be spent on the visit without
    another showing of the code: the person agreed to it when the visit was opened (诊间支付); None where not.
    """

    cell: int
    encounter_id: int
    person_id: int
    enrolment_id: int
    institution_id: int
    kind: EncounterKind
    state: EncounterState
    treatment_area: int
    opened_on: date
    opened_at: datetime
    closed_on: date | None
    practitioner_code: str
    presentation_id: int | None
    admission_no: int
    pays_until: datetime | None = None
    grounds: CareGrounds | None = None
    """What its benefit stands on beyond its kind: disease, prescription, injury, filing."""


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """Where a patient lies (入院登记): the ward's code and the bed."""

    ward: str
    bed: str


class NewEncounter(msgspec.Struct, frozen=True, kw_only=True):
    """A visit or a stay as an institution announces it (就诊登记). ``admission`` is needed to admit; ``diagnoses`` then are
    those of admission. ``pay_consent``: the person agrees that what the visit costs is paid without another showing.
    """  # noqa: D205 one sentence

    kind: EncounterKind
    practitioner_code: str
    diagnoses: tuple[Diagnosis, ...]
    admission: Admission | None = None
    pay_consent: bool = False
    grounds: CareGrounds | None = None


class LineNote(msgspec.Struct, frozen=True, kw_only=True):
    """What the clerk should know of a line that is taken all the same (提示), with its stable code."""

    line_no: int
    code: str
    zh: str
    en: str


class OpenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Open a visit for the person whose visit token this is."""

    institution_id: int
    operator_code: str
    terminal_code: str
    request_key: str
    digest: bytes
    visit_token: str
    encounter: NewEncounter
    token_lasts: bool = False
    """The interface has the token carried by every message of its half hour, so it may open another visit."""


class AddItemsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Upload one batch of fee lines to an open visit."""

    institution_id: int
    request_key: str
    digest: bytes
    cell: int
    encounter_id: int
    items: tuple[NewFeeItem, ...]


class RemoveItemsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Take back lines that are not settled: some batches, or all that wait where none is named (费用明细撤销)."""

    institution_id: int
    request_key: str
    digest: bytes
    cell: int
    encounter_id: int
    fee_batch_ids: tuple[int, ...] = ()


class ChangeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Change ward, bed, doctor or diagnoses; what is None stays. Every change is kept (住院信息变更)."""

    institution_id: int
    operator_code: str
    request_key: str
    digest: bytes
    cell: int
    encounter_id: int
    ward: str | None = None
    bed: str | None = None
    practitioner_code: str | None = None
    diagnoses: tuple[Diagnosis, ...] | None = None


class CloseRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Close a visit: no more lines come. Of a stay: discharge, with the day (None: today) and the discharge diagnoses."""

    institution_id: int
    request_key: str
    digest: bytes
    cell: int
    encounter_id: int
    operator_code: str = ""
    closed_on: date | None = None
    diagnoses: tuple[Diagnosis, ...] | None = None


class UndoRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Undo a close or discharge, or cancel a registration or admission: the verb says which (出院撤销, 挂号撤销, 入院撤销)."""

    institution_id: int
    operator_code: str
    request_key: str
    digest: bytes
    cell: int
    encounter_id: int


class EncounterStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step in the life of an encounter, with where the patient lay and what was diagnosed from then on (就诊经过).

    ``step_on`` is the day of discharge of a close, else the day of the step.
    """

    cell: int
    encounter_id: int
    step_no: int
    step_id: int
    kind: StepKind
    step_on: date
    ward: str
    bed: str
    practitioner_code: str
    diagnoses: tuple[Diagnosis, ...]
    operator_code: str
    stepped_at: datetime


class OpenStay(msgspec.Struct, frozen=True, kw_only=True):
    """The stay a person is in, anywhere in the nation (在院登记)."""

    bucket: int
    person_id: int
    cell: int
    encounter_id: int
    institution_id: int
    admitted_on: date


class FeeBatch(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded batch with its lines (收费批次)."""

    cell: int
    encounter_id: int
    fee_batch_id: int
    state: FeeBatchState
    settlement_id: int | None
    items: tuple[FeeItem, ...]
