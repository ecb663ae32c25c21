"""What one officer proposes another one decides, once, in time, at the same institution."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from journey_house import House

from openyibao.kit.outcome import Refused
from openyibao.rooms import proposals
from openyibao.rooms.proposals import LIFETIMES, NewProposal, Proposal, ProposalKind

HERE, ELSEWHERE = 5, 6
MAKER, APPROVER = "5:op1", "5:op2"


class Desk:
    """An institution's officers."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.env = (house.clock, house.platform.sealer)
        self.who = house.prepared.installed.persons[4]

    async def propose(self, kind: ProposalKind = ProposalKind.lift_freeze, body: bytes = b"{}") -> Any:
        new = NewProposal(
            bucket=self.who.bucket,
            kind=kind,
            person_id=self.who.person_id,
            body=body,
            institution_id=HERE,
            maker=MAKER,
            why="document seen",
        )
        return await self.house.work(lambda tx: proposals.propose(tx, *self.env, new))

    async def decide(
        self, one: Proposal, *, officer: str = APPROVER, at: int = HERE, approves: bool = True, done: bool = True
    ) -> str:
        async def run(tx: Any) -> Any:
            name = {"bucket": one.bucket, "proposal_id": one.proposal_id}
            found = await proposals.lock_waiting(tx, *self.env, **name, institution_id=at, officer=officer)
            if isinstance(found, Refused):
                return found
            if not approves:
                return await proposals.reject(tx, *self.env, proposal=found, officer=officer)
            return await proposals.conclude(tx, *self.env, proposal=found, officer=officer, done=done)

        return told(await self.house.work(run))

    async def finish(self, one: Proposal, *, maker: str = MAKER) -> str:
        async def run(tx: Any) -> Any:
            name = {"bucket": one.bucket, "proposal_id": one.proposal_id}
            found = await proposals.lock_approved(tx, *self.env, **name, institution_id=HERE, maker=maker)
            return found if isinstance(found, Refused) else await proposals.finish(tx, *self.env, proposal=found)

        return told(await self.house.work(run))

    async def waiting(self) -> list[Proposal]:
        async with self.house.platform.readers.reading() as reading:
            return await proposals.list_waiting(reading, *self.env, institution_id=HERE, kinds=tuple(ProposalKind))


def told(answer: Any) -> str:
    return answer.code if isinstance(answer, Refused) else "done"


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


async def test_nobody_decides_their_own_nor_another_institutions_nor_twice(desk: Desk) -> None:
    one = await desk.propose(body=b'{"a": "document number"}')
    assert [each.body for each in await desk.waiting()] == [b'{"a": "document number"}']
    assert await desk.decide(one, officer=MAKER) == "proposal_same_officer"
    assert await desk.decide(one, at=ELSEWHERE) == "proposal_unknown"
    assert await desk.decide(one) == "done"
    assert await desk.decide(one) == "proposal_decided"
    assert await desk.waiting() == []
    (row,) = await desk.house.rows("select body_sealed, decision, done_at is not null from proposals")
    assert b"document" not in row[0]
    assert (row[1], row[2]) == ("approved", True)
    assert (await desk.house.verify()).faults == []


async def test_what_waited_too_long_is_decided_no_more_and_what_was_rejected_is_not_done(desk: Desk) -> None:
    late, soon = await desk.propose(), await desk.propose()
    assert await desk.decide(soon, approves=False) == "done"
    assert await desk.finish(soon) == "proposal_not_approved"
    desk.house.clock.move(LIFETIMES[ProposalKind.lift_freeze])
    assert await desk.decide(late) == "proposal_expired"
    assert await desk.waiting() == []


async def test_what_the_person_has_still_to_do_is_finished_once_by_its_maker_in_time(desk: Desk) -> None:
    one = await desk.propose(ProposalKind.reset_password)
    assert await desk.finish(one) == "proposal_not_approved"
    assert await desk.decide(one, done=False) == "done"
    assert await desk.finish(one, maker=APPROVER) == "proposal_unknown"
    assert await desk.finish(one) == "done"
    assert await desk.finish(one) == "proposal_decided"
    late = await desk.propose(ProposalKind.reset_password)
    assert await desk.decide(late, done=False) == "done"
    desk.house.clock.move(timedelta(minutes=31))
    assert await desk.finish(late) == "proposal_expired"
    assert (await desk.house.verify()).faults == []


async def test_a_maker_leaves_so_many_to_be_decided_and_no_more(desk: Desk) -> None:
    for _ in range(30):
        assert told(await desk.propose()) == "done"
    assert told(await desk.propose()) == "proposals_too_many"


async def test_verify_names_a_proposal_that_was_altered(desk: Desk) -> None:
    await desk.decide(await desk.propose())
    for change in ("why = 'another'", "decided_by = '5:op9'", "done_at = done_at + interval '1 second'"):
        before = len((await desk.house.verify()).faults)
        await desk.house.tamper(f"update proposals set {change}")
        found = (await desk.house.verify()).faults
        assert len(found) == before + 1, change
        assert {fault.kind for fault in found} == {"row_altered"}
