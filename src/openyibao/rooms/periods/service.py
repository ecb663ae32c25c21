"""Verbs of closed periods: close and reopen (the agency), read what is closed. 中文: 关账服务。"""

from __future__ import annotations

from collections.abc import Sequence

from openyibao.kit.clock import Clock
from openyibao.kit.db import BUCKETS, Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.periods import rules, store, telling
from openyibao.rooms.periods.records import ALL_INSTITUTIONS, PeriodAct, PeriodRequest


async def act_on_periods(tx: Tx, clock: Clock, requests: Sequence[PeriodRequest]) -> list[PeriodAct | Refused]:
    """Close periods or reopen them. Reasons: why_missing · approver_is_maker · period_unsound."""
    await store.lock_periods(tx, sorted({one.pooling_area for one in requests}))
    answers: list[PeriodAct | Refused] = []
    made = []
    for request in requests:
        refused = rules.judge_act(request, clock.today())
        if refused is not None:
            answers.append(refused)
            continue
        act = PeriodAct(
            bucket=request.institution_id % BUCKETS,
            period_act_id=tx.ids.next(),
            pooling_area=request.pooling_area,
            institution_id=request.institution_id,
            kind=request.kind,
            from_on=request.from_on,
            until_on=request.until_on,
            closes=request.closes,
            maker=request.maker,
            approver=request.approver,
            why=request.why,
            acted_at=clock.now(),
        )
        made.append(act)
        answers.append(act)
    await store.insert_acts(tx, made)
    tx.audit += [telling.acted_event(act) for act in made]
    return answers


async def read_closed(reading: Reading, pooling_area: int, institution_id: int) -> list[PeriodAct]:
    """The acts that decide whether what an institution did may be undone: its own, and those for its whole area."""
    buckets = sorted({ALL_INSTITUTIONS % BUCKETS, institution_id % BUCKETS})
    return await store.read_acts(reading, buckets, pooling_area, [ALL_INSTITUTIONS, institution_id])


async def list_acts(reading: Reading, pooling_area: int, institution_id: int = ALL_INSTITUTIONS) -> list[PeriodAct]:
    """Acts on the periods of an institution, its area's included, in the order in which they were done."""
    return await read_closed(reading, pooling_area, institution_id)
