"""How each refusal of a scan, a visit and its lines is provoked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

from journey_house import House

from openyibao.kit.outcome import REASONS, Refused
from openyibao.rooms import bindings, credentials, institutions
from openyibao.rooms.encounters import Encounter, EncounterKind
from openyibao.rooms.presentation import Purpose
from openyibao.rooms.settlement import Settled

WHO, ELSE = 0, 1
"""People of the made-up population: an employee and a retired one."""
Provoke = Callable[[House], Awaitable[Any]]


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
        lambda tx: bindings.unbind(tx, house.clock, bucket=bound.bucket, binding_id=bound.binding_id, actor="wallet")
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
    return await house.open(token, house.visit(EncounterKind.emergency, place=place), place=place)


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
