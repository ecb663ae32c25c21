"""The verb merge_persons: two records turn out to be one person (FIELD 5), with a 15- and an 18-digit number, a renewed permit.

The record that goes stays as history and leads to the one that goes on: looked up by its document, that one is found. Its
enrolments end and are entered anew with their contributions, its account's balance is carried over, its credential is revoked.
What it has used up in the year stays with its bills: accumulators are not added. 中文: 重复档案合并。
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms import credentials, encounters, entitlement, ledger
from openyibao.rooms.credentials import Credential, StopGround
from openyibao.rooms.people import Enrolment, PersonChange, change_persons, lock_person_rows
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.person_records import Merged, MergeRequest

MERGE_UNKNOWN = reason(
    "merge_record_unknown",
    zh="没有找到要合并的档案",
    en="One of the records to merge is not there",
    next_zh="请核对两份档案的证件",
    next_en="Check the documents of both records",
)
MERGED_ALREADY = reason(
    "merged_already",
    zh="其中一份档案已并入另一份档案",
    en="One of the records was merged into another before",
    next_zh="请用保留的档案办理",
    next_en="Go on with the record that was kept",
)
MERGE_DIFFERS = reason(
    "merge_records_differ",
    zh="两份档案的出生日期或性别不同, 不能合并",
    en="The records differ in birth date or sex: they can't be one person's",
    next_zh="请先核实并更正档案信息",
    next_en="Find out which is right and correct it first",
)
STAY_OPEN = reason(
    "merge_stay_open",
    zh="该参保人正在住院, 出院结算前不能合并档案",
    en="The person is in a stay; records are not merged before it is settled",
    next_zh="请待出院结算后再办理合并",
    next_en="Merge them after discharge",
)


MONEY_HELD = reason(
    "merge_money_held",
    zh="该账户有预占中的款项, 处理完成前不能合并档案",
    en="Money is held on this account; records are not merged before that is done",
    next_zh="请待结算或转账完成后再办理合并, 一般不超过十分钟",
    next_en="Merge them once the bill or transfer is done, usually within ten minutes",
)


async def merge_persons(
    tx: Tx, clock: Clock, desk: Desk, *, requests: Sequence[MergeRequest], actor: str
) -> list[Merged | Refused]:
    """Merge records, one after the other.

    Refused, in order: merge_record_unknown · merged_already · merge_records_differ · merge_stay_open · merge_money_held. Enrolments of both are
    locked first, so no bill of either can be under way.
    """
    await desk.fresh(tx)
    return [await _merge(tx, clock, desk, one, actor=actor) for one in requests]


async def _merge(tx: Tx, clock: Clock, desk: Desk, one: MergeRequest, *, actor: str) -> Merged | Refused:
    goes, stays = (one.bucket, one.person_id), (one.into_bucket, one.into_person_id)
    keys = [(cell, person_id) for person_id in (goes[1], stays[1]) for cell in desk.areas.cells_of_person(person_id)]
    held = await entitlement.lock_all(tx, keys)
    rows = await lock_person_rows(tx, [goes, stays])
    refused = _judge(rows) or await _in_a_stay(tx, keys) or await _money_held(tx, keys)
    if refused is not None:
        return refused
    going, staying = _of(held, goes[1]), _of(held, stays[1])
    carried = await entitlement.carry_enrolments(
        tx, clock, desk.areas, going=going, staying=staying, person_id=stays[1], actor=actor
    )
    # Also what stayed behind in a pool they left: the one person's accounts are all in the survivor's cells then.
    home = {cell // 100: (cell, stays[1]) for cell in desk.areas.cells_of_person(stays[1])}
    moves = sorted({((each.cell, goes[1]), home[each.pooling_area]) for each in going})
    amount_fen = await ledger.carry_balances(tx, moves, on=clock.today(), actor=actor)
    await change_persons(tx, {goes: PersonChange(merged_into=stays)}, actor=actor)
    stopped = await credentials.revoke(
        tx, clock, bucket=goes[0], person_id=goes[1], actor=actor, ground=StopGround.merged
    )
    return Merged(
        carried=tuple(carried),
        balance_carried_fen=amount_fen,
        credential_revoked=isinstance(stopped, Credential),
    )


def _judge(rows: Sequence[Any]) -> Refused | None:
    if len(rows) != 2:
        return Refused(MERGE_UNKNOWN)
    if any(row["merged_into"] is not None for row in rows):
        return Refused(MERGED_ALREADY)
    if (rows[0]["birth_on"], rows[0]["sex"]) != (rows[1]["birth_on"], rows[1]["sex"]):
        return Refused(MERGE_DIFFERS)
    return None


async def _in_a_stay(tx: Tx, keys: Sequence[tuple[int, int]]) -> Refused | None:
    inside = await encounters.find_people_in_stays(tx, [person_id for _, person_id in keys])
    return Refused(STAY_OPEN) if inside else None


async def _money_held(tx: Tx, keys: Sequence[tuple[int, int]]) -> Refused | None:
    accounts = await ledger.read_accounts(tx, keys)
    return Refused(MONEY_HELD) if any(account.held_fen for account in accounts.values()) else None


def _of(held: dict[tuple[int, int], list[Enrolment]], person_id: int) -> list[Enrolment]:
    return [one for (_, own), found in sorted(held.items()) if own == person_id for one in found]
