"""Guessing codes is borne so long and no longer, and counted by the institution, in whichever process it scans."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from test_scan import BUCKET, Desk

from openyibao.kit.clock import FakeClock
from openyibao.kit.db import Tx
from openyibao.rooms import presentation
from openyibao.rooms.presentation import Presentation, Purpose, ScanKeys, ScanLimits, ScanRequest, records
from openyibao.rooms.presentation.guarding import Guard, never_busy

MINE, OTHER = 5, 6


class Counter(Desk):
    """A desk in several processes, for several institutions."""

    def process(self, **limits: int) -> ScanKeys:
        return ScanKeys(self.ring, self.sealer, issuer="900", limits=ScanLimits(**limits))

    async def ask(self, keys: ScanKeys, code: str, institution_id: int = MINE, **fields: Any) -> Any:
        given = {"terminal_code": "a", "operator_code": "", "purpose": Purpose.settlement, **fields}
        request = ScanRequest(code=code, institution_id=institution_id, **given)
        (answer,) = await presentation.scan(
            self.tx, self.clock, keys, requests=[request], refuse_institution=lambda _: None
        )
        return answer

    async def told(self, keys: ScanKeys, code: str, institution_id: int = MINE) -> str:
        return str(getattr(await self.ask(keys, code, institution_id), "code", "accepted"))

    async def stored(self, reason: str) -> int:
        row = await self.tx.fetchrow("select count(*) from scan_refusals where reason = $1", reason)
        return int(row[0])

    async def counted(self, institution_id: int, reason: str) -> int:
        row = await self.tx.fetchrow(
            "select coalesce(sum(refused_count), 0)::bigint from scan_refusal_counts "
            "where institution_id = $1 and reason = $2",
            institution_id,
            reason,
        )
        return int(row[0])


@pytest.fixture
async def counter(tx: Tx, clock: FakeClock) -> Counter:
    made = Counter(tx, clock)
    await made.activate()
    return made


def nobody(number: int) -> str:
    """A code of a serial that nobody has, each time another one."""
    return f"900{number * 1024 + 3:010d}" + "0" * 9 + "110000"


def forged(code: str) -> str:
    """The code with another authentication code."""
    return code[:13] + f"{(int(code[13:22]) + 1) % 10**9:09d}" + code[22:]


async def test_too_many_bad_codes_stop_an_institution_in_every_process_for_the_minute(counter: Counter) -> None:
    keys, other_process = counter.process(bad_codes_a_minute=3), counter.process(bad_codes_a_minute=3)
    for number in range(3):
        assert await counter.told(keys, nobody(number)) == "code_not_valid"
    good = counter.show()
    assert await counter.told(other_process, good) == "too_many_bad_codes"
    assert await counter.counted(MINE, "code_not_valid") == 3
    assert await counter.counted(OTHER, "code_not_valid") == 0
    assert await counter.told(other_process, good, OTHER) == "accepted"
    counter.clock.move(timedelta(minutes=1))
    assert await counter.told(other_process, counter.show()) == "accepted"


async def test_a_person_is_never_locked_out_by_a_strangers_guesses(counter: Counter) -> None:
    keys = counter.process(bad_codes_a_minute_for_alias=2)
    good = counter.show()
    for _ in range(2):
        assert await counter.told(keys, forged(good)) == "code_not_valid"
    assert await counter.told(keys, good) == "too_many_bad_codes"
    assert await counter.told(keys, good, OTHER) == "accepted"


async def test_guesses_at_known_serials_count_too(counter: Counter) -> None:
    keys = counter.process(bad_codes_a_minute=3)
    for _ in range(3):
        assert await counter.told(keys, forged(counter.show())) == "code_not_valid"
    assert await counter.counted(MINE, "code_not_valid") == 3
    assert await counter.stored("code_not_valid") == 3
    assert await counter.told(keys, nobody(1)) == "too_many_bad_codes"


@pytest.mark.parametrize(("code", "reason"), [(nobody(1), "code_not_valid"), ("424" + "0" * 25, "code_other_issuer")])
async def test_what_leads_to_nobody_is_stored_so_often_and_then_counted(
    counter: Counter, code: str, reason: str
) -> None:
    keys = counter.process(stored_a_minute=2, bad_codes_a_minute_for_alias=100)
    for _ in range(5):
        assert await counter.told(keys, code) == reason
    assert await counter.stored(reason) == 2
    assert await counter.counted(MINE, reason) == 5


async def test_being_told_too_many_bad_codes_fills_no_table(counter: Counter) -> None:
    keys = counter.process(stored_a_minute=2, bad_codes_a_minute=1)
    assert await counter.told(keys, nobody(0)) == "code_not_valid"
    for number in range(1, 6):
        assert await counter.told(keys, nobody(number)) == "too_many_bad_codes"
    assert await counter.stored("too_many_bad_codes") == 2
    assert await counter.counted(MINE, "too_many_bad_codes") == 5


async def test_a_credential_that_is_not_activated_shows_nothing(counter: Counter) -> None:
    await counter.tx.execute("update credentials set state = 'issued' where bucket = $1", BUCKET)
    assert await counter.told(counter.keys, counter.show()) == "credential_not_activated"


async def test_the_same_terminal_and_key_get_the_same_presentation(counter: Counter) -> None:
    code = counter.show()
    first = await counter.ask(counter.keys, code, caller_key="k1")
    again = await counter.ask(counter.keys, code, caller_key="k1")
    assert isinstance(first, Presentation)
    assert (again.presentation_id, again.visit_token) == (first.presentation_id, first.visit_token)
    assert (first.repeated, again.repeated) == (False, True)


async def test_another_key_at_the_same_terminal_is_another_scan(counter: Counter) -> None:
    code = counter.show()
    assert isinstance(await counter.ask(counter.keys, code, caller_key="k1"), Presentation)
    other = await counter.ask(counter.keys, code, caller_key="k2")
    assert other.code == "code_already_used"
    without = await counter.ask(counter.keys, code)
    assert without.repeated


async def test_a_key_does_not_carry_a_code_to_another_terminal_or_purpose(counter: Counter) -> None:
    code = counter.show()
    assert isinstance(await counter.ask(counter.keys, code, caller_key="k1"), Presentation)
    elsewhere = await counter.ask(counter.keys, code, caller_key="k1", terminal_code="b")
    other_purpose = await counter.ask(counter.keys, code, caller_key="k1", purpose=Purpose.consultation)
    assert [elsewhere.code, other_purpose.code] == ["code_already_used", "code_already_used"]


async def test_a_days_bad_codes_stop_an_institution_till_the_next_day(counter: Counter) -> None:
    keys = counter.process(bad_codes_a_day=3)
    for number in range(3):
        assert await counter.told(keys, nobody(number)) == "code_not_valid"
        counter.clock.move(timedelta(minutes=2))
    assert await counter.told(keys, counter.show()) == "too_many_bad_codes"
    assert await counter.told(keys, counter.show(), OTHER) == "accepted"
    counter.clock.move(timedelta(days=1))
    assert await counter.told(keys, counter.show()) == "accepted"


async def test_a_busy_institution_may_have_more_a_day(counter: Counter) -> None:
    keys = counter.process(bad_codes_a_day=1, bad_codes_a_day_busy=3)
    requests = [
        ScanRequest(code=nobody(n), institution_id=MINE, terminal_code="a", operator_code="", purpose=Purpose.report)
        for n in range(4)
    ]
    answers = await presentation.scan(
        counter.tx,
        counter.clock,
        keys,
        requests=requests,
        refuse_institution=lambda _: None,
        busy=lambda institution_id: institution_id == MINE,
    )
    assert [getattr(answer, "code", "") for answer in answers] == [*["code_not_valid"] * 3, "too_many_bad_codes"]


async def test_codes_of_one_batch_are_counted_in_their_order(counter: Counter) -> None:
    """A batch is no way around the limit: what comes after the last bad code that is borne is not looked at."""
    keys, good = counter.process(bad_codes_a_minute=2), counter.show()
    requests = [
        ScanRequest(code=code, institution_id=MINE, terminal_code="a", operator_code="", purpose=Purpose.settlement)
        for code in (nobody(1), nobody(2), good)
    ]
    answers = await presentation.scan(
        counter.tx, counter.clock, keys, requests=requests, refuse_institution=lambda _: None
    )
    assert [getattr(each, "code", "") for each in answers] == ["code_not_valid", "code_not_valid", "too_many_bad_codes"]
    assert await counter.counted(MINE, "too_many_bad_codes") == 1


async def test_a_batch_that_others_overtook_accepts_nothing_beside_its_bad_code(counter: Counter) -> None:
    """Two processes guess at once: the second holds the counter's row last, sees the first's guesses and accepts nothing."""
    keys = counter.process(bad_codes_a_day=3)
    guard = await Guard.open(counter.tx, counter.clock, keys, {MINE}, never_busy)
    for number in range(3):
        assert await counter.told(counter.process(bad_codes_a_day=3), nobody(number)) == "code_not_valid"
    guard.refuse(MINE, records.CODE_NOT_VALID)
    assert await guard.count(counter.tx) == {MINE}
    fresh = await Guard.open(counter.tx, counter.clock, keys, {OTHER}, never_busy)
    fresh.refuse(OTHER, records.CODE_NOT_VALID)
    assert await fresh.count(counter.tx) == set()
