"""Request keys from two connections at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from openyibao.kit.clock import FakeClock
from openyibao.kit.db import Tx, connect
from openyibao.kit.ids import IdSource
from openyibao.kit.requests import KeyedRequest, claim_keys, find_keys

pytestmark = pytest.mark.owns_server  # a database, at least: not for `make check`

WAIT_SECONDS = 10
INSTITUTION = 990_001
"""No other test's, since these commit."""


def keyed(key: str, digest: bytes = b"one") -> KeyedRequest:
    return KeyedRequest(cell=1, institution_id=INSTITUTION, request_key=key, digest=digest)


@pytest.fixture
async def pair(template_url: str, clock: FakeClock) -> AsyncIterator[tuple[Tx, Tx]]:
    connections = [await connect(template_url), await connect(template_url)]
    first, second = (Tx(one, IdSource(clock, slot)) for slot, one in enumerate(connections))
    yield first, second
    await connections[0].execute("delete from request_keys where institution_id = $1", INSTITUTION)
    for one in connections:
        await one.close()


async def blocked(tx: Tx, pid: int) -> None:
    """Wait, for a bounded while, until that backend waits for a lock."""
    async with asyncio.timeout(WAIT_SECONDS):
        while not (await tx.fetchrow("select cardinality(pg_blocking_pids($1)) > 0", pid))[0]:  # noqa: ASYNC110 another process moves it
            await asyncio.sleep(0.01)


async def backend(tx: Tx) -> int:
    return int((await tx.fetchrow("select pg_backend_pid()"))[0])


async def claim_while_held(
    first: Tx, second: Tx, clock: FakeClock, mine: KeyedRequest, theirs: KeyedRequest, *, commit: bool
) -> tuple[Any, Any]:
    """The first claims and holds; the second is seen to wait; then the first ends."""
    pid = await backend(second)
    held = first._connection.transaction()
    await held.start()
    (made,) = await claim_keys(first, "settle", [mine], at=clock.now())

    async def wait() -> Any:
        async with second._connection.transaction():
            return (await claim_keys(second, "settle", [theirs], at=clock.now()))[0]

    waiting = asyncio.create_task(wait())
    await blocked(first, pid)
    assert not waiting.done()
    await (held.commit() if commit else held.rollback())
    return made, await asyncio.wait_for(waiting, WAIT_SECONDS)


async def test_of_two_claims_at_once_one_is_fresh_and_the_other_reads_its_outcome(
    pair: tuple[Tx, Tx], clock: FakeClock
):
    made, read = await claim_while_held(*pair, clock, keyed("same"), keyed("same"), commit=True)
    assert made.fresh
    assert not read.fresh
    assert read.outcome_id == made.outcome_id
    assert read.digest == made.digest


async def test_a_key_whose_first_request_came_to_nothing_is_fresh_again(pair: tuple[Tx, Tx], clock: FakeClock):
    made, read = await claim_while_held(*pair, clock, keyed("undone"), keyed("undone"), commit=False)
    assert read.fresh
    assert read.outcome_id != made.outcome_id


async def test_the_same_key_with_other_content_is_seen(pair: tuple[Tx, Tx], clock: FakeClock):
    _, read = await claim_while_held(*pair, clock, keyed("other"), keyed("other", b"two"), commit=True)
    assert not read.fresh
    assert read.digest == b"one"


async def test_two_batches_with_the_same_keys_in_opposite_order_do_not_deadlock(pair: tuple[Tx, Tx], clock: FakeClock):
    keys = [keyed(f"crossed {n:02}") for n in range(40)]

    async def claim(tx: Tx, requests: list[KeyedRequest]) -> list[int]:
        async with tx._connection.transaction():
            return [one.outcome_id for one in await claim_keys(tx, "settle", requests, at=clock.now())]

    forth, back = await asyncio.wait_for(asyncio.gather(claim(pair[0], keys), claim(pair[1], keys[::-1])), WAIT_SECONDS)
    assert forth == back[::-1]


async def test_a_key_is_its_institutions_and_its_verbs_own(tx: Tx, clock: FakeClock):
    request = keyed("shared")
    other = KeyedRequest(cell=1, institution_id=INSTITUTION + 1, request_key="shared", digest=b"one")
    claims = await claim_keys(tx, "settle", [request, other], at=clock.now())
    claims += await claim_keys(tx, "reverse", [request], at=clock.now())
    assert all(claim.fresh for claim in claims)
    assert len({claim.outcome_id for claim in claims}) == 3
    assert await find_keys(tx, "annul", [(INSTITUTION, "shared")]) == {}
