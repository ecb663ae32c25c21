"""Records of encounters, their diagnoses and fee lines. 中文: 就诊与费用明细记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from openyibao.rooms.filings import CareGrounds

LINES_MAX = 2_000
"""Fee lines in one batch; a longer stay is uploaded in several."""
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
    """Whether lines may still come (就诊状态)."""

    open = "open"
    closed = "closed"


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
    """A fee line as an institution sends it (费用明细). Amounts as GLOSSARY; ``original_line_no`` marks a negative line."""

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


class FeeItem(msgspec.Struct, frozen=True, kw_only=True):
    """A stored fee line, tied to the dated catalogue row that was valid on its day."""

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


class Encounter(msgspec.Struct, frozen=True, kw_only=True):
    """A visit or a stay (就诊). ``opened_on`` is the Shanghai day on which policy and catalogue are read."""

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
    grounds: CareGrounds | None = None
    """What its benefit stands on beyond its kind: disease, prescription, injury, filing."""


class NewEncounter(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as an institution announces it (就诊登记)."""

    kind: EncounterKind
    practitioner_code: str
    diagnoses: tuple[Diagnosis, ...]
    grounds: CareGrounds | None = None


class OpenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Open a visit for the person whose visit token this is."""

    institution_id: int
    operator_code: str
    terminal_code: str
    request_key: str
    digest: bytes
    visit_token: str
    encounter: NewEncounter


class AddItemsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Upload one batch of fee lines to an open visit."""

    institution_id: int
    request_key: str
    digest: bytes
    cell: int
    encounter_id: int
    items: tuple[NewFeeItem, ...]


class CloseRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Close a visit: no more lines come (discharge of a stay)."""

    institution_id: int
    request_key: str
    digest: bytes
    cell: int
    encounter_id: int


class FeeBatch(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded batch with its lines (收费批次)."""

    cell: int
    encounter_id: int
    fee_batch_id: int
    state: FeeBatchState
    settlement_id: int | None
    items: tuple[FeeItem, ...]
