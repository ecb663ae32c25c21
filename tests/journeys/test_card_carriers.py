"""A card as a carrier: bound by an officer, shown under its binding; with the password the account pays; a lost one is kept as tried."""

from __future__ import annotations

import asyncio
from typing import Any

from family_house import grown_person, person_of, with_account
from journey_house import House
from paper_house import bind_card, code_of, printed
from rights_house import RightsHouse

from openyibao.fronts.shared.carrier_proofs import WindowSeen, identify_with_proof, scan_with_proof
from openyibao.kit.outcome import Refused
from openyibao.rooms import activations, bindings, cards, credentials
from openyibao.rooms.bindings import Binding, UnbindGround
from openyibao.rooms.cards import CardKind, CardReportKind
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.presentation import IdentifyRequest, Presentation, Purpose, ScanRequest
from openyibao.rooms.rights import EntryKind
from openyibao.rooms.settlement import Settled

PASSWORD, NUMBER = "507294", "S12345678"
SOCIAL = CardKind.social_security_card


async def read(house: House, person: int, kind: CardKind = CardKind.identity_card, **fields: Any) -> Any:
    """The card on the reader, half a minute after the last; ``password`` as it is typed."""
    house.move_on()
    who, password = person_of(house, person), fields.pop("password", None)
    request = IdentifyRequest(
        kind=kind,
        name=who.name,
        document_number=who.document_number,
        institution_id=house.hospital.institution_id,
        terminal_code="T01",
        operator_code="op1",
        purpose=Purpose.settlement,
        **fields,
    )
    return await identify_with_proof(house.platform, request, WindowSeen(password=password))


async def with_password(house: House, person: int) -> None:
    """The person has activated and chosen a password."""
    binding, who = (await house.bind(person)).binding, person_of(house, person)
    salt = house.platform.randomness.octets(16)
    hashed = await asyncio.to_thread(activations.hash_password, PASSWORD, salt=salt)
    await house.work(
        lambda tx: activations.put_password(
            tx,
            house.clock,
            house.platform.sealer,
            person=(who.bucket, who.person_id),
            credential_id=binding.credential_id,
            hashed=hashed,
            set_by="live_face",
            actor="test",
        )
    )


async def bill(house: House, token: str, use: AccountUse) -> Any:
    fields = {"encounter": house.visit(), "items": (house.line(amount_fen=9_000),), "account_use": use}
    return await house.settle(token, **fields)


async def end(house: House, bound: Binding) -> Any:
    name = {"bucket": bound.bucket, "binding_id": bound.binding_id}
    return await house.work(
        lambda tx: bindings.unbind(tx, house.clock, **name, actor="op1", ground=UnbindGround.counter)
    )


async def test_an_id_card_carries_its_holders_credential_until_it_is_unbound(house: House) -> None:
    person, other = grown_person(house), grown_person(house, 1)
    assert code_of(await bind_card(house, person, document_number=person_of(house, other).document_number)) == (
        "card_of_another"
    )
    bound = await bind_card(house, person)
    assert isinstance(bound, Binding), bound
    assert code_of(await bind_card(house, person)) == "card_already_bound"
    who = person_of(house, person)
    async with house.platform.readers.reading() as reading:
        found = await credentials.find_credential(reading, bucket=who.bucket, person_id=who.person_id)
        assert found is not None
        assert found.state.value == "activated"
        named = {"bucket": who.bucket, "credential_id": found.credential_id}
        (before,) = await bindings.list_devices(reading, **named)
    assert isinstance(await read(house, person), Presentation)
    async with house.platform.readers.reading() as reading:
        (after,) = await bindings.list_devices(reading, **named)
    assert (before.last_used_at, after.last_used_at) == (None, house.clock.now())
    assert await end(house, bound) == bound.binding_id
    # A card proves who holds it with or without a binding (C4); it may be bound again.
    assert isinstance(await read(house, person), Presentation)
    assert isinstance(await bind_card(house, person), Binding)
    assert (await house.verify()).faults == []


async def test_a_social_security_card_is_entered_as_it_is_bound(house: House) -> None:
    person = grown_person(house)
    assert code_of(await bind_card(house, person, SOCIAL)) == "card_of_another"
    assert isinstance(await bind_card(house, person, SOCIAL, card_number=NUMBER), Binding)
    assert isinstance(await read(house, person, SOCIAL, card_number=NUMBER), Presentation)
    assert code_of(await bind_card(house, person, SOCIAL, card_number=NUMBER.lower())) == "card_already_bound"
    assert (await house.verify()).faults == []


