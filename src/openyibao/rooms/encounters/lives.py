"""The life of an encounter: which act is allowed in which stage. One table, asked by the verbs and printed into the docs.

Rows: family of kinds × act. Columns: stage. A cell is ``None`` where the act is allowed, else the reason.
What a cell can't know (a batch that is settled among others that aren't, a later settlement) the verbs ask besides.
中文: 就诊状态与交易对照表。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from openyibao.kit.outcome import FactValue, Reason, Refused, reason
from openyibao.rooms.encounters.records import Encounter, EncounterKind, EncounterState, FeeBatch, FeeBatchState
from openyibao.rooms.encounters.rules import ENCOUNTER_CLOSED

NOTHING_TO_SETTLE = reason(
    "nothing_to_settle",
    zh="这次就诊没有待结算的费用",
    en="The visit has no lines waiting to be settled",
    next_zh="请先上传费用明细",
    next_en="Upload fee lines first",
)
SETTLEMENT_UNKNOWN = reason(
    "settlement_unknown",
    zh="没有这笔结算",
    en="There is no such settlement",
    next_zh="请核对结算编号",
    next_en="Check the settlement's number",
)
ENCOUNTER_CANCELLED = reason(
    "encounter_cancelled",
    zh="这次就诊已撤销登记",
    en="The registration of this visit was cancelled",
    next_zh="请重新扫码登记就诊",
    next_en="Scan again and open a new visit",
)
NOTHING_TO_REMOVE = reason(
    "nothing_to_remove",
    zh="没有可撤销的费用明细",
    en="There are no lines to take back",
    next_zh="无需处理; 请核对批次号",
    next_en="Nothing is left to do; check the batch numbers",
)
LINES_SETTLED = reason(
    "lines_settled",
    zh="费用明细已结算, 不能撤销",
    en="The lines are settled and can't be taken back",
    next_zh="请先撤销结算, 或办理退费",
    next_en="Reverse the settlement first, or refund the items",
)
LINES_PRESENT = reason(
    "lines_present",
    zh="这次就诊已有费用明细, 不能撤销登记",
    en="The visit has fee lines; its registration can't be cancelled",
    next_zh="请先撤销结算和全部费用明细, 再撤销登记",
    next_en="Reverse what is settled and take all lines back first",
)
NOT_CLOSED = reason(
    "not_closed",
    zh="这次就诊尚未关闭 (出院), 无需撤销",
    en="The visit isn't closed (or discharged); there is nothing to undo",
    next_zh="无需处理",
    next_en="Nothing is left to do",
)
SETTLED_AFTER_CLOSE = reason(
    "settled_after_close",
    zh="关闭 (出院) 后已结算, 须先撤销该结算",
    en="It was settled after the close (discharge); that settlement must be reversed first",
    next_zh="请先撤销出院结算, 再撤销出院",
    next_en="Reverse that settlement, then undo the discharge",
)
UNDO_DISCHARGE_FIRST = reason(
    "undo_discharge_first",
    zh="患者已于 {closed_on} 出院, 中途结算须在撤销出院后才能撤销",
    en="The patient was discharged on {closed_on}; an interim settlement is undone only after the discharge",
    next_zh="请先撤销出院, 再撤销中途结算",
    next_en="Undo the discharge first, then reverse the interim settlement",
)
NOT_DISCHARGED = reason(
    "not_discharged",
    zh="患者尚未办理出院, 不能做出院结算",
    en="The patient isn't discharged; the stay can't be settled for good",
    next_zh="请先办理出院, 或做中途结算",
    next_en="Discharge first, or make an interim settlement",
)
ALREADY_DISCHARGED = reason(
    "already_discharged",
    zh="患者已于 {closed_on} 出院, 不能再做中途结算",
    en="The patient was discharged on {closed_on}; an interim settlement is no longer possible",
    next_zh="请做出院结算",
    next_en="Make the settlement of the discharge",
)
NOT_FOR_THIS_KIND = reason(
    "not_for_this_kind",
    zh="医疗类别 {kind} 不办理这项业务",
    en="A visit of kind {kind} has no such act",
    next_zh="请核对就诊类别与业务",
    next_en="Check the kind of the visit",
)


class Family(StrEnum):
    """Kinds of visit that live alike (就诊类别组)."""

    visit = "visit"
    stay = "stay"
    pharmacy = "pharmacy"


class Stage(StrEnum):
    """How far an encounter is (就诊阶段). ``closed``: nothing that was settled after the close stands."""

    registered = "registered"
    charged = "charged"
    part_settled = "part_settled"
    settled = "settled"
    closed = "closed"
    closed_settled = "closed_settled"
    cancelled = "cancelled"


class Act(StrEnum):
    """What may be done with an encounter (就诊业务)."""

    add_items = "add_items"
    remove_items = "remove_items"
    settle = "settle"
    settle_interim = "settle_interim"
    reverse = "reverse"
    reverse_interim = "reverse_interim"
    refund_items = "refund_items"
    change = "change"
    close = "close"
    reopen = "reopen"
    cancel = "cancel"


BED_KINDS = frozenset(
    {
        *(EncounterKind.inpatient, EncounterKind.day_surgery),
        *(EncounterKind.maternity_inpatient, EncounterKind.home_bed),
    }
)
"""Kinds that are admitted and discharged."""
STAGES: Mapping[Family, tuple[Stage, ...]] = {
    Family.visit: tuple(Stage),
    Family.stay: tuple(Stage),
    Family.pharmacy: tuple(stage for stage in Stage if not stage.value.startswith("closed")),
}
"""A sale at a pharmacy is never closed: it is settled or not."""

_OK = None
_SETTLE = (NOTHING_TO_SETTLE, _OK, _OK, NOTHING_TO_SETTLE, _OK, _OK)
_NEVER = (NOT_FOR_THIS_KIND,) * 6
_OPEN_ONLY = (_OK, _OK, _OK, _OK, ENCOUNTER_CLOSED, ENCOUNTER_CLOSED)
_REMOVE = (NOTHING_TO_REMOVE, _OK, _OK, LINES_SETTLED, ENCOUNTER_CLOSED, ENCOUNTER_CLOSED)
_CANCEL = (_OK, LINES_PRESENT, LINES_PRESENT, LINES_PRESENT, ENCOUNTER_CLOSED, ENCOUNTER_CLOSED)
_REOPEN = (NOT_CLOSED, NOT_CLOSED, NOT_CLOSED, NOT_CLOSED, _OK, SETTLED_AFTER_CLOSE)
_UNDO = (SETTLEMENT_UNKNOWN, SETTLEMENT_UNKNOWN, _OK, _OK, _OK, _OK)
_ROWS: dict[tuple[Family, Act], tuple[Reason | None, ...]] = {
    **{
        (family, act): row
        for family in (Family.visit, Family.pharmacy)
        for act, row in {
            Act.add_items: _OPEN_ONLY,
            Act.remove_items: _REMOVE,
            Act.settle: _SETTLE,
            Act.settle_interim: _NEVER,
            Act.reverse: _UNDO,
            Act.reverse_interim: _NEVER,
            Act.refund_items: _UNDO,
            Act.cancel: _CANCEL,
        }.items()
    },
    (Family.visit, Act.change): _OPEN_ONLY,
    (Family.visit, Act.close): _OPEN_ONLY,
    (Family.visit, Act.reopen): _REOPEN,
    (Family.pharmacy, Act.change): _NEVER,
    (Family.pharmacy, Act.close): _NEVER,
    (Family.pharmacy, Act.reopen): _NEVER,
    (Family.stay, Act.add_items): _OPEN_ONLY,
    (Family.stay, Act.remove_items): _REMOVE,
    (Family.stay, Act.settle): (NOT_DISCHARGED,) * 4 + (_OK, _OK),
    (Family.stay, Act.settle_interim): (
        *(NOTHING_TO_SETTLE, _OK, _OK, NOTHING_TO_SETTLE),
        *(ALREADY_DISCHARGED, ALREADY_DISCHARGED),
    ),
    (Family.stay, Act.reverse): (SETTLEMENT_UNKNOWN,) * 5 + (_OK,),
    (Family.stay, Act.reverse_interim): (
        *(SETTLEMENT_UNKNOWN, SETTLEMENT_UNKNOWN, _OK, _OK),
        *(UNDO_DISCHARGE_FIRST, UNDO_DISCHARGE_FIRST),
    ),
    (Family.stay, Act.refund_items): (SETTLEMENT_UNKNOWN, SETTLEMENT_UNKNOWN, _OK, _OK, UNDO_DISCHARGE_FIRST, _OK),
    (Family.stay, Act.change): _OPEN_ONLY,
    (Family.stay, Act.close): _OPEN_ONLY,
    (Family.stay, Act.reopen): _REOPEN,
    (Family.stay, Act.cancel): _CANCEL,
}
_WHEN_CANCELLED = {
    Act.reverse: SETTLEMENT_UNKNOWN,
    Act.reverse_interim: SETTLEMENT_UNKNOWN,
    Act.refund_items: SETTLEMENT_UNKNOWN,
}

LIVES: Mapping[tuple[Family, Act, Stage], Reason | None] = {
    (family, act, stage): code
    for (family, act), row in _ROWS.items()
    for stage, code in zip(Stage, (*row, _WHEN_CANCELLED.get(act, ENCOUNTER_CANCELLED)), strict=True)
    if stage in STAGES[family]
}
"""The table: (family, act, stage) → None where the act is allowed, else the reason."""


def family_of(kind: EncounterKind) -> Family:
    """How a kind of visit lives."""
    if kind in BED_KINDS:
        return Family.stay
    return Family.pharmacy if kind is EncounterKind.pharmacy else Family.visit


def stage_of(encounter: Encounter, batches: Sequence[FeeBatch], *, settled_after_close: bool = False) -> Stage:
    """How far an encounter is, by its state, its batches, and whether a settlement made after the close stands."""
    if encounter.state is EncounterState.cancelled:
        return Stage.cancelled
    if encounter.state is EncounterState.closed:
        return Stage.closed_settled if settled_after_close else Stage.closed
    states = {batch.state for batch in batches}
    if FeeBatchState.settled in states:
        return Stage.part_settled if FeeBatchState.open in states else Stage.settled
    return Stage.charged if FeeBatchState.open in states else Stage.registered


def judge_act(
    act: Act, encounter: Encounter, batches: Sequence[FeeBatch], *, settled_after_close: bool = False
) -> Refused | None:
    """Whether the table allows an act now."""
    stage = stage_of(encounter, batches, settled_after_close=settled_after_close)
    why = LIVES[family_of(encounter.kind), act, stage]
    if why is None:
        return None
    facts: dict[str, FactValue] = {"closed_on": str(encounter.closed_on), "kind": encounter.kind.value}
    return Refused(why, {name: fact for name, fact in facts.items() if f"{{{name}}}" in why.en})
