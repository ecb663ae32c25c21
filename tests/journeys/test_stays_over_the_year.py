"""Stays over the year's end are settled by years of themselves; and what else of undoing an area decides by a setting."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from journey_house import House
from litestar import Litestar

from openyibao.fronts.shared.security import seal_session
from openyibao.fronts.terminal import terminal_router
from openyibao.fronts.terminal.sessions import COOKIE, SHIFT_SECONDS, TerminalSession
from openyibao.kit.clock import unix_seconds
from openyibao.kit.outcome import Refused
from openyibao.rooms import policies
from openyibao.rooms.encounters import EncounterKind, Opened, Uploaded
from openyibao.rooms.settlement import Corrected, Settled

WHO = 1
"""A retired employee."""
ENDED = "\ndecides: [{day: year_end, when: {kind: [inpatient]}}]\n"


async def admitted(house: House) -> Any:
    answer = await house.opened(WHO, EncounterKind.inpatient)
    assert isinstance(answer, Opened), answer
    return answer.encounter


async def upload(house: House, visit: Any, line_no: int, amount_fen: int, **fields: Any) -> None:
    answer = await house.add_items(visit, [house.line(line_no, amount_fen, **fields)])
    assert isinstance(answer, Uploaded), answer


async def settle(house: House, visit: Any, **fields: Any) -> Any:
    answer = await house.settle(None, cell=visit.cell, encounter_id=visit.encounter_id, **fields)
    assert isinstance(answer, Settled), answer
    return answer.settlement


async def say(house: House, name: str, value: str) -> None:
    """The area decides something for itself; ``value`` is JSON."""
    said = f"update pooling_areas set settings = settings || jsonb_build_object('{name}', '{value}'::jsonb)"
    await house.tamper(f"{said} where pooling_area = 110100")
    await house.tamper("update reference_versions set version = version + 1 where noun = 'areas'")


async def publish_parted_policy(house: House) -> None:
    """The employees' document of the area, but a stay is parted where the policy year ends, in place of the seeded one."""
    which = "where pooling_area = 110100 and insurance_type = 'employee'"
    row = (await house.rows(f"select body from policy_documents {which}"))[0]
    body = row["body"].replace("\nbenefits:", f"{ENDED}benefits:", 1)
    await house.tamper(f"delete from policy_documents {which}")
    made = await house.work(lambda tx: policies.publish(tx, house.clock, body=body))
    assert isinstance(made, str), made


async def test_a_policy_that_parts_a_stay_at_the_year_s_end_books_each_part_in_its_year(house: House) -> None:
    await publish_parted_policy(house)
    house.clock.set(datetime(2026, 12, 29, 4, tzinfo=UTC))
    visit = await admitted(house)
    await upload(house, visit, 1, 2_000_000)
    house.clock.set(datetime(2027, 1, 3, 4, tzinfo=UTC))
    await upload(house, visit, 2, 1_000_000)
    at = {"cell": visit.cell, "encounter_id": visit.encounter_id}
    rows = await house.rows("select fee_batch_id from fee_batches order by fee_batch_id")
    refused = await house.settle(None, **at, fee_batch_ids=tuple(row[0] for row in rows))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.facts["until_on"]) == ("parts_apart", "2026-12-29")
    seen = await house.pre_settle(None, **at)
    (rest,) = seen.rest
    assert (rest.policy_year, rest.amount_fen, rest.until_on) == (2027, 1_000_000, date(2027, 1, 3))
    first = await settle(house, visit)  # nothing chosen: what lies in the year that ended
    assert (first.fee_total_fen, first.fund_total_fen) == (2_000_000, seen.split.fund_total_fen)
    await house.close_visit(visit)
    second = await settle(house, visit)
    assert (first.policy_year, second.policy_year) == (2026, 2027)
    assert second.deductible_fen == 0  # the document asks one deductible of the whole stay
    years = await house.rows("select policy_year, turn from accumulators order by policy_year")
    assert [tuple(row) for row in years] == [(2026, 1), (2027, 1)]
    # The second part stands on the first, though in another year.
    assert isinstance(await house.reverse(second.settlement_id, second.cell), Settled)
    again = await settle(house, visit)
    assert (again.deductible_fen, again.fund_total_fen) == (0, second.fund_total_fen)
    assert isinstance(await house.reprice(first), Corrected)
    assert (await house.verify()).faults == []


async def test_the_area_decides_stays_of_which_its_document_says_nothing(house: House) -> None:
    await say(house, "stay_decided_by", '"year_end"')
    house.clock.set(datetime(2026, 12, 30, 4, tzinfo=UTC))
    visit = await admitted(house)
    await upload(house, visit, 1, 2_000_000)
    house.clock.set(datetime(2027, 1, 2, 4, tzinfo=UTC))
    # A return of the old year's line is settled with it, whenever it is uploaded.
    taken = {"original_line_no": 1, "quantity_e4": -5_000, "unit_price_micro": 20_000 * 10**6}
    await upload(house, visit, 2, -1_000_000, **taken)
    await upload(house, visit, 3, 700_000)
    await house.close_visit(visit)  # nobody made the interim settlement: the discharge settles part by part
    old, new = await settle(house, visit), await settle(house, visit)
    assert [(one.policy_year, one.fee_total_fen) for one in (old, new)] == [(2026, 1_000_000), (2027, 700_000)]
    assert old.facts.visit.on == date(2026, 12, 30)
    none = await house.settle(None, cell=visit.cell, encounter_id=visit.encounter_id)
    assert none.code == "nothing_to_settle"
    assert (await house.reverse(old.settlement_id, old.cell)).code == "later_settlement_exists"
    assert isinstance(await house.reverse(new.settlement_id, new.cell), Settled)
    assert isinstance(await house.reverse(old.settlement_id, old.cell), Settled)


