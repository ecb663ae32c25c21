"""The parts of a stay that waits to be settled: each batch in the year of its lines, the earliest part first. Pure.

A stay over the year's end is settled part by part where its policy says so. Asked to settle all that waits, the earliest
part is taken; what is left waits for the next settlement, interim or after the discharge. 中文: 跨年度住院分段。
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from openyibao.rooms import policies
from openyibao.rooms.encounters import FeeBatch, FeeItem
from openyibao.rooms.policies import PersonFacts, Policy, VisitFacts


class WaitingPart(msgspec.Struct, frozen=True, kw_only=True):
    """Batches of a stay that are settled together (分段); the sum in fen, negative lines taken off.

    ``straddles``: one of them has lines of a later part too, and must be taken back and uploaded by days. ``over``: its
    year has ended, so that the interim settlement of the year's end is due.
    """

    policy_year: int
    from_on: date
    until_on: date
    fee_batch_ids: tuple[int, ...]
    line_count: int
    amount_fen: int
    straddles: bool = False
    over: bool = False


def parts_waiting(
    policy: Policy, person: PersonFacts, visit: VisitFacts, batches: Sequence[FeeBatch], today: date
) -> list[WaitingPart]:
    """The parts of batches, in the order of their days. A negative line lies where the line lies that it takes back."""
    items = [item for batch in batches for item in batch.items]
    if not items:
        return []
    by_id = {item.fee_item_id: item for item in items}
    days = [_day_of(item, by_id.get(item.original_fee_item_id or 0, item), today) for item in items]
    *place_of, now = policies.parts_of_days(policy, person, visit, [*days, today])
    of_batch: dict[int, set[int]] = {}
    for item, place in zip(items, place_of, strict=True):
        of_batch.setdefault(item.fee_batch_id, set()).add(place)
    parts = []
    for place in sorted({min(places) for places in of_batch.values()}):
        chosen = tuple(batch_id for batch_id, places in of_batch.items() if min(places) == place)
        held = [(item, day) for item, day in zip(items, days, strict=True) if item.fee_batch_id in chosen]
        own = [day for day, at in zip(days, place_of, strict=True) if at == place]
        parts.append(
            WaitingPart(
                policy_year=policy.policy_year(max(own), person.person_category),
                from_on=min(own),
                until_on=max(own),
                fee_batch_ids=chosen,
                line_count=len(held),
                amount_fen=sum(item.amount_fen for item, _ in held),
                straddles=any(len(of_batch[batch_id]) > 1 for batch_id in chosen),
                over=place < now,
            )
        )
    return parts


def _day_of(line: FeeItem, source: FeeItem, today: date) -> date:
    return source.incurred_on or line.incurred_on or today
