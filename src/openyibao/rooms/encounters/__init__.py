"""Visits and stays with their diagnoses and fee lines.

Keeps: encounters, diagnoses, fee batches, fee items. Promises: lines are never altered; a settled batch is never
removed; negative lines never exceed their original. Units: amounts fen, unit prices 10⁻⁶ yuan, quantities 10⁻⁴.
Callers: settlement, terminals. 中文: 就诊与费用明细。
"""

from openyibao.rooms.encounters.judging import (
    Opened,
    References,
    Uploaded,
    items_content,
    judge_lines,
    judge_opening,
    new_encounter,
    new_items,
)
from openyibao.rooms.encounters.records import (
    DIAGNOSES_MAX,
    LINES_MAX,
    AddItemsRequest,
    CloseRequest,
    Diagnosis,
    Encounter,
    EncounterKind,
    EncounterState,
    FeeBatch,
    FeeBatchState,
    FeeItem,
    NewEncounter,
    NewFeeItem,
    OpenRequest,
)
from openyibao.rooms.encounters.rules import (
    ENCOUNTER_CLOSED,
    ENCOUNTER_UNKNOWN,
    STAYS,
    judge_items,
    service_of,
)
from openyibao.rooms.encounters.service import (
    add_items,
    close_encounters,
    open_encounters,
    refuse,
    stored_refusal,
)
from openyibao.rooms.encounters.store import (
    count_stays,
    insert_encounters,
    insert_fee_batches,
    insert_stays,
    mark_batches,
    read_diagnoses,
    read_encounters,
    read_fee_batches,
    read_items,
    read_refusals,
)

__all__ = [
    "DIAGNOSES_MAX",
    "ENCOUNTER_CLOSED",
    "ENCOUNTER_UNKNOWN",
    "LINES_MAX",
    "STAYS",
    "AddItemsRequest",
    "CloseRequest",
    "Diagnosis",
    "Encounter",
    "EncounterKind",
    "EncounterState",
    "FeeBatch",
    "FeeBatchState",
    "FeeItem",
    "NewEncounter",
    "NewFeeItem",
    "OpenRequest",
    "Opened",
    "References",
    "Uploaded",
    "add_items",
    "close_encounters",
    "count_stays",
    "insert_encounters",
    "insert_fee_batches",
    "insert_stays",
    "items_content",
    "judge_items",
    "judge_lines",
    "judge_opening",
    "mark_batches",
    "new_encounter",
    "new_items",
    "open_encounters",
    "read_diagnoses",
    "read_encounters",
    "read_fee_batches",
    "read_items",
    "read_refusals",
    "refuse",
    "service_of",
    "stored_refusal",
]
