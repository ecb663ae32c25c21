"""The turn of the account year, with bills and credits while it is under way; credit files that break off and come again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aid_house import Relative, newcomer, pots_fen, somebody
from journey_house import House
from test_refusals import hold_the_sentences

from openyibao.fronts.shared.crediting import CreditReport, credit_file
from openyibao.kit.db import Tx
from openyibao.rooms import account_credits, holds
from openyibao.rooms.account_credits import InterestRates, account_year_start, interest_fen, interest_rates
from openyibao.rooms.areas import AreaRows, PoolingArea, import_areas, read_area_settings
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.holds import HoldPurpose, NewHold
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.people import check_digit
from openyibao.rooms.settlement import Settled
from openyibao.year_rolling import AreaRolled, roll_year

BEFORE_MIDNIGHT = datetime(2026, 12, 31, 15, 50, tzinfo=UTC)
AFTER_MIDNIGHT = datetime(2026, 12, 31, 16, 1, tzinfo=UTC)
BEIJING, GUANGZHOU = 110100, 440100
RATES = {"account_interest_bp": {"current": 35, "past": 150}}


async def set_area(house: House, **settings: Any) -> PoolingArea:
    """The area's settings, as its agency enters them."""
    area = house.platform.desk.areas.by_code(BEIJING)
    assert area is not None
    changed = msgspec.structs.replace(area, settings=read_area_settings({**area.said, **settings}))
    await house.work(lambda tx: import_areas(tx, house.clock, rows=AreaRows(pooling_areas=(changed,), agency_areas=())))
    async with house.platform.readers.reading() as reading:
        await house.platform.desk.areas.fresh(reading)
    return changed


async def faults(house: House) -> list[tuple[str, str]]:
    return [(fault.kind, fault.where) for fault in (await house.verify()).faults]


def at_two(rolled: Sequence[AreaRolled]) -> tuple[AreaRolled, AreaRolled]:
    """Beijing and Guangzhou, of all areas where somebody is insured."""
    found = {one.pooling_area: one for one in rolled}
    return found[BEIJING], found[GUANGZHOU]


async def insured_in(house: House, area: int) -> int:
    rows = await house.rows("select count(distinct person_id) from personal_accounts where cell / 100 = $1", area)
    return int(rows[0][0])


async def books(house: House) -> dict[tuple[int, str], int]:
    rows = await house.rows("select person_id, pot, balance_fen from personal_accounts")
    return {(row[0], row[1]): row[2] for row in rows}


@pytest.mark.parametrize(
    ("balance_fen", "rate_bp", "fen"), [(0, 35, 0), (10_000, 35, 35), (142, 35, 0), (143, 35, 1), (99_999, 150, 1_500)]
)
def test_interest_is_rounded_half_up_to_the_fen(balance_fen: int, rate_bp: int, fen: int) -> None:
    assert interest_fen(balance_fen, rate_bp) == fen


def test_an_area_without_settings_pays_no_interest_and_turns_with_its_policy_year() -> None:
    assert interest_rates({}) == InterestRates(current_bp=0, past_bp=0)
    assert account_year_start({}, 2027, date(2026, 7, 1)) == date(2027, 7, 1)
    assert account_year_start({}, 2027, None) == date(2027, 1, 1)
    assert account_year_start({"account_year": "09-01"}, 2027, date(2026, 7, 1)) == date(2027, 9, 1)


async def test_the_turn_pays_interest_by_pot_and_carries_the_current_pot_over(house: House) -> None:
    await set_area(house, **RATES)
    one = await newcomer(house, "李晓晨", agency_area=110101, current_fen=100_000, past_fen=50_000)
    other = await newcomer(house, "王一诺", current_fen=70_000)
    before = await books(house)
    house.clock.set(BEFORE_MIDNIGHT)
    (beijing, guangzhou) = at_two(await roll_year(house.platform, 2027))
    insured = await insured_in(house, BEIJING)
    assert (beijing.due, beijing.people_count, beijing.left_count) == (False, 0, insured)
    assert await books(house) == before
    house.clock.set(AFTER_MIDNIGHT)
    told = []
    (beijing, guangzhou) = at_two(
        await roll_year(house.platform, 2027, people_at_once=7, progress=lambda *each: told.append(each))
    )
    assert {(beijing.name, insured, insured), (guangzhou.name, 1, 1)} <= set(told)
    assert (beijing.people_count, beijing.left_count, guangzhou.people_count) == (insured, 0, 1)
    assert await pots_fen(house, one) == {"current": (0, 0), "past": (150_000 + 350 + 750, 0)}
    assert await pots_fen(house, other) == {"current": (0, 0), "past": (70_000, 0)}
    interest_fen = beijing.interest_current_fen + beijing.interest_past_fen
    assert sum((await books(house)).values()) == sum(before.values()) + interest_fen
    assert await faults(house) == []
    after = await books(house)
    (again, _) = at_two(await roll_year(house.platform, 2027))
    assert again == beijing
    assert await books(house) == after


