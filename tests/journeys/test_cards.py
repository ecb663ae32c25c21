"""ID card and social-security card on the reader: who they are, what they may not spend, and what a loss does (FIELD 19)."""

from __future__ import annotations

from typing import Any

from family_house import grown_person, person_of, with_account
from journey_house import House
from rights_house import RightsHouse
from test_account_years import set_area

from openyibao.kit.outcome import Refused
from openyibao.rooms import cards, credentials
from openyibao.rooms.cards import CardKind, CardReportKind
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.presentation import IdentifyRequest, Presentation, Purpose
from openyibao.rooms.rights import EntryKind
from openyibao.rooms.settlement import Settled

ID, SOCIAL = CardKind.identity_card, CardKind.social_security_card
NUMBER = "A12345678"


def code(answer: object) -> str:
    return answer.code if isinstance(answer, Refused) else type(answer).__name__


async def read(house: House, person: int, kind: CardKind = ID, **fields: Any) -> Any:
    """The card on the reader, half a minute after the last."""
    house.move_on()
    return await read_now(house, person, kind, **fields)


async def read_now(house: House, person: int, kind: CardKind = ID, **fields: Any) -> Any:
    who = person_of(house, person)
    given = {"name": who.name, "document_number": who.document_number, "terminal_code": "T01", **fields}
    request = IdentifyRequest(
        kind=kind,
        institution_id=house.hospital.institution_id,
        operator_code="op1",
        purpose=Purpose.settlement,
        **given,
    )
    return await house.platform.lane.submit("identify", request)


async def reported(house: House, person: int, kind: CardKind, what: CardReportKind) -> Any:
    who = person_of(house, person)
    at = {"bucket": who.bucket, "person_id": who.person_id}
    return await house.work(
        lambda tx: cards.report_card(tx, house.clock, **at, kind=kind, reported=what, actor="wallet")
    )


async def handed_out(house: House, person: int, number: str) -> Any:
    who = person_of(house, person)
    at = {"bucket": who.bucket, "person_id": who.person_id, "number": number}
    return await house.work(lambda tx: cards.enter_card(tx, house.clock, house.platform.sealer, **at, actor="agency"))


async def bill(house: House, token: str, use: AccountUse) -> Any:
    fields = {"encounter": house.visit(), "items": (house.line(amount_fen=9_000),), "account_use": use}
    return await house.settle(token, **fields)


async def test_an_id_card_opens_and_settles_but_no_account_pays(house: House) -> None:
    who = with_account(house)
    found = await read(house, who)
    assert isinstance(found, Presentation), found
    assert found.person_id == person_of(house, who).person_id
    again = await read_now(house, who)
    assert (again.repeated, again.visit_token) == (True, found.visit_token)
    assert code(await read_now(house, who, terminal_code="T02")) == "Presentation"
    assert code(await bill(house, found.visit_token, AccountUse.own)) == "card_proof_needed"
    by_card = await bill(house, found.visit_token, AccountUse.none)
    assert isinstance(by_card, Settled), by_card
    house.move_on()
    by_code = await bill(house, await house.token(who), AccountUse.none)
    assert by_card.settlement.fund_total_fen == by_code.settlement.fund_total_fen
    assert by_card.settlement.cash_fen == by_code.settlement.cash_fen
    assert code(await bill(house, found.visit_token, AccountUse.none)) == "token_already_used"
    await set_area(house, card_account_proof=False)
    found = await read(house, who)
    assert isinstance(await bill(house, found.visit_token, AccountUse.own), Settled)
    assert (await house.verify()).faults == []


async def test_a_card_elsewhere_in_the_same_half_minute_is_refused(house: House) -> None:
    who = with_account(house)
    assert isinstance(await read(house, who), Presentation)
    request = IdentifyRequest(
        kind=ID,
        name=person_of(house, who).name,
        document_number=person_of(house, who).document_number,
        institution_id=house.other_hospital.institution_id,
        terminal_code="T01",
        operator_code="op9",
        purpose=Purpose.settlement,
    )
    assert code(await house.platform.lane.submit("identify", request)) == "card_read_elsewhere"


