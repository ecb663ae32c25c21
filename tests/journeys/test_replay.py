"""A draft is tried on what was settled: who gains and loses, to the fen, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest
from journey_house import House

from openyibao.kit.db import Readers, Reading
from openyibao.rooms.catalogue import Catalogue
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.policies import Policy, PolicyShelf, read_document
from openyibao.rooms.settlement import Replayed, Settled, Settlement, Shelves, replay, replaying

BEIJING = (Path(__file__).parents[2] / "policies/beijing/employee-2025.yaml").read_text(encoding="utf-8")
TODAY = date(2026, 11, 23)
OUTPATIENT = "              - {up_to: 20000, ratio: 70%}\n"
MORE = OUTPATIENT.replace("70%", "75%")


def draft(change: Callable[[str], str] = lambda text: text) -> Policy:
    read = read_document(change(BEIJING))
    assert isinstance(read, Policy), read
    return read


def raised(text: str) -> str:
    """Employees at hospitals: 75 % of outpatient spending above the deductible, not 70."""
    assert text.count(OUTPATIENT) == 1
    return text.replace(OUTPATIENT, MORE)


async def tried(house: House, policy: Policy, *, from_on: date = TODAY, to_on: date = TODAY, **fields: Any) -> Replayed:
    readers = await Readers.open(house.owner_url, most=1)
    try:
        async with readers.reading() as reading:
            shelves = Shelves(Catalogue(), PolicyShelf())
            return await replay(reading, shelves, policy, from_on=from_on, to_on=to_on, **fields)
    finally:
        await readers.close()


async def settled(house: House, person: int, amount_fen: int, **fields: Any) -> Settlement:
    done = await house.settle_new(person, [house.line(amount_fen=amount_fen)], **fields)
    assert isinstance(done, Settled), done
    return done.settlement


def employees(house: House, category: str = "employee") -> list[int]:
    """People insured like the published cases and in no group, by category."""
    return [
        n
        for n, one in enumerate(house.prepared.installed.enrolments)
        if one.insurance_type.value == "employee"
        and one.person_category.value == category
        and one.pooling_area == 110100
        and not one.groups
        and not one.ends_on
    ]


@pytest.fixture
async def year(house: House) -> House:
    """Two employees and a retired person with bills above and below the deductible; one bill is reversed."""
    one, other = employees(house)[:2]
    (retired,) = employees(house, "retired")[:1]
    await settled(house, one, 150_000)
    await settled(house, one, 100_000)
    await settled(house, one, 40_000)
    await settled(house, other, 90_000)
    await settled(house, retired, 200_000)
    undone = await settled(house, other, 500_000)
    assert isinstance(await house.reverse(undone.settlement_id, undone.cell), Settled)
    await settled(house, one, 300_000, encounter=house.visit(EncounterKind.inpatient))
    return house


async def test_under_the_policy_that_holds_already_nothing_changes_to_the_fen(year: House) -> None:
    done = await tried(year, draft())
    whole = done.gathered.whole
    assert (whole.settlements, whole.changed, whole.gaining, whole.losing) == (6, 0, 0, 0)
    assert (whole.fund_before_fen, whole.person_before_fen) == (whole.fund_after_fen, whole.person_after_fen)
    assert whole.fund_before_fen > 0
    assert all(before == after for before, after in done.gathered.payers.values())
    assert done.largest == []
    assert done.left == {"reversed": 1}


async def test_a_raised_ratio_gives_what_five_per_cent_above_the_deductible_come_to(year: House) -> None:
    done = await tried(year, draft(raised))
    # The one above 1800.00: 700.00 of the second bill and 400.00 of the third, 5 % of each: 35.00 + 20.00. The retired
    # person above 1300.00: 70 % and the supplement up to 85 % before, 75 % and up to 85 % now: bears the same.
    whole = done.gathered.whole
    assert (whole.persons, whole.gaining, whole.losing) == (3, 1, 0)
    assert whole.gained_fen == whole.net_fen == 3_500 + 2_000
    assert whole.fund_after_fen - whole.fund_before_fen == 5_500
    assert done.gathered.payers["large_sum"][1] - done.gathered.payers["large_sum"][0] == 5_500 + 3_500
    assert done.gathered.payers["other_funds"][1] - done.gathered.payers["other_funds"][0] == -3_500
    by_category = {
        name: tally.net_fen for (facet, name), tally in done.gathered.groups.items() if facet == "person_category"
    }
    assert by_category == {"employee": 5_500, "retired": 0}
    assert [change.gain_fen for change in done.largest] == [3_500, 2_000]
    for change in done.largest:
        assert sum(step.amount_fen for step in change.steps_before if step.payer == "large_sum") > 0
        said = [step.zh for step in change.steps_after if step.payer == "large_sum"]
        assert any("75%" in sentence for sentence in said)


async def test_bills_before_the_days_asked_for_build_the_accumulators_and_are_not_counted(year: House) -> None:
    one = employees(year)[0]
    year.move_on(86_400)
    tomorrow = TODAY + timedelta(days=1)
    await settled(year, one, 10_000)
    done = await tried(year, draft(raised), from_on=tomorrow, to_on=tomorrow)
    assert (done.gathered.whole.settlements, done.run) == (1, 7)
    assert done.first_on == date(2026, 1, 1)
    assert done.gathered.whole.net_fen == 500
    # A higher deductible: the draft's own accumulators count from the start of its year, not the stored ones.
    higher = draft(lambda text: text.replace("amounts: [1800]", "amounts: [2850]"))
    # 1500 + 1000 + 400 = 2900 came before: the draft's deductible is met by now, so this bill is the same.
    assert (await tried(year, higher, from_on=tomorrow, to_on=tomorrow)).gathered.whole.net_fen == 0
    # On both days: 70 % of the 1050 that lie between the deductibles.
    assert (await tried(year, higher, to_on=tomorrow)).gathered.whole.net_fen == -73_500


async def test_a_draft_with_a_year_of_its_own_begins_to_count_where_that_year_begins(year: House) -> None:
    done = await tried(year, draft(lambda text: text.replace("policy_year: 01-01", "policy_year: 07-01")))
    assert done.first_on == date(2026, 7, 1)
    assert (done.gathered.whole.settlements, done.gathered.whole.changed) == (6, 0)
    tomorrow = draft(lambda text: text.replace("policy_year: 01-01", "policy_year: 11-24"))
    year.move_on(86_400)
    await settled(year, employees(year)[0], 10_000)
    done = await tried(year, tomorrow, to_on=TODAY + timedelta(days=1))
    # A new year, and so a new deductible: what was paid at 70 % falls on the person.
    assert (done.first_on, done.gathered.whole.net_fen) == (date(2025, 11, 24), -7_000)


async def test_the_personal_account_has_for_the_next_bill_what_the_draft_leaves_in_it(year: House) -> None:
    def no_account(text: str) -> str:
        return text.replace("  pays: [own_share, first_share]\nlabels", "  pays: [first_share]\nlabels")

    done = await tried(year, draft(no_account))
    assert done.gathered.payers["personal_account"][1] == 0
    assert done.gathered.whole.net_fen == 0


async def test_few_rows_and_lines_at_once_come_to_the_same(year: House, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = await tried(year, draft(raised))
    monkeypatch.setattr(replaying, "ROWS_MAX", 2)
    monkeypatch.setattr(replaying, "LINES_MAX", 1)
    seen: list[tuple[int, int]] = []
    again = await tried(year, draft(raised), progress=lambda done, whole: seen.append((done, whole)))
    assert again.gathered.whole == usual.gathered.whole
    assert again.gathered.groups == usual.gathered.groups
    assert again.largest == usual.largest
    assert seen[-1] == (7, 7)
    assert len(seen) > 1


async def test_a_draft_of_another_area_or_category_finds_nothing(year: House) -> None:
    elsewhere = await tried(year, draft(lambda text: text.replace("area: 110100", "area: 310100")))
    assert (elsewhere.first_on, elsewhere.gathered.whole.settlements) == (None, 0)
    only_retired = msgspec.structs.replace(draft(raised), categories=("retired",))
    done = await tried(year, only_retired)
    assert done.gathered.whole.settlements == 1
    assert done.left == {"reversed": 1, "category": 5}


async def test_what_the_draft_does_not_speak_of_stays_and_what_it_refuses_falls_on_the_person(year: House) -> None:
    no_stays = draft(lambda text: text.replace("kinds: [inpatient]", "kinds: [home_bed]"))
    done = await tried(year, no_stays)
    assert done.left["kind"] == 1
    assert done.gathered.whole.changed == 0
    prescribed = draft(
        lambda text: text.replace("    kinds: [inpatient]\n", "    kinds: [inpatient]\n    needs: [prescription]\n")
    )
    done = await tried(year, prescribed)
    assert done.refused == {"prescription_needed": 1}
    (change,) = done.largest
    assert change.refused == "prescription_needed"
    assert change.gain_fen == -change.before.fund_total_fen < 0


async def test_replaying_writes_nothing_and_could_not(year: House) -> None:
    tables = [row[0] for row in await year.rows("select tablename from pg_tables where schemaname = 'public'")]

    async def contents() -> dict[str, list[Any]]:
        return {name: await year.rows(f"select count(*), max(xmin::text::bigint) from {name}") for name in tables}

    before = await contents()
    await tried(year, draft(raised))
    assert await contents() == before
    readers = await Readers.open(year.owner_url, most=1)
    async with readers.reading() as reading:
        assert isinstance(reading, Reading)
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await reading.fetch("update accumulators set turn = turn + 1")
    await readers.close()