async def test_the_day_of_discharge_decides_where_the_area_says_so(house: House) -> None:
    await say(house, "stay_decided_by", '"discharge"')
    house.clock.set(datetime(2026, 12, 30, 4, tzinfo=UTC))
    visit = await admitted(house)
    await upload(house, visit, 1, 2_000_000)
    house.clock.set(datetime(2027, 1, 2, 4, tzinfo=UTC))
    await upload(house, visit, 2, 700_000)
    await house.close_visit(visit)
    whole = await settle(house, visit)
    assert (whole.policy_year, whole.fee_total_fen) == (2027, 2_700_000)


async def test_a_batch_with_lines_of_two_years_is_named(house: House) -> None:
    await say(house, "stay_decided_by", '"year_end"')
    house.clock.set(datetime(2026, 12, 30, 4, tzinfo=UTC))
    visit = await admitted(house)
    house.clock.set(datetime(2027, 1, 2, 4, tzinfo=UTC))
    days = (date(2026, 12, 31), date(2027, 1, 1))
    lines = [house.line(place, 500_000, incurred_on=day) for place, day in enumerate(days, start=1)]
    await house.add_items(visit, lines)
    at = {"cell": visit.cell, "encounter_id": visit.encounter_id}
    refused = await house.settle(None, **at)
    assert (refused.code, refused.facts["until_on"]) == ("parts_apart", "2026-12-31")
    await house.remove_items(visit)
    for line in lines:
        await house.add_items(visit, [line])
    assert [(await settle(house, visit)).policy_year for _ in days] == [2026, 2027]


async def test_where_the_area_says_so_a_bill_is_reversed_under_later_ones(house: House) -> None:
    first = (await house.settle_new(WHO, [house.line(1, 300_000)])).settlement
    second = (await house.settle_new(WHO, [house.line(1, 300_000)])).settlement
    assert (await house.reverse(first.settlement_id, first.cell)).code == "later_settlement_exists"
    await say(house, "later_first", "false")
    undone = await house.reverse(first.settlement_id, first.cell, key="r")
    assert isinstance(undone, Settled), undone
    # Only the first bill's own use is taken out of the year; the second stands as it is.
    left = undone.settlement.facts.accumulators_after
    gained = second.facts.accumulators_after, second.facts.accumulators_before
    assert left == {name: after - gained[1].get(name, 0) for name, after in gained[0].items()}
    assert isinstance(await house.annul("r", verb="reverse"), Corrected)
    amounts = (await house.rows("select amounts from accumulators"))[0]["amounts"]
    assert all(value >= 0 for value in amounts.values())
    faults = (await house.verify()).faults
    assert {fault.kind for fault in faults} <= {"row_altered"}, faults  # the setting was put in by hand
    visit = await admitted(house)
    await upload(house, visit, 1, 800_000)
    interim = await settle(house, visit)
    await upload(house, visit, 2, 800_000)
    await settle(house, visit)
    assert (await house.reverse(interim.settlement_id, interim.cell)).code == "later_settlement_exists"


@pytest.fixture
async def window(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at the hospital's terminal, signed in."""
    places = house.prepared.population
    code = next(
        one.operator_code for one in places.operators if one.institution_code == house.hospital.institution_code
    )
    app = Litestar(route_handlers=[terminal_router(house.platform)], openapi_config=None)
    house.clock.set(datetime(2027, 1, 2, 4, tzinfo=UTC))
    content = TerminalSession(
        expires_seconds=unix_seconds(house.clock.now()) + SHIFT_SECONDS,
        institution_id=house.hospital.institution_id,
        operator_code=code,
        operator_name="op",
        terminal_code="T01",
    )
    cookies = {COOKIE: seal_session(house.platform, COOKIE, content)}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t", cookies=cookies) as browser:
        yield browser


async def test_the_clerk_is_offered_the_settlement_of_the_year_s_end(house: House, window: httpx.AsyncClient) -> None:
    await say(house, "stay_decided_by", '"year_end"')
    house.clock.set(datetime(2026, 12, 30, 4, tzinfo=UTC))
    visit = await admitted(house)
    await upload(house, visit, 1, 2_000_000)
    path = f"/terminal/stays/{visit.cell}/{visit.encounter_id}"
    assert "跨年度" not in (await window.get(path)).text
    house.clock.set(datetime(2027, 1, 2, 4, tzinfo=UTC))
    assert "2026 年度已结束" in (await window.get(path)).text
    assert "待年终结算" in (await window.get("/terminal/stays")).text
    await upload(house, visit, 2, 700_000)
    shown = (await window.get(path)).text
    assert "2027 年度：2027-01-02 至 2027-01-02，7000.00 元" in shown
    proof = re.search(r'name="form_proof" value="([^"]+)"', shown)
    assert proof, shown
    seen = await window.post(f"{path}/pre-settle", data={"account_use": "own", "form_proof": proof[1]})
    assert "2027-01-02 起的费用 7000.00 元留待下一次结算" in seen.text
    await settle(house, visit, interim=True)
    assert "跨年度" not in (await window.get(path)).text
    assert "待年终结算" not in (await window.get("/terminal/stays")).text
