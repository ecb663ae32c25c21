"""Visits and stays with their diagnoses and fee lines.

Keeps: encounters, diagnoses, fee batches, fee items. Promises: lines are never altered; a settled batch is never
removed; negative lines never exceed their original. Units: amounts fen, unit prices 10⁻⁶ yuan, quantities 10⁻⁴.
Callers: settlement, terminals. 中文: 就诊与费用明细。
"""

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

__all__ = [
    "DIAGNOSES_MAX",
    "LINES_MAX",
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
]
