"""Until when something may still be undone: days, reconciliations, clearings and years that an agency has closed.

Keeps: acts of closing and reopening, insert-only; what is closed follows from the last act over a day. Promises: an act
has a maker, another approver and a reason; nothing is undone whose day is closed. Units: dates in Shanghai, both ends
included. Callers: settlement, before it undoes anything. 中文: 关账期间 (日切、对账、清算、年结)。
"""

from openyibao.rooms.periods.records import ALL_INSTITUTIONS, PeriodAct, PeriodKind, PeriodRequest
from openyibao.rooms.periods.rules import judge_officers, judge_undoing
from openyibao.rooms.periods.service import act_on_periods, list_acts, read_closed
from openyibao.rooms.periods.telling import expected_of_periods

__all__ = [
    "ALL_INSTITUTIONS",
    "PeriodAct",
    "PeriodKind",
    "PeriodRequest",
    "act_on_periods",
    "expected_of_periods",
    "judge_officers",
    "judge_undoing",
    "list_acts",
    "read_closed",
]