async def test_the_newest_social_security_card_counts(house: House) -> None:
    who = with_account(house)
    assert code(await read(house, who, SOCIAL, card_number=NUMBER)) == "card_not_matched"
    await handed_out(house, who, NUMBER)
    assert isinstance(await read(house, who, SOCIAL, card_number=NUMBER.lower()), Presentation)
    assert code(await read(house, who, SOCIAL, card_number="B00000000")) == "card_not_matched"
    assert code(await read(house, who, SOCIAL)) == "card_not_matched"
    assert code(await read(house, grown_person(house), SOCIAL, card_number=NUMBER)) == "card_not_matched"
    house.move_on()
    await handed_out(house, who, "C11111111")
    assert code(await read(house, who, SOCIAL, card_number=NUMBER)) == "card_not_matched"
    assert isinstance(await read(house, who, SOCIAL, card_number="C11111111"), Presentation)
    assert (await house.verify()).faults == []


async def test_a_lost_card_identifies_nobody_until_it_is_found_or_replaced(house: House) -> None:
    who = with_account(house)
    await handed_out(house, who, NUMBER)
    for kind in (ID, SOCIAL):
        number = NUMBER if kind is SOCIAL else None
        assert code(await reported(house, who, kind, CardReportKind.found)) == "card_reported_already"
        assert code(await reported(house, who, kind, CardReportKind.lost)) == "CardReport"
        assert code(await reported(house, who, kind, CardReportKind.lost)) == "card_reported_already"
        assert code(await read(house, who, kind, card_number=number)) == "card_lost"
    assert code(await reported(house, who, ID, CardReportKind.found)) == "CardReport"
    assert isinstance(await read(house, who), Presentation)
    await handed_out(house, who, "C11111111")
    assert isinstance(await read(house, who, SOCIAL, card_number="C11111111"), Presentation)
    assert (await house.verify()).faults == []
    await house.tamper("update card_reports set reported = 'found'")
    kinds = [fault.kind for fault in (await house.verify()).faults]
    assert kinds
    assert set(kinds) == {"row_altered"}


async def test_a_stopped_credential_stops_the_card_and_guessing_stops_too(house: House) -> None:
    who, other = with_account(house), person_of(house, grown_person(house))
    at = {"bucket": person_of(house, who).bucket, "person_id": person_of(house, who).person_id}
    for _ in range(30):
        assert code(await read_now(house, who, name=f"{other.name}某")) == "card_not_matched"
    assert code(await read_now(house, who)) == "too_many_bad_codes"
    await house.work(lambda tx: credentials.suspend(tx, house.clock, **at, actor="agency"))
    assert code(await read(house, who)) == "credential_suspended"
    await house.work(lambda tx: credentials.revoke(tx, house.clock, **at, actor="agency"))
    assert code(await read(house, who)) == "credential_revoked"


async def test_a_frozen_credential_stops_the_cards_too_until_the_freeze_is_lifted(house: House) -> None:
    who = with_account(house)
    await handed_out(house, who, NUMBER)
    mine = RightsHouse(house, who)
    before = await read(house, who)
    assert isinstance(before, Presentation)
    await mine.freeze()
    assert code(await read(house, who)) == "credential_frozen"
    assert code(await read(house, who, SOCIAL, card_number=NUMBER)) == "credential_frozen"
    # A visit that is under way goes on: its token lives out its half hour.
    assert isinstance(await bill(house, before.visit_token, AccountUse.none), Settled)
    await mine.lift()
    assert isinstance(await read(house, who), Presentation)
    assert isinstance(await read(house, who, SOCIAL, card_number=NUMBER), Presentation)
    assert (await house.verify()).faults == []


async def test_each_reading_of_a_card_stands_in_the_use_log(house: House) -> None:
    who = with_account(house)
    await handed_out(house, who, NUMBER)
    shown = [await read(house, who), await read(house, who, SOCIAL, card_number=NUMBER)]
    await handed_out(house, who, "C11111111")
    shown.append(await read(house, who, SOCIAL, card_number="C11111111"))
    house.move_on()
    entries = (await RightsHouse(house, who).log()).entries
    scans = [(one.institution_id, one.terminal_code) for one in entries if one.kind is EntryKind.scan]
    assert scans == [(house.hospital.institution_id, "T01")] * len(shown)
