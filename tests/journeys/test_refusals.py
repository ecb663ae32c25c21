"""Every refusal has its own stable reason, is stored, and tells a clerk what happened and what to do now.

The table follows the story: the scan, the visit, its lines, the bill, its undoing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from journey_house import House

from openyibao.kit.outcome import REASONS, Refused
from openyibao.rooms import credentials, institutions
from openyibao.rooms.encounters import Encounter, EncounterKind
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.presentation import Purpose
from openyibao.rooms.settlement import ExpectedSplit, FoundOutcome, OutcomeState, Settled

WHO, ELSE, CHILD = 0, 1, 3
"""People of the made-up population: an employee, a retired one, a resident child without a policy."""
Provoke = Callable[[House], Awaitable[Any]]


async def opened(house: House, person: int = WHO) -> Encounter:
    """An open visit of a person at the hospital."""
    house.move_on()
    answer = await house.open(await house.token(person))
    assert not isinstance(answer, Refused), answer
    visit: Encounter = answer.encounter
    return visit


async def settled(house: House, person: int = WHO, **fields: Any) -> Any:
    answer = await house.settle_new(person, **fields)
    assert isinstance(answer, Settled), answer
    return answer.settlement


async def suspend_place(house: House) -> None:
    ids = [house.hospital.institution_id]
    await house.work(lambda tx: institutions.suspend(tx, house.clock, institution_ids=ids, actor="agency"))


# ── the scan ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def forged(house: House) -> Any:
    code = await house.show(WHO)
    return await house.scan(f"{code[:13]}{(int(code[13:22]) + 1) % 10**9:09d}{code[22:]}")


async def unknown_serial(house: House) -> Any:
    code = await house.show(WHO)
    return await house.scan(f"{code[:3]}{(int(code[3:13]) + 1) % 10**10:010d}{code[13:]}")


def shown_before(seconds: int) -> Provoke:
    async def provoke(house: House) -> Any:
        return await house.scan(await house.show(WHO, at=house.clock.now() - timedelta(seconds=seconds)))

    return provoke


async def unbound(house: House) -> Any:
    code, bound = await house.show(WHO), (await house.bind(WHO)).binding
    await house.work(
        lambda tx: credentials.unbind(tx, house.clock, bucket=bound.bucket, binding_id=bound.binding_id, actor="wallet")
    )
    return await house.scan(code)


async def used_at_another_terminal(house: House) -> Any:
    code = await house.show(WHO)
    await house.scan(code, terminal_code="T01", operator_code="op1")
    return await house.scan(code, terminal_code="T02", operator_code="op2")


async def used_at_another_place(house: House) -> Any:
    code = await house.show(WHO)
    await house.scan(code)
    return await house.scan(code, place=house.other_hospital)


async def other_issuer(house: House) -> Any:
    return await house.scan("424" + (await house.show(WHO))[3:])


def credential_moved(verb: Any) -> Provoke:
    async def provoke(house: House) -> Any:
        code, who = await house.show(WHO), house.prepared.installed.persons[WHO]
        await house.work(lambda tx: verb(tx, house.clock, bucket=who.bucket, person_id=who.person_id, actor="agency"))
        return await house.scan(code)

    return provoke


async def scan_at_a_suspended_place(house: House) -> Any:
    code = await house.show(WHO)
    await suspend_place(house)
    return await house.scan(code)


async def shown_for_something_else(house: House) -> Any:
    return await house.scan(await house.show(WHO, purpose=Purpose.registration), purpose=Purpose.settlement)


# ── the visit ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def token_unknown(house: House) -> Any:
    token = await house.token(WHO)
    return await house.open(token[:-1] + ("0" if token[-1] != "0" else "1"))


async def token_expired(house: House) -> Any:
    token = await house.token(WHO)
    house.move_on(1_801)
    return await house.open(token)


async def token_of_another_place(house: House) -> Any:
    return await house.open(await house.token(WHO), place=house.other_hospital)


async def opening_at_a_suspended_place(house: House) -> Any:
    token = await house.token(WHO)
    await suspend_place(house)
    return await house.open(token)


async def service_never_agreed(house: House) -> Any:
    place = house.pharmacies[0]
    token = await house.token(WHO, place=place, purpose=Purpose.pharmacy_purchase)
    return await house.open(token, house.visit(EncounterKind.inpatient, place=place), place=place)


async def agreement_over(house: House) -> Any:
    place = house.pharmacies[-1]
    token = await house.token(WHO, place=place, purpose=Purpose.pharmacy_purchase)
    return await house.open(token, house.visit(EncounterKind.pharmacy, place=place), place=place)


async def stranger_in_a_white_coat(house: House) -> Any:
    return await house.open(await house.token(WHO), house.visit(practitioner="D0000000"))


async def enrolment_over(house: House) -> Any:
    who = house.prepared.installed.enrolments[WHO]
    await house.rows(
        "update enrolments set ends_on = $3 where cell = $1 and person_id = $2",
        who.cell,
        who.person_id,
        date(2025, 12, 31),
    )
    return await house.open(await house.token(WHO))


async def opened_with_one_key_twice(house: House) -> Any:
    token = await house.token(WHO)
    await house.open(token, key="twice")
    return await house.open(token, house.visit(EncounterKind.emergency), key="twice")


# ── its lines ─────────────────────────────────────────────────────────────────────────────────────────────────────


def one_line(**changes: Any) -> Provoke:
    async def provoke(house: House) -> Any:
        return await house.add_items(await opened(house), [house.line(**changes)])

    return provoke


def after_a_line(**changes: Any) -> Provoke:
    """A second batch upon one line of two units for 100.00 yuan."""

    async def provoke(house: House) -> Any:
        visit = await opened(house)
        first = house.line(quantity_e4=20_000, unit_price_micro=50 * 10**6)
        assert not isinstance(await house.add_items(visit, [first]), Refused)
        return await house.add_items(visit, [house.line(**{"line_no": 2, **changes})])

    return provoke


async def taken_back_twice(house: House) -> Any:
    visit = await opened(house)
    assert not isinstance(await house.add_items(visit, [house.line()]), Refused)
    back = {"amount_fen": -10_000, "quantity_e4": -10_000, "original_line_no": 1}
    assert not isinstance(await house.add_items(visit, [house.line(2, **back)]), Refused)
    return await house.add_items(visit, [house.line(3, **back)])


async def lines_of_a_closed_visit(house: House) -> Any:
    visit = await opened(house)
    await house.close_visit(visit)
    return await house.add_items(visit, [house.line()])


async def lines_of_anothers_visit(house: House) -> Any:
    return await house.add_items(await opened(house), [house.line()], place=house.other_hospital)


async def closing_anothers_visit(house: House) -> Any:
    return await house.close_visit(await opened(house), place=house.other_hospital)


async def lines_at_a_suspended_place(house: House) -> Any:
    visit = await opened(house)
    await suspend_place(house)
    return await house.add_items(visit, [house.line()])


async def lines_with_one_key_twice(house: House) -> Any:
    visit = await opened(house)
    await house.add_items(visit, [house.line()], key="twice")
    return await house.add_items(visit, [house.line(2)], key="twice")


# ── the bill ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def uploaded(house: House) -> dict[str, Any]:
    visit = await opened(house)
    assert not isinstance(await house.add_items(visit, [house.line()]), Refused)
    return {"cell": visit.cell, "encounter_id": visit.encounter_id}


async def bill_without_the_person(house: House) -> Any:
    return await house.settle(None, **await uploaded(house))


async def bill_of_another_person(house: House) -> Any:
    at = await uploaded(house)
    return await house.settle(await house.token(ELSE), **at)


async def bill_by_a_code_for_medicine(house: House) -> Any:
    at = await uploaded(house)
    house.move_on()
    return await house.settle(await house.token(WHO, purpose=Purpose.collect_medicine), **at)


async def bill_of_nothing(house: House) -> Any:
    visit = await opened(house)
    house.move_on()
    return await house.settle(await house.token(WHO), cell=visit.cell, encounter_id=visit.encounter_id)


async def bill_below_zero(house: House) -> Any:
    visit = await opened(house)
    at: dict[str, Any] = {"cell": visit.cell, "encounter_id": visit.encounter_id}
    assert not isinstance(await house.add_items(visit, [house.line()]), Refused)
    house.move_on()
    token = await house.token(WHO)
    assert isinstance(await house.settle(token, **at), Settled)
    back = house.line(2, amount_fen=-10_000, quantity_e4=-10_000, original_line_no=1)
    assert not isinstance(await house.add_items(visit, [back]), Refused)
    return await house.settle(token, **at)


async def bill_that_changed(house: House) -> Any:
    at = await uploaded(house)
    house.move_on()
    token = await house.token(WHO)
    before = await house.pre_settle(token, **at)
    split = before.split
    agreed = ExpectedSplit(
        fund_total_fen=split.fund_total_fen,
        personal_account_fen=split.personal_account_fen,
        cash_fen=split.cash_fen,
    )
    # Another bill of the same person comes between: the deductible is reached sooner.
    await settled(house, lines=[house.line(amount_fen=500_000)])
    return await house.settle(token, **at, expected=agreed)


async def bill_without_a_policy(house: House) -> Any:
    return await house.settle_new(CHILD)


async def bill_by_an_aid_nobody_agreed(house: House) -> Any:
    return await house.settle_new(WHO, account_use=AccountUse.mutual_aid)


async def bill_of_a_visit_that_is_not(house: House) -> Any:
    at = await uploaded(house)
    house.move_on()
    return await house.settle(await house.token(WHO), cell=at["cell"], encounter_id=at["encounter_id"] + 1)


async def bill_at_a_suspended_place(house: House) -> Any:
    at = await uploaded(house)
    house.move_on()
    token = await house.token(WHO)
    await suspend_place(house)
    return await house.settle(token, **at)


async def bill_with_one_key_twice(house: House) -> Any:
    assert isinstance(await house.settle_new(WHO, key="twice"), Settled)
    return await house.settle_new(WHO, [house.line(amount_fen=20_000)], key="twice")


async def bill_that_was_annulled_before(house: House) -> Any:
    barred = await house.annul("lost")
    assert isinstance(barred, FoundOutcome)
    assert barred.state is OutcomeState.barred
    return await house.settle_new(WHO, key="lost")


# ── its undoing ───────────────────────────────────────────────────────────────────────────────────────────────────


async def reversal_of_nothing(house: House) -> Any:
    done = await settled(house)
    return await house.reverse(done.settlement_id + 1, done.cell)


async def reversal_of_a_reversal(house: House) -> Any:
    done = await settled(house)
    undone = await house.reverse(done.settlement_id, done.cell)
    return await house.reverse(undone.settlement.settlement_id, done.cell)


async def reversal_twice(house: House) -> Any:
    done = await settled(house)
    assert isinstance(await house.reverse(done.settlement_id, done.cell), Settled)
    return await house.reverse(done.settlement_id, done.cell)


async def reversal_elsewhere(house: House) -> Any:
    done = await settled(house)
    return await house.reverse(done.settlement_id, done.cell, place=house.other_hospital)


async def reversal_of_the_first_of_two(house: House) -> Any:
    first = await settled(house)
    await settled(house)
    return await house.reverse(first.settlement_id, first.cell)


async def reversal_at_a_suspended_place(house: House) -> Any:
    done = await settled(house)
    await suspend_place(house)
    return await house.reverse(done.settlement_id, done.cell)


async def reversals_with_one_key(house: House) -> Any:
    first, other = await settled(house), await settled(house, ELSE)
    assert first.cell == other.cell or first.person_id != other.person_id
    assert isinstance(await house.reverse(other.settlement_id, first.cell, key="twice"), Settled | Refused)
    return await house.reverse(first.settlement_id, first.cell, key="twice")


SCANS: dict[str, tuple[str, Provoke]] = {
    "a forged code": ("code_not_valid", forged),
    "an unknown serial": ("code_not_valid", unknown_serial),
    "a code older than five minutes": ("code_not_valid", shown_before(331)),
    "a code of a phone that was unbound": ("code_not_valid", unbound),
    "an expired code": ("code_expired", shown_before(60)),
    "a code almost five minutes old": ("code_expired", shown_before(300)),
    "a code from the future": ("code_from_future", shown_before(-30)),
    "a code used at another terminal": ("code_already_used", used_at_another_terminal),
    "a code used at another institution": ("code_already_used", used_at_another_place),
    "a code of another issuer": ("code_other_issuer", other_issuer),
    "a suspended credential": ("credential_suspended", credential_moved(credentials.suspend)),
    "a revoked credential": ("credential_revoked", credential_moved(credentials.revoke)),
    "a scan at a suspended institution": ("institution_suspended", scan_at_a_suspended_place),
    "a code shown for something else": ("purpose_not_allowed", shown_for_something_else),
}
BACK = {"amount_fen": -10_000, "quantity_e4": -20_000, "unit_price_micro": 50 * 10**6}
BILLS: dict[str, tuple[str, Provoke]] = {
    "an unknown visit token": ("visit_token_unknown", token_unknown),
    "an expired visit token": ("visit_token_expired", token_expired),
    "a visit token of another institution": ("visit_token_other_institution", token_of_another_place),
    "a visit at a suspended institution": ("institution_suspended", opening_at_a_suspended_place),
    "a service nobody agreed": ("service_not_agreed", service_never_agreed),
    "an agreement that ended": ("agreement_ended", agreement_over),
    "an unknown practitioner": ("practitioner_unknown", stranger_in_a_white_coat),
    "a person not enrolled that day": ("not_enrolled", enrolment_over),
    "two visits with one key": ("key_conflict", opened_with_one_key_twice),
    "a line that is not in the catalogue": ("item_not_in_catalogue", one_line(item_code="X-NONE")),
    "a line of an unknown practitioner": ("line_practitioner_unknown", one_line(practitioner_code="D0000000")),
    "a quantity of nothing": ("absurd_quantity", one_line(quantity_e4=0)),
    "an absurd quantity": ("absurd_quantity", one_line(quantity_e4=100_000 * 10_000 + 1)),
    "an absurd price": ("absurd_price", one_line(unit_price_micro=10_000_001 * 10**6)),
    "a negative price": ("absurd_price", one_line(unit_price_micro=-1)),
    "a negative line without an original": ("negative_without_original", after_a_line(**BACK)),
    "a negative line whose original is not there": (
        "negative_without_original",
        after_a_line(**BACK, original_line_no=9),
    ),
    "a negative line beyond its original": (
        "negative_beyond_original",
        after_a_line(amount_fen=-15_000, quantity_e4=-30_000, unit_price_micro=50 * 10**6, original_line_no=1),
    ),
    "a line taken back twice": ("negative_beyond_original", taken_back_twice),
    "a line number used before": ("line_repeated", after_a_line(line_no=1)),
    "an amount that is not price times quantity": (
        "amount_mismatch",
        one_line(amount_fen=10_002, unit_price_micro=100 * 10**6),
    ),
    "lines of a closed visit": ("encounter_closed", lines_of_a_closed_visit),
    "lines of another's visit": ("encounter_unknown", lines_of_anothers_visit),
    "closing another's visit": ("encounter_unknown", closing_anothers_visit),
    "lines at a suspended institution": ("institution_suspended", lines_at_a_suspended_place),
    "other lines with one key": ("key_conflict", lines_with_one_key_twice),
    "a bill without the person": ("visit_token_needed", bill_without_the_person),
    "a bill of another person": ("not_this_person", bill_of_another_person),
    "a bill by a code for medicine": ("purpose_cannot_pay", bill_by_a_code_for_medicine),
    "a bill of nothing": ("nothing_to_settle", bill_of_nothing),
    "a bill below zero": ("negative_total", bill_below_zero),
    "a bill that changed": ("split_changed", bill_that_changed),
    "a bill without a policy": ("no_policy", bill_without_a_policy),
    "a bill by an aid nobody agreed": ("mutual_aid_not_agreed", bill_by_an_aid_nobody_agreed),
    "a bill of a visit that is not": ("encounter_unknown", bill_of_a_visit_that_is_not),
    "a bill at a suspended institution": ("institution_suspended", bill_at_a_suspended_place),
    "another bill with one key": ("key_conflict", bill_with_one_key_twice),
    "a bill that was annulled before it came": ("request_barred", bill_that_was_annulled_before),
    "the reversal of nothing": ("settlement_unknown", reversal_of_nothing),
    "the reversal of a reversal": ("settlement_unknown", reversal_of_a_reversal),
    "a second reversal": ("already_reversed", reversal_twice),
    "a reversal by another institution": ("settlement_of_other_institution", reversal_elsewhere),
    "a reversal under a later settlement": ("later_settlement_exists", reversal_of_the_first_of_two),
    "a reversal at a suspended institution": ("institution_suspended", reversal_at_a_suspended_place),
    "another reversal with one key": ("key_conflict", reversals_with_one_key),
}


def hold_the_sentences(refused: Any, code: str) -> None:
    """A stable code, and in both languages what happened and what to do, with no fact missing in them."""
    assert isinstance(refused, Refused), refused
    assert refused.code == code
    assert REASONS[code] is refused.reason
    for language in ("zh", "en"):
        for sentence in (refused.sentence(language), refused.next_step(language)):
            assert sentence.strip()
            assert not set(sentence) & set("{}—"), f"{code}: a fact is missing in: {sentence}"
            assert "None" not in sentence


@pytest.mark.parametrize("case", SCANS)
async def test_a_refused_scan_is_answered_and_stored(house: House, case: str) -> None:
    code, provoke = SCANS[case]
    refused = await provoke(house)
    hold_the_sentences(refused, code)
    stored = await house.rows("select reason, institution_id, terminal_code from scan_refusals")
    assert [row["reason"] for row in stored] == [code]
    assert (await house.verify()).faults == []


@pytest.mark.parametrize("case", BILLS)
async def test_a_refused_act_is_answered_and_stored(house: House, case: str) -> None:
    code, provoke = BILLS[case]
    refused = await provoke(house)
    hold_the_sentences(refused, code)
    stored = await house.rows("select reason, institution_id, facts::text from refusals order by refusal_id")
    assert [row["reason"] for row in stored][-1:] == [code]
    assert (await house.verify()).faults == []


async def test_a_refused_bill_is_answered_alike_when_it_comes_again(house: House) -> None:
    at = await uploaded(house)
    first = await house.settle(None, key="again", **at)
    again = await house.settle(None, key="again", **at)
    assert (first.code, first.facts) == (again.code, again.facts)
    assert len(await house.rows("select from refusals")) == 1


async def test_codes_that_lead_to_nobody_are_counted_after_the_first_twenty(house: House) -> None:
    code = await house.show(WHO)
    for turn in range(25):
        await house.scan(f"{code[:3]}{(int(code[3:13]) + 1 + turn) % 10**10:010d}{code[13:]}")
    assert len(await house.rows("select from scan_refusals")) == 20
    counted = await house.rows("select sum(refused_count)::int as n from scan_refusal_counts")
    assert counted[0]["n"] == 25
