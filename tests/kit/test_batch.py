"""The lane on a real database: what is promised of batches holds when things go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import pytest

from openyibao.kit.batch import AGAIN, WORK, Busy, Lane, Poisoned, Verb, Work
from openyibao.kit.clock import SystemClock
from openyibao.kit.db import Tx
from openyibao.kit.embedded import EmbeddedServer

pytestmark = pytest.mark.owns_server  # a database, at least: not for `make check`

WAIT_SECONDS = 20
SLOW_SQL = """
create function slow_once() returns trigger language plpgsql as $$
begin
    if not exists (select from killed) then perform pg_sleep(15); end if;
    return null;
end $$;
create constraint trigger slow_commit after insert on marks deferrable initially deferred
    for each row execute function slow_once();
"""


class Mark(msgspec.Struct, frozen=True):
    """A keyed request: writes one row, once."""

    key: str
    amount: int = 1


class Gate:
    """Says that a verb has begun, and lets it go on when the test wants."""

    def __init__(self) -> None:
        self.begun, self.free = asyncio.Event(), asyncio.Event()

    async def pass_through(self) -> None:
        self.begun.set()
        await asyncio.wait_for(self.free.wait(), WAIT_SECONDS)


class Marker:
    """The test's verb: rows by key; a batch's size and backend are remembered."""

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.backends: list[int] = []
        self.slots: set[int] = set()
        self.before: Callable[[], Awaitable[None]] | None = None
        self.after: Callable[[], Awaitable[None]] | None = None

    async def run(self, tx: Tx, requests: Sequence[Mark]) -> list[Any]:
        self.sizes.append(len(requests))
        self.slots.add(tx.chain)
        self.backends.append((await tx.fetchrow("select pg_backend_pid()"))[0])
        if self.before:
            await self.before()
        if any(one.key == "raises" for one in requests):
            raise ValueError("this content raises")
        if any(one.key == "copied" for one in requests):
            await tx.copy("marks", ("key", "amount"), [(one.key, one.amount) for one in requests])
            return [(one.key, True) for one in requests]
        made = await tx.fetch(
            "insert into marks (key, amount) select * from unnest($1::text[], $2::int[]) "
            "on conflict do nothing returning key",
            [one.key for one in requests],
            [one.amount for one in requests],
        )
        fresh = {row[0] for row in made}
        if self.after:
            await self.after()
        return [(one.key, one.key in fresh) for one in requests]


class NoClosing:
    """Closes with nothing."""

    async def attach(self, connection: Any, slot: int) -> None:
        return None

    async def close(self, tx: Tx) -> None:
        return None

    def kept(self) -> None:
        return None


@pytest.fixture
def url(server: EmbeddedServer) -> Iterator[str]:
    server.ensure_database("lanes")
    yield server.url("lanes")
    server.drop_database("lanes")


@pytest.fixture
async def outside(url: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(url)
    await connection.execute(
        "create table marks (key text primary key, amount int not null check (amount > 0)); create table killed (n int)"
    )
    yield connection
    await connection.close()


@asynccontextmanager
async def started(url: str, verbs: Sequence[Verb], **wishes: int) -> AsyncIterator[Lane]:
    lane = Lane(url, SystemClock(), verbs, NoClosing, **{"carriers": 1, **wishes})
    await lane.start()
    try:
        yield lane
    finally:
        await asyncio.wait_for(lane.drain(), WAIT_SECONDS)


def marking(marker: Marker) -> Verb:
    return Verb(name="mark", run=marker.run, apart=lambda request: (request.key,))


async def soon(task: Awaitable[Any]) -> Any:
    return await asyncio.wait_for(task, WAIT_SECONDS)


def send(lane: Lane, marks: Sequence[Mark]) -> list[asyncio.Task[Any]]:
    return [asyncio.create_task(lane.submit("mark", mark)) for mark in marks]


async def keys_in(outside: Any) -> list[str]:
    return [row[0] for row in await outside.fetch("select key from marks order by key")]


async def until(outside: Any, sql: str, *args: Any) -> None:
    """Ask the database until it says yes, for a bounded while."""
    async with asyncio.timeout(WAIT_SECONDS):
        while not await outside.fetchval(sql, *args):  # noqa: ASYNC110 another process moves it
            await asyncio.sleep(0.01)


async def queued(lane: Lane, count: int) -> None:
    """The requests of tasks just made stand in the queue."""
    async with asyncio.timeout(WAIT_SECONDS):
        while len(lane._queues["mark"]) < count:  # noqa: ASYNC110 tasks take their turn
            await asyncio.sleep(0)


async def test_what_arrives_together_is_one_batch(url: str, outside: Any):
    marker = Marker()
    async with started(url, [marking(marker)]) as lane:
        answers = await soon(asyncio.gather(*send(lane, [Mark(f"k{n:02}") for n in range(64)])))
    assert answers == [(f"k{n:02}", True) for n in range(64)]
    assert marker.sizes == [64]
    assert len(await keys_in(outside)) == 64


async def test_a_full_queue_refuses_with_seconds(url: str, outside: Any):
    marker, gate = Marker(), Gate()
    marker.before = gate.pass_through
    async with started(url, [marking(marker)], queue_max=3) as lane:
        tasks = send(lane, [Mark("under way")])
        await soon(gate.begun.wait())
        tasks += send(lane, [Mark("a"), Mark("b"), Mark("c")])
        await queued(lane, 3)
        with pytest.raises(Busy) as busy:
            await lane.submit("mark", Mark("one too many"))
        assert busy.value.retry_seconds > 0
        gate.free.set()
        await soon(asyncio.gather(*tasks))
    assert await keys_in(outside) == ["a", "b", "c", "under way"]


async def test_a_deadline_that_passes_in_the_queue_answers_busy_and_nothing_happened(url: str, outside: Any):
    marker, gate = Marker(), Gate()
    marker.before = gate.pass_through
    async with started(url, [marking(marker)]) as lane:
        tasks = send(lane, [Mark("under way")])
        await soon(gate.begun.wait())
        with pytest.raises(Busy):
            await lane.submit("mark", Mark("late"), deadline_seconds=0.01)
        gate.free.set()
        await soon(asyncio.gather(*tasks))
    assert await keys_in(outside) == ["under way"]


@pytest.mark.parametrize(
    "poison",
    [
        Mark("raises"),
        Mark("violates a constraint", amount=0),
        Mark("has a NUL \0"),
        Mark("is no int4", amount=2**40),
        Mark("copied", amount=0),
        Mark("copied", amount=2**40),
    ],
    ids=lambda mark: mark.key.split("\0")[0],
)
async def test_one_poisoned_request_among_64_stands_alone(url: str, outside: Any, poison: Mark):
    marker = Marker()
    marks = [Mark(f"k{n:02}") for n in range(64)]
    marks[37] = poison
    async with started(url, [marking(marker)]) as lane:
        answers = await soon(asyncio.gather(*send(lane, marks), return_exceptions=True))
        assert lane.restarts == 0
    assert isinstance(answers[37], Poisoned)
    others = [answer for n, answer in enumerate(answers) if n != 37]
    assert others == [(mark.key, True) for mark in marks if mark is not poison]
    assert await keys_in(outside) == [mark.key for mark in marks if mark is not poison]


async def test_what_must_wait_goes_to_the_next_batch(url: str, outside: Any):
    batches: list[list[str]] = []

    async def one_by_one(tx: Tx, requests: Sequence[Mark]) -> list[Any]:
        batches.append([one.key for one in requests])
        return [one.key if n == 0 else AGAIN for n, one in enumerate(requests)]

    async with started(url, [Verb(name="mark", run=one_by_one)]) as lane:
        answers = await soon(asyncio.gather(*send(lane, [Mark("a"), Mark("b"), Mark("c")])))
    assert answers == ["a", "b", "c"]
    assert batches == [["a", "b", "c"], ["b", "c"], ["c"]]


async def test_what_may_not_meet_is_kept_apart_in_order(url: str, outside: Any):
    marker = Marker()
    async with started(url, [marking(marker)]) as lane:
        answers = await soon(asyncio.gather(*send(lane, [Mark("a"), Mark("a"), Mark("b")])))
    assert answers == [("a", True), ("a", False), ("b", True)]
    assert marker.sizes == [2, 1]


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_backend_killed_under_a_batch_loses_nothing_and_doubles_nothing(url: str, outside: Any, moment: str):
    marker, killed = Marker(), []

    async def kill_once() -> None:
        if not killed:
            killed.append(marker.backends[-1])
            assert await outside.fetchval("select pg_terminate_backend($1, 5000)", killed[0])

    setattr(marker, moment, kill_once)
    marks = [Mark(f"k{n:02}") for n in range(20)]
    async with started(url, [marking(marker)]) as lane:
        answers = await soon(asyncio.gather(*send(lane, marks)))
        assert lane.restarts == 1
    assert answers == [(mark.key, True) for mark in marks]
    assert await keys_in(outside) == [mark.key for mark in marks]
    assert len(set(marker.backends)) == 2


async def test_a_backend_killed_during_its_commit_runs_the_batch_again(url: str, outside: Any):
    await outside.execute(SLOW_SQL)
    marker = Marker()
    marks = [Mark(f"k{n:02}") for n in range(20)]
    async with started(url, [marking(marker)]) as lane:
        tasks = send(lane, marks)
        sleeping = "select count(*) > 0 from pg_stat_activity where wait_event = 'PgSleep' and query ilike 'commit%'"
        await until(outside, sleeping)
        await outside.execute("insert into killed values (1)")
        assert await outside.fetchval("select pg_terminate_backend($1, 5000)", marker.backends[0])
        answers = await soon(asyncio.gather(*tasks))
    assert answers == [(mark.key, True) for mark in marks]
    assert len(await keys_in(outside)) == 20


async def test_a_commit_that_happened_but_was_never_answered_takes_effect_once(url: str, outside: Any):
    # A commit that waits for a standby nobody has is kept already: killed there, the client can't know.
    await outside.execute("set synchronous_commit = local")
    marker = Marker()
    marks = [Mark(f"k{n:02}") for n in range(20)]
    async with started(url, [marking(marker)]) as lane:
        try:
            await outside.execute("alter system set synchronous_standby_names = 'nobody'")
            await outside.execute("select pg_reload_conf()")
            await until(outside, "select current_setting('synchronous_standby_names') = 'nobody'")
            tasks = send(lane, marks)
            await until(outside, "select count(*) > 0 from pg_stat_activity where wait_event = 'SyncRep'")
            assert await outside.fetchval("select pg_terminate_backend($1, 5000)", marker.backends[0])
            assert len(await keys_in(outside)) == 20
        finally:
            await outside.execute("alter system reset synchronous_standby_names")
            await outside.execute("select pg_reload_conf()")
        answers = await soon(asyncio.gather(*tasks))
    assert answers == [(mark.key, False) for mark in marks]  # the second run found them done
    assert len(await keys_in(outside)) == 20


async def test_the_work_of_a_client_that_went_away_still_commits(url: str, outside: Any):
    marker, gate = Marker(), Gate()
    marker.before = gate.pass_through
    async with started(url, [marking(marker)]) as lane:
        under_way, waiting = send(lane, [Mark("a")]), []
        await soon(gate.begun.wait())
        waiting = send(lane, [Mark("b"), Mark("c")])
        await queued(lane, 2)
        under_way[0].cancel()
        waiting[0].cancel()
        await asyncio.gather(under_way[0], waiting[0], return_exceptions=True)
        gate.free.set()
        assert await soon(waiting[1]) == ("c", True)
    assert await keys_in(outside) == ["a", "b", "c"]


async def test_draining_finishes_what_waits_and_takes_nothing_new(url: str, outside: Any):
    marker, gate = Marker(), Gate()
    marker.before = gate.pass_through
    async with started(url, [marking(marker)]) as lane:
        tasks = send(lane, [Mark("a")])
        await soon(gate.begun.wait())
        tasks += send(lane, [Mark("b"), Mark("c")])
        await queued(lane, 2)
        draining = asyncio.create_task(lane.drain())
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await lane.submit("mark", Mark("d"))
        gate.free.set()
        await soon(draining)
        assert await soon(asyncio.gather(*tasks)) == [("a", True), ("b", True), ("c", True)]
    assert await keys_in(outside) == ["a", "b", "c"]


async def test_two_lanes_write_under_different_slots(url: str, outside: Any):
    one, two = Marker(), Marker()
    async with (
        started(url, [marking(one)], carriers=2) as first,
        started(url, [marking(two)], carriers=2) as second,
    ):
        held = {carrier.slot for lane in (first, second) for carrier in lane._carriers}
        await soon(asyncio.gather(*send(first, [Mark("a")]), *send(second, [Mark("b")])))
    assert len(held) == 4
    assert one.slots.isdisjoint(two.slots)


async def test_rare_work_runs_alone_and_answers(url: str, outside: Any):
    async def write(tx: Tx) -> str:
        await tx.execute("insert into marks values ('rare', 1)")
        return "done"

    async with started(url, [WORK]) as lane:
        assert await soon(lane.submit("work", Work(write))) == "done"
    assert await keys_in(outside) == ["rare"]


async def test_those_answered_together_share_their_next_batch(url: str, outside: Any):
    marker = Marker()

    async def ask_thrice(lane: Lane, who: int) -> None:
        for turn in range(3):
            await lane.submit("mark", Mark(f"{turn}-{who}"))

    async with started(url, [marking(marker)]) as lane:
        await soon(asyncio.gather(*(ask_thrice(lane, who) for who in range(8))))
    assert marker.sizes == [8, 8, 8]
    assert len(await keys_in(outside)) == 24


async def test_a_second_carrier_waits_for_a_batch_and_helps_where_the_first_is_held_up(url: str, outside: Any):
    marker, gate = Marker(), Gate()
    marker.before = gate.pass_through
    async with started(url, [marking(marker)], carriers=2) as lane:
        tasks = send(lane, [Mark("held up")])
        await soon(gate.begun.wait())
        marker.before = None
        tasks += send(lane, [Mark(f"next {n}") for n in range(5)])
        assert await soon(asyncio.gather(*tasks[1:])) == [(f"next {n}", True) for n in range(5)]
        assert not tasks[0].done()
        gate.free.set()
        await soon(tasks[0])
    assert marker.sizes == [1, 5]
    assert len(await keys_in(outside)) == 6
