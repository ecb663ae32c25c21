"""Status lists: what they say, how long they hold, and how small they stay."""

from __future__ import annotations

import base64
import random
import zlib
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
import pytest
from issuer_desk import IssuerDesk, identity

from openyibao.kit.clock import FakeClock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials
from openyibao.rooms.credentials import CredentialState, StatusList, StatusShelf, StopGround, rules

AT = datetime(2026, 11, 23, 4, tzinfo=UTC)


def mark(content: bytes, place: int) -> int:
    bits = zlib.decompress(base64.b64decode(msgspec.json.decode(content)["stopped"]))
    return bits[place // 4] >> place % 4 * 2 & 3


async def test_a_list_says_what_was_suspended_and_revoked(tx: Tx, clock: FakeClock) -> None:
    desk = IssuerDesk(tx, clock)
    shelf = StatusShelf(desk.ring)
    person = await desk.register("吴一", identity(1))
    (one,) = await desk.issue(desk.to_issue(person))
    name, place = rules.name_of_list(one.bucket, one.status_index), one.status_index % rules.LIST_SIZE
    who = {"bucket": person.bucket, "person_id": person.person_id, "actor": "agency"}
    seen = []
    resume = partial(credentials.resume, ground=StopGround.agency)
    for act in (None, credentials.suspend, resume, credentials.revoke):
        if act is not None:
            await act(tx, clock, **who)  # type: ignore[arg-type]
        clock.move(timedelta(minutes=2))
        listed = await shelf.status_list(tx, clock, name)
        assert isinstance(listed, StatusList)
        assert desk.signer.public.verify(listed.content, listed.signature)
        seen.append(mark(listed.content, place))
    assert seen == [0, 1, 0, 2]


async def test_a_list_is_signed_once_a_minute_however_many_ask(tx: Tx, clock: FakeClock) -> None:
    shelf = StatusShelf(IssuerDesk(tx, clock).ring)
    first = await shelf.status_list(tx, clock, "7-0")
    clock.move(timedelta(seconds=59))
    assert await shelf.status_list(tx, clock, "7-0") is first
    clock.move(timedelta(seconds=2))
    second = await shelf.status_list(tx, clock, "7-0")
    assert isinstance(first, StatusList)
    assert isinstance(second, StatusList)
    assert msgspec.json.decode(second.content)["serial"] == msgspec.json.decode(first.content)["serial"] + 61
    assert second.next_update_at > first.next_update_at


@pytest.mark.parametrize("name", ["1024-0", "7-1", "7-99999999", "07-0", "7", "-", "7-٣", "7-0-0", ""])
async def test_a_list_nobody_is_in_is_refused(tx: Tx, clock: FakeClock, name: str) -> None:
    answer = await StatusShelf(IssuerDesk(tx, clock).ring).status_list(tx, clock, name)
    assert isinstance(answer, Refused)
    assert answer.code == "status_list_unknown"


@pytest.mark.parametrize(("share", "most"), [(0.0, 400), (0.01, 4_500), (0.5, 24_000)])
def test_a_list_stays_small(share: float, most: int) -> None:
    """10⁹ credentials are 16 lists a bucket; whoever verifies fetches one of them."""
    draw = random.Random(1)
    states = list(rules.MARKS)
    stopped: list[tuple[int, CredentialState]] = [
        (place, draw.choice(states)) for place in range(rules.LIST_SIZE) if draw.random() < share
    ]
    content, until = rules.write_status(list_name="7-0", issuer_key_id=4, stopped=stopped, at=AT)
    assert len(content) < most
    assert until - AT == timedelta(seconds=rules.STATUS_SECONDS)
    assert all(mark(content, place) == rules.MARKS[state] for place, state in stopped[:500])
