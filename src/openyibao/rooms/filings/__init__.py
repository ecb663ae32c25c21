"""What somebody has on record beforehand: a disease, care elsewhere, a drug, a chosen institution.

Keeps: filings, the decisions on them. Promises: two filings of one person about the same are never in force on one day;
a filing's words never change, what came later is a decision with its officer and reason; how a filing stood on any day can
be told. Units: dates in Shanghai, both ends included. Callers: encounters, settlement, the fronts. 中文: 备案。
"""

from openyibao.rooms.filings.area_rules import (
    DEFAULT_RULES,
    DEFAULT_SETTINGS,
    FilingRule,
    FilingSettings,
    filing_settings,
)
from openyibao.rooms.filings.fitting import (
    NO_FIT,
    NO_GROUNDS,
    FiledLine,
    Fit,
    VisitPlace,
    fit,
    judge_disease_items,
    judge_dual_channel,
    judge_grounds,
    judge_special_drugs,
)
from openyibao.rooms.filings.reasons import FILING_NEEDED, NOT_YOUR_INSTITUTION
from openyibao.rooms.filings.records import (
    ELSEWHERE,
    INSTITUTIONS_MOST,
    OF_A_DISEASE,
    CareGrounds,
    DecideRequest,
    Filed,
    Filer,
    FileRequest,
    Filing,
    FilingAct,
    FilingDecision,
    FilingKind,
    FilingState,
    InjuryCause,
    NewFiling,
    PrescriptionGround,
)
from openyibao.rooms.filings.rules import as_of, covers_area, in_force, in_force_between
from openyibao.rooms.filings.service import decide_filings, file_filings, list_filings_of
from openyibao.rooms.filings.store import list_waiting, read_decisions, read_filings, read_of_persons
from openyibao.rooms.filings.surroundings import FilingDesk, settings_of
from openyibao.rooms.filings.telling import expected_of_filings, expected_of_stray_decisions

__all__ = [
    "DEFAULT_RULES",
    "DEFAULT_SETTINGS",
    "ELSEWHERE",
    "FILING_NEEDED",
    "INSTITUTIONS_MOST",
    "NOT_YOUR_INSTITUTION",
    "NO_FIT",
    "NO_GROUNDS",
    "OF_A_DISEASE",
    "CareGrounds",
    "DecideRequest",
    "FileRequest",
    "Filed",
    "FiledLine",
    "Filer",
    "Filing",
    "FilingAct",
    "FilingDecision",
    "FilingDesk",
    "FilingKind",
    "FilingRule",
    "FilingSettings",
    "FilingState",
    "Fit",
    "InjuryCause",
    "NewFiling",
    "PrescriptionGround",
    "VisitPlace",
    "as_of",
    "covers_area",
    "decide_filings",
    "expected_of_filings",
    "expected_of_stray_decisions",
    "file_filings",
    "filing_settings",
    "fit",
    "in_force",
    "in_force_between",
    "judge_disease_items",
    "judge_dual_channel",
    "judge_grounds",
    "judge_special_drugs",
    "list_filings_of",
    "list_waiting",
    "read_decisions",
    "read_filings",
    "read_of_persons",
    "settings_of",
]