async def test_bills_while_the_turn_is_under_way_count_once_and_in_their_own_year(house: House) -> None:
    await set_area(house, **RATES)
    persons = [somebody(house, number) for number in (0, 1)]
    house.clock.set(BEFORE_MIDNIGHT)
    old = [await house.settle_new(number, [house.line(amount_fen=20_000)]) for number in (0, 1)]
    stay = await house.open(await _token(house, 4), house.visit(EncounterKind.inpatient))
    house.clock.set(AFTER_MIDNIGHT)
    # One of them is turned, the other not yet; both are treated in between.
    rolled = min(persons, key=lambda one: (one.cell, one.person_id))
    await _roll_to(house, rolled)
    new = [await house.settle_new(number, [house.line(amount_fen=30_000)]) for number in (0, 1)]
    await roll_year(house.platform, 2027, people_at_once=3)
    last = [await house.settle_new(number, [house.line(amount_fen=40_000)]) for number in (0, 1)]
    for bills, year in ((old, 2026), (new, 2027), (last, 2027)):
        assert all(isinstance(bill, Settled) and bill.settlement.policy_year == year for bill in bills), bills
    for person in persons:
        rows = await house.rows(
            "select policy_year, (amounts->>'outpatient_in_policy_fen')::int, turn from accumulators "
            "where person_id = $1 order by 1",
            person.person_id,
        )
        assert [tuple(row) for row in rows] == [(2026, 20_000, 1), (2027, 70_000, 2)]
    (row,) = await house.rows("select state from encounters where encounter_id = $1", stay.encounter.encounter_id)
    assert row["state"] == "open"
    assert await faults(house) == []
    # What was paid from this year's pot before the turn is past years' money when it comes back.
    before = await pots_fen(house, persons[0])
    undone = await house.reverse(old[0].settlement.settlement_id, old[0].settlement.cell)
    assert isinstance(undone, Settled), undone
    after = await pots_fen(house, persons[0])
    assert after["current"] == before["current"]
    assert after["past"][0] - before["past"][0] == undone.settlement.personal_account_fen == 20_000
    assert undone.settlement.past_account_balance_after_fen == after["past"][0]
    assert await faults(house) == []


async def _token(house: House, person: int) -> str:
    return await house.token(person)


async def _roll_to(house: House, person: Relative) -> None:
    """Turn the people of a cell up to this one, as a roll that broke off has."""
    rates = InterestRates(current_bp=35, past_bp=150)

    async def run(tx: Tx) -> Any:
        after = 0
        while after < person.person_id:
            _, after = await account_credits.roll_chunk(
                tx, house.clock, cell=person.cell, account_year=2027, rates=rates, after=after, most=1
            )

    await house.work(run)


async def test_what_is_held_stays_in_the_current_pot_over_the_turn(house: House) -> None:
    one = await newcomer(house, "李晓晨", current_fen=10_000)
    wanted = NewHold(
        cell=one.cell,
        person_id=one.person_id,
        pot=AccountPot.current,
        amount_fen=4_000,
        purpose=HoldPurpose.mutual_aid,
        reference="1:over-the-year",
        subject_id=1,
        expires_at=AFTER_MIDNIGHT,
    )
    (held,) = await house.work(lambda tx: holds.hold(tx, house.clock, [wanted], actor="test"))
    house.clock.set(AFTER_MIDNIGHT)
    await roll_year(house.platform, 2027)
    assert await pots_fen(house, one) == {"current": (4_000, 4_000), "past": (6_000, 0)}
    await house.work(lambda tx: holds.release(tx, house.clock, [held], actor="test"))
    assert await pots_fen(house, one) == {"current": (4_000, 0), "past": (6_000, 0)}
    assert await faults(house) == []


# credits


def written(path: Path, lines: Iterator[tuple[str, str, str]] | list[tuple[str, str, str]]) -> Path:
    """A credit file: (document number, pot, amount)."""
    rows = "".join(f"identity_card,{number},{pot},{amount}\n" for number, pot, amount in lines)
    path.write_text("document_type,document_number,pot,amount\n" + rows, encoding="utf-8")
    return path


def number_of(house: House, person: int) -> str:
    return house.prepared.installed.persons[person].document_number


async def credited(house: House, path: Path, *, code: str = "2026-12", year: int = 2026) -> Any:
    area = house.platform.desk.areas.by_code(BEIJING)
    return await credit_file(house.platform, path, area=area, batch_code=code, account_year=year)


