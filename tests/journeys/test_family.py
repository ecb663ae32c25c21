"""A relative shows the code: a parent a newborn's, a grown child an elder's; within edges, and never after the end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from family_house import (
    PROOF,
    agreed,
    billed,
    code_of,
    consented,
    ended,
    grown_person,
    newborn,
    offered,
    on_phone,
    person_of,
    prove,
    shown,
    with_account,
)
from journey_house import House
from rights_house import RightsHouse

from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, mandates, presentation
from openyibao.rooms.filings import Filed, Filer, FileRequest, FilingKind, NewFiling
from openyibao.rooms.mandates import ConsentWay, FamilyMandate, MandateBasis, MandateSettings, MandateState
from openyibao.rooms.people import masked_name
from openyibao.rooms.presentation import Presentation, Purpose
from openyibao.rooms.settlement import Settled

PARENT = {"basis": MandateBasis.parent}


def code(answer: object) -> str:
    return answer.code if isinstance(answer, Refused) else type(answer).__name__


async def test_a_parent_shows_the_newborns_code_and_the_newborns_insurance_pays(house: House) -> None:
    child, parent = await newborn(house), grown_person(house)
    assert code(await offered(house, child, parent, proof_number=PROOF, **PARENT)) == "mandate_proof_unknown"
    assert code(await prove(house, child, parent, approver="officer-1")) == "kinship_officers"
    await prove(house, child, parent)
    assert code(await offered(house, child, parent, proof_number="Z999119999", **PARENT)) == "mandate_proof_unknown"
    one = await offered(house, child, parent, proof_number=PROOF, **PARENT)
    assert isinstance(one, FamilyMandate)
    assert (one.consent_way, one.own_consent_at) == (ConsentWay.guardian, None)
    found = await shown(house, one, parent)
    assert isinstance(found, Presentation), found
    assert found.person_id == person_of(house, child).person_id
    assert found.shown_by == masked_name(person_of(house, parent).name)
    bill = await house.settle(found.visit_token, encounter=house.visit(), items=(house.line(amount_fen=200_000),))
    assert isinstance(bill, Settled), bill
    assert bill.settlement.person_id == person_of(house, child).person_id
    assert bill.settlement.facts.mandate_id == one.mandate_id
    # A child's own consent is not asked, and nobody but a guardian is let in.
    assert code(await consented(house, one)) == "mandate_not_waiting"
    assert code(await ended(house, one, child)) == "mandate_guardian_decides"
    assert code(await offered(house, child, grown_person(house, 1))) == "mandate_needs_guardian"
    assert code(await ended(house, one, parent)) == "FamilyMandate"
    assert code(await shown(house, one, parent)) == "mandate_ended"
    assert (await house.verify()).faults == []


async def test_a_mandate_changes_by_itself_on_birthdays_over_eighteen_years(house: House) -> None:
    child, parent = await newborn(house), grown_person(house)
    await prove(house, child, parent)
    one = await offered(house, child, parent, proof_number=PROOF, **PARENT)
    seen: list[tuple[date, str]] = []

    async def on(day: datetime) -> tuple[str, str]:
        house.clock.set(day)
        binding = await on_phone(house, one, parent)
        if isinstance(binding, Refused):
            return mandates.state_on(one, house.clock.today()).value, binding.code
        answer = await house.scan(code_of(house, binding))
        seen.append((house.clock.today(), code(answer)))
        return mandates.state_on(one, house.clock.today()).value, code(answer)

    # Born on 14 October 2026; the day turns at midnight in Shanghai.
    assert await on(datetime(2040, 10, 13, 15, 59, tzinfo=UTC)) == ("active", "Presentation")
    assert code(await ended(house, one, child)) == "mandate_guardian_decides"
    assert await on(datetime(2042, 10, 13, 16, 1, tzinfo=UTC)) == ("active", "Presentation")
    assert mandates.asks_own_consent(one, house.clock.today())
    assert mandates.own_consent_due(one) == date(2042, 11, 13)
    assert await on(datetime(2042, 11, 13, 15, 59, tzinfo=UTC)) == ("active", "Presentation")
    assert await on(datetime(2042, 11, 13, 16, 1, tzinfo=UTC)) == ("paused", "mandate_own_consent_needed")
    one = await consented(house, one)
    assert await on(datetime(2044, 10, 13, 15, 59, tzinfo=UTC)) == ("active", "Presentation")
    assert await on(datetime(2044, 10, 13, 16, 1, tzinfo=UTC)) == ("expired", "mandate_ended")
    assert mandates.last_day(one) == date(2044, 10, 13)
    assert code(await offered(house, child, parent, proof_number=PROOF, **PARENT)) == "mandate_principal_grown"
    assert len(seen) == 4


async def test_a_child_of_fourteen_may_end_it(house: House) -> None:
    child, parent = await newborn(house), grown_person(house)
    await prove(house, child, parent)
    one = await offered(house, child, parent, proof_number=PROOF, **PARENT)
    house.clock.set(datetime(2040, 10, 14, 3, tzinfo=UTC))
    assert code(await ended(house, one, child)) == "FamilyMandate"
    assert code(await shown(house, one, parent)) == "mandate_ended"


async def test_an_elders_code_needs_the_elders_consent(house: House) -> None:
    elder, daughter = with_account(house), grown_person(house)
    one = await offered(house, elder, daughter)
    assert mandates.state_on(one, house.clock.today()) is MandateState.offered
    assert code(await shown(house, one, daughter)) == "mandate_not_consented"
    assert code(await consented(house, one, by=daughter)) == "mandate_unknown"
    refused = await consented(house, one, way=ConsentWay.officer, officers=("o1", "o1"))
    assert code(refused) == "kinship_officers"
    one = await consented(house, one, way=ConsentWay.officer, officers=("o1", "o2"))
    assert isinstance(await shown(house, one, daughter), Presentation)
    assert code(await offered(house, elder, daughter)) == "mandate_exists"
    assert (await house.verify()).faults == []


async def test_an_offer_lapses_after_thirty_days(house: House) -> None:
    one = await offered(house, with_account(house), grown_person(house))
    house.move_on(31 * 86_400)
    assert mandates.state_on(one, house.clock.today()) is MandateState.expired
    assert code(await consented(house, one)) == "mandate_not_waiting"


async def test_a_code_ends_with_the_mandate_the_purpose_and_the_agents_own_phone(house: House) -> None:
    elder, daughter = with_account(house), grown_person(house)
    one = await agreed(house, elder, daughter, purposes=("registration", "settlement"))
    binding = await on_phone(house, one, daughter)
    assert binding.binding_id == (await on_phone(house, one, daughter)).binding_id
    assert code(await shown(house, one, daughter, purpose=Purpose.pharmacy_purchase)) == "mandate_purpose"
    token = (await shown(house, one, daughter)).visit_token
    # A code that is on the screen already is dead once either side has ended the mandate, and so is its token.
    house.move_on()
    on_screen = code_of(house, binding)
    assert code(await ended(house, one, elder)) == "FamilyMandate"
    assert code(await house.scan(on_screen)) == "mandate_ended"
    bill = {"encounter": house.visit(), "items": (house.line(),)}
    assert code(await house.settle(token, **bill)) == "mandate_ended"
    assert code(await house.open(token)) == "mandate_ended"
    other = await agreed(house, elder, daughter)
    binding = await on_phone(house, other, daughter)
    mine = (await house.bind(daughter)).binding
    await house.work(
        lambda tx: bindings.unbind(tx, house.clock, bucket=mine.bucket, binding_id=mine.binding_id, actor="hotline")
    )
    house.move_on()
    assert code(await house.scan(code_of(house, binding))) == "mandate_agent_unbound"
    assert (await house.verify()).faults == []


async def test_the_relatives_limits_hold_by_bill_and_by_day(house: House) -> None:
    elder, daughter = with_account(house), grown_person(house)
    one = await agreed(house, elder, daughter, per_bill_fen=2_000, per_day_fen=3_000)
    over = await billed(house, one, daughter, 50_000)
    assert code(over) == "mandate_amount", over
    first = await billed(house, one, daughter, 1_900)
    assert isinstance(first, Settled), first
    paid_fen = first.settlement.personal_account_fen
    assert 0 < paid_fen <= 2_000
    assert code(await billed(house, one, daughter, 1_900)) == "mandate_day_amount"
    # A bill that is given back is not counted; the person's own showing never is.
    assert isinstance(await house.reverse(first.settlement.settlement_id, first.settlement.cell), Settled)
    assert isinstance(await billed(house, one, daughter, 1_900), Settled)
    assert isinstance(await house.settle_new(elder, [house.line(amount_fen=50_000)]), Settled)
    house.move_on(86_400)
    assert isinstance(await billed(house, one, daughter, 1_900), Settled)
    async with house.platform.readers.reading() as reading:
        uses = await mandates.list_uses(reading, [one.mandate_id], [first.settlement.cell], most=20)
        showings = await presentation.list_family_showings(reading, [(one.bucket, one.mandate_id)], most=20)
    assert [use.kind.value for use in uses] == ["used", "used", "refunded", "used"]
    assert len(showings) == 5
    nothing = await ended(house, one, daughter)
    assert nothing.ended_by == "agent"
    show_only = await agreed(house, elder, daughter, per_bill_fen=0)
    assert code(await billed(house, show_only, daughter, 100)) == "mandate_pays_nothing"
    assert (await house.verify()).faults == []


async def test_caps_and_ages_are_kept(house: House) -> None:
    elder, daughter = with_account(house), grown_person(house)
    few = MandateSettings(relatives_max=1, agents_max=1)
    child = await newborn(house)
    assert code(await offered(house, elder, child)) == "mandate_agent_too_young"
    assert code(await offered(house, elder, elder)) == "mandate_to_oneself"
    past = {"valid_until": date(2026, 11, 1)}
    assert code(await offered(house, elder, daughter, **past)) == "mandate_dates_wrong"
    await agreed(house, elder, daughter)
    assert code(await offered(house, elder, grown_person(house, 1), settings=few)) == "mandate_agents_full"
    assert code(await offered(house, with_account(house, 1), daughter, settings=few)) == "mandate_relatives_full"
    later = {"valid_from": date(2026, 12, 1)}
    one = await agreed(house, with_account(house, 1), daughter, **later)
    assert code(await shown(house, one, daughter)) == "mandate_not_begun"


async def test_verify_names_a_mandate_that_was_altered(house: House) -> None:
    elder, daughter = with_account(house), grown_person(house)
    one = await agreed(house, elder, daughter, per_bill_fen=5_000)
    await billed(house, one, daughter, 1_900)
    child = await newborn(house)
    await prove(house, child, daughter)
    assert (await house.verify()).faults == []
    for table, change in (
        ("family_mandates", "per_bill_fen = 9000000"),
        ("mandate_uses", "amount_fen = 0"),
        ("mandate_bindings", "agent_binding_id = 7"),
        ("kinships", "guardian_person_id = 7"),
        ("presentations", "mandate_id = null"),
    ):
        before = {(fault.kind, fault.where) for fault in (await house.verify()).faults}
        where = " where mandate_id is not null" if table == "presentations" else ""
        await house.tamper(f"update {table} set {change}{where}")
        after = {(fault.kind, fault.where) for fault in (await house.verify()).faults}
        assert {kind for kind, _ in after - before} & {"row_altered", "row_missing"}, table


async def test_both_sides_read_of_a_mandate_in_what_is_held_on_them(house: House) -> None:
    elder, agent = with_account(house), grown_person(house)
    one = await agreed(house, elder, agent)
    found = await shown(house, one, agent)
    assert isinstance(found, Presentation), found
    held = {person: await RightsHouse(house, person).held() for person in (elder, agent)}
    assert [row["mandate_id"] for row in held[elder]["family_mandates"]] == [one.mandate_id]
    assert [row["mandate_id"] for row in held[elder]["mandate_bindings"]] == [one.mandate_id]
    assert [row["mandate_id"] for row in held[agent]["mandate_pointers"]] == [one.mandate_id]
    assert held[agent]["family_mandates"] == []


@pytest.mark.parametrize("may_file", [False, True])
async def test_a_relative_files_by_showing_the_code_only_where_that_was_agreed(house: House, may_file: bool) -> None:
    elder, grown = with_account(house), grown_person(house)
    one = await agreed(house, elder, grown, may_file=may_file)
    house.move_on()
    showing = await shown(house, one, grown)
    today = house.clock.today()
    new = NewFiling(
        kind=FilingKind.transfer, treatment_area=310000, begins_on=today, ends_on=today + timedelta(days=30)
    )
    asked = FileRequest(
        institution_id=house.hospital.institution_id,
        request_key=house.key(),
        digest=b"f" * 32,
        filed_by=Filer.institution,
        filer="op1",
        new=new,
        visit_token=showing.visit_token,
    )
    answer = await house.platform.lane.submit("file_filing", asked)
    if may_file:
        assert isinstance(answer, Filed), answer
    else:
        assert code(answer) == "mandate_may_not_file"