async def test_a_lost_card_is_not_bound_and_who_tries_it_is_seen(house: House) -> None:
    person = grown_person(house)
    who = person_of(house, person)
    named = {"bucket": who.bucket, "person_id": who.person_id, "kind": CardKind.identity_card}
    await house.work(
        lambda tx: cards.report_card(tx, house.clock, **named, reported=CardReportKind.lost, actor="wallet")
    )
    assert code_of(await bind_card(house, person)) == "card_lost"
    assert code_of(await read(house, person)) == "card_lost"
    house.move_on()
    (entry,) = [one for one in (await RightsHouse(house, person).log()).entries if one.kind is EntryKind.refused_scan]
    assert (entry.reason, entry.institution_id) == ("card_lost", house.hospital.institution_id)
    assert (await house.verify()).faults == []


async def test_with_the_password_the_account_pays_by_a_card_and_five_wrong_ones_lock_that_way_alone(
    house: House,
) -> None:
    person = with_account(house)
    assert code_of(await read(house, person, password=PASSWORD)) == "password_not_set"
    await with_password(house, person)
    alone = await read(house, person)
    assert code_of(await bill(house, alone.visit_token, AccountUse.own)) == "card_proof_needed"
    shown = await read(house, person, password=PASSWORD)
    assert isinstance(shown, Presentation), shown
    done = await bill(house, shown.visit_token, AccountUse.own)
    assert isinstance(done, Settled), done
    assert done.settlement.personal_account_fen > 0
    answers = [code_of(await read(house, person, password="999999")) for _ in range(6)]
    assert answers == ["password_wrong"] * 4 + ["way_locked"] * 2
    assert isinstance(await read(house, person), Presentation)
    assert (await house.verify()).faults == []


async def test_a_password_is_looked_at_only_beside_a_card_or_paper_that_is_right(house: House) -> None:
    person = grown_person(house)
    await with_password(house, person)
    paper = await printed(house, person)
    wrong = f"{paper.digits[:-1]}{(int(paper.digits[-1]) + 1) % 10}"

    async def scan(digits: str, password: str) -> Any:
        house.move_on()
        asked = ScanRequest(
            code=digits,
            institution_id=house.hospital.institution_id,
            terminal_code="T01",
            operator_code="op1",
            purpose=Purpose.settlement,
        )
        return await scan_with_proof(house.platform, asked, WindowSeen(password=password))

    for _ in range(6):
        assert code_of(await scan(wrong, "999999")) == "code_not_valid"
    assert code_of(await scan(paper.digits, "999999")) == "password_wrong"
    shown = await scan(paper.digits, PASSWORD)
    assert isinstance(shown, Presentation), shown
    stranger = await read(house, grown_person(house, 1), SOCIAL, card_number="NOBODYS", password="999999")
    assert isinstance(stranger, Refused)
    assert stranger.code == "card_not_matched"


async def test_one_token_opens_one_visit_and_pays_it_and_a_stay(house: House) -> None:
    person = with_account(house)
    house.move_on()
    token = await house.token(person)
    opened = await house.open(token)
    again = await house.open(token)
    assert code_of(again) == "token_already_used"
    assert again.facts["encounter_id"] == f"{opened.encounter.cell}-{opened.encounter.encounter_id}"
    assert code_of(await bill(house, token, AccountUse.none)) == "token_already_used"
    at = {"cell": opened.encounter.cell, "encounter_id": opened.encounter.encounter_id}
    await house.add_items(opened.encounter, [house.line()])
    assert isinstance(await house.settle(token, **at), Settled)
    house.move_on()
    fresh = await house.token(person)
    await house.add_items(opened.encounter, [house.line(2)])
    # A token that opened none pays a visit that stands.
    assert isinstance(await house.settle(fresh, **at), Settled)
    third = await house.open(fresh)
    await house.add_items(opened.encounter, [house.line(3)])
    assert code_of(await house.settle(fresh, **at)) == "token_already_used"
    assert third.encounter.encounter_id != opened.encounter.encounter_id
    assert (await house.verify()).faults == []