async def test_a_file_brought_twice_credits_each_line_once(house: House, tmp_path: Path) -> None:
    before = await books(house)
    lines = [
        (number_of(house, 0), "current", "12.34"),
        (number_of(house, 0), "past", "1"),
        (number_of(house, 1), "current", "5.00"),
    ]
    stranger = "99988819800101777"
    path = written(tmp_path / "credits.csv", [*lines, (stranger + "0", "current", "1.00")])
    first = await credited(house, path)
    assert isinstance(first, CreditReport), first
    assert (first.line_count, first.credited_count, first.credited_fen, first.refused_count) == (4, 3, 1_834, 1)
    hold_the_sentences(first.refused[0][1], "credit_person_unknown")
    again = await credited(house, path)
    assert (again.credited_count, again.known_count, again.refused_count) == (0, 3, 1)
    after = await books(house)
    person = somebody(house, 0).person_id
    assert after[person, "current"] - before[person, "current"] == 1_234
    assert after[person, "past"] - before[person, "past"] == 100
    assert sum(after.values()) - sum(before.values()) == 1_834
    assert await faults(house) == []


async def test_another_file_under_the_code_is_refused(house: House, tmp_path: Path) -> None:
    await credited(house, written(tmp_path / "one.csv", [(number_of(house, 0), "current", "1.00")]))
    other = await credited(house, written(tmp_path / "two.csv", [(number_of(house, 0), "current", "2.00")]))
    hold_the_sentences(other, "credit_batch_differs")


async def test_a_broken_file_credits_nothing(house: House, tmp_path: Path) -> None:
    before = await books(house)
    good = (number_of(house, 0), "current", "1.00")
    for bad in (
        ("x", "current", "1.00"),
        (number_of(house, 1), "purse", "1.00"),
        (number_of(house, 1), "current", "0"),
    ):
        refused = await credited(house, written(tmp_path / "broken.csv", [good, bad]))
        hold_the_sentences(refused, "credit_file_broken")
        assert refused.facts["line_no"] == 3
    assert await books(house) == before


async def test_a_line_for_somebody_without_an_account_here_is_refused_alone(house: House, tmp_path: Path) -> None:
    elsewhere = await newcomer(house, "李晓晨")
    first_17 = "99988819800101001"
    (row,) = await house.rows("select person_id from persons where person_id = $1", elsewhere.person_id)
    assert row
    lines = [(first_17 + check_digit(first_17), "current", "1.00"), (number_of(house, 0), "current", "1.00")]
    report = await credited(house, written(tmp_path / "credits.csv", lines))
    assert (report.credited_count, report.refused_count) == (1, 1)
    hold_the_sentences(report.refused[0][1], "credit_account_missing")
    assert await faults(house) == []


async def test_a_credit_of_the_new_year_turns_its_person_first(house: House, tmp_path: Path) -> None:
    await set_area(house, **RATES)
    person = somebody(house, 0)
    old_fen = (await pots_fen(house, person))["current"][0]
    house.clock.set(AFTER_MIDNIGHT)
    path = written(tmp_path / "january.csv", [(number_of(house, 0), "current", "100.00")])
    await credited(house, path, code="2027-01", year=2027)
    turned = await pots_fen(house, person)
    assert turned == {"current": (10_000, 0), "past": (old_fen + interest_fen(old_fen, 35), 0)}
    await roll_year(house.platform, 2027)
    assert await pots_fen(house, person) == turned
    assert await faults(house) == []


async def test_people_are_treated_and_credited_while_the_turn_runs(house: House, tmp_path: Path) -> None:
    await set_area(house, **RATES)
    house.clock.set(AFTER_MIDNIGHT)
    patients = [n for n in range(20) if house.prepared.installed.enrolments[n].insurance_type == "employee"]
    tokens = {n: await house.token(n) for n in patients}
    before = await books(house)
    path = written(tmp_path / "january.csv", [(number_of(house, n), "current", "7.00") for n in patients])
    bills = [
        house.settle(tokens[n], encounter=house.visit(), items=(house.line(amount_fen=10_000 + n),)) for n in patients
    ]
    report, credited_, *done = await asyncio.gather(
        roll_year(house.platform, 2027, people_at_once=1),
        credited(house, path, code="2027-01", year=2027),
        *bills,
    )
    assert credited_.credited_count == len(patients)
    assert all(isinstance(one, Settled) and one.settlement.policy_year == 2027 for one in done), done
    (beijing,) = [one for one in report if one.pooling_area == BEIJING]
    assert (beijing.people_count, beijing.left_count) == (await insured_in(house, BEIJING), 0)
    paid_fen = sum(one.settlement.personal_account_fen for one in done)
    interest_fen_ = beijing.interest_current_fen + beijing.interest_past_fen
    after = await books(house)
    assert sum(after.values()) == sum(before.values()) + interest_fen_ + 700 * len(patients) - paid_fen
    assert await faults(house) == []
