"""A printed code: at its places, so often and for so much a day, with a proof at the window, until a day; dead at once when ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from family_house import grown_person, person_of, with_account
from journey_house import House
from paper_house import PAYS, SEEN, SETTINGS, code_of, printed
from rights_house import RightsHouse

from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, credentials, papers, presentation
from openyibao.rooms.papers import WindowProof
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.presentation import Presentation, Purpose, SeenProof
from openyibao.rooms.rights import EntryKind
from openyibao.rooms.settlement import Settled


async def bill(house: House, token: str, amount_fen: int, use: AccountUse = AccountUse.none) -> Any:
    fields = {"encounter": house.visit(), "items": (house.line(amount_fen=amount_fen),), "account_use": use}
    return await house.settle(token, **fields)


async def test_a_paper_is_scanned_like_any_code_and_pays(house: House) -> None:
    paper = await printed(house, with_account(house))
    assert (len(paper.digits), paper.digits[24:26]) == (28, "90")
    shown = await paper.scan()
    assert isinstance(shown, Presentation), shown
    assert shown.person_id == person_of(house, paper.person).person_id
    again = await paper.scan_now()
    assert (again.repeated, again.visit_token) == (True, shown.visit_token)
    elsewhere = await paper.scan_now(terminal_code="T02", proof=SEEN)
    assert code_of(elsewhere) == "Presentation"  # the same operator
    done = await bill(house, shown.visit_token, 9_000, AccountUse.own)
    assert isinstance(done, Settled), done
    assert done.settlement.facts.printed_id == paper.binding.binding_id
    assert (await house.verify()).faults == []


async def test_a_paper_holds_at_its_places_alone(house: House) -> None:
    paper = await printed(house, grown_person(house))
    assert code_of(await paper.scan(place=house.other_hospital)) == "printed_code_not_here"
    area = house.other_hospital.treatment_area
    province = await printed(house, grown_person(house, 1), institution_ids=(), areas=(area // 10_000 * 10_000,))
    assert code_of(await province.scan(place=house.other_hospital)) == "Presentation"
    city = await printed(house, grown_person(house, 2), institution_ids=(), areas=(990_000,))
    assert code_of(await city.scan()) == "printed_code_not_here"


async def test_the_window_looks_at_the_document_or_its_digits(house: House) -> None:
    person = grown_person(house)
    paper = await printed(house, person)
    refused = await paper.scan(proof=SeenProof())
    assert code_of(refused) == "printed_proof_needed"
    assert refused.facts["proof"] == "document"
    tail = person_of(house, person).document_number[-4:]
    assert code_of(await paper.scan(proof=SeenProof(digits=tail))) == "printed_proof_needed"
    digits = msgspec.structs.replace(SETTINGS, proof=WindowProof.digits)
    paper = await printed(house, person, digits)
    assert code_of(await paper.scan()) == "printed_proof_needed"
    assert code_of(await paper.scan(proof=SeenProof(digits=tail))) == "Presentation"
    assert code_of(await paper.scan(proof=SeenProof(password_held=True))) == "Presentation"
    wrong = SeenProof(digits="0000" if tail != "0000" else "0001")
    for _ in range(5):
        assert code_of(await paper.scan(proof=wrong)) == "printed_proof_wrong"
    assert code_of(await paper.scan(proof=SeenProof(digits=tail))) == "printed_tries_exhausted"
    house.clock.move(timedelta(days=1))
    assert code_of(await paper.scan(proof=SeenProof(digits=tail))) == "Presentation"
    assert (await house.verify()).faults == []


async def test_a_day_has_so_many_uses_and_so_much_money(house: House) -> None:
    paper = await printed(house, with_account(house), day_limit_fen=10_000)
    shown = await paper.scan()
    first = await bill(house, shown.visit_token, 9_000, AccountUse.own)
    assert isinstance(first, Settled), first
    paid = first.settlement.fund_total_fen + first.settlement.personal_account_fen
    assert paid > 1_000
    shown = await paper.scan()
    refused = await bill(house, shown.visit_token, 9_000, AccountUse.own)
    assert code_of(refused) == "printed_day_amount"
    assert code_of(await paper.scan()) == "Presentation"
    assert code_of(await paper.scan()) == "printed_day_uses"
    # A reversal on the same day gives the day's money back, and tomorrow is another day.
    await house.reverse(first.settlement.settlement_id, first.settlement.cell)
    house.clock.move(timedelta(days=1))
    shown = await paper.scan()
    assert isinstance(await bill(house, shown.visit_token, 9_000, AccountUse.own), Settled)
    assert (await house.verify()).faults == []


async def test_a_paper_ends_on_its_last_day(house: House) -> None:
    paper = await printed(house, grown_person(house), days=2)
    house.clock.move(timedelta(days=1))
    assert code_of(await paper.scan()) == "Presentation"
    house.clock.move(timedelta(days=1))
    refused = await paper.scan()
    assert code_of(refused) == "printed_code_ended"
    assert refused.facts["ended_on"] == papers.last_day(paper.code).isoformat() == "2026-11-24"


async def test_a_lost_paper_is_ended_at_once_and_replaced(house: House) -> None:
    person = grown_person(house)
    lost = await printed(house, person)
    assert code_of(await lost.end()) == "int"
    assert code_of(await lost.scan()) == "printed_code_revoked"
    new = await printed(house, person)
    assert code_of(await new.scan()) == "Presentation"
    newer = await printed(house, person)
    assert newer.code.replaces == new.binding.binding_id
    assert code_of(await new.scan()) == "printed_code_revoked"
    assert code_of(await newer.scan()) == "Presentation"
    house.move_on()
    kinds = [one.kind for one in (await RightsHouse(house, person).log()).entries]
    assert kinds.count(EntryKind.refused_scan) == 2
    assert EntryKind.unbound in kinds
    assert (await house.verify()).faults == []


async def test_a_paper_is_for_its_purposes_and_a_stopped_credential_stops_it(house: House) -> None:
    person = grown_person(house)
    paper = await printed(house, person)
    assert code_of(await paper.scan(purpose=Purpose.report)) == "purpose_not_allowed"
    mine = RightsHouse(house, person)
    await mine.freeze()
    assert code_of(await paper.scan()) == "credential_frozen"
    await mine.lift()
    await house.work(lambda tx: credentials.suspend(tx, house.clock, **mine.named, actor="agency"))
    assert code_of(await paper.scan()) == "credential_suspended"


async def test_guessed_digits_lead_nowhere_and_rest_the_paper_for_the_day(house: House) -> None:
    paper = await printed(house, grown_person(house))
    real = paper.digits

    def forged(mac: int) -> str:
        return f"{real[:13]}{mac:09d}{real[22:]}"

    right = int(real[13:22])
    for n in range(20):
        if n % 9 == 0:
            house.clock.move(timedelta(minutes=1))  # the limiter counts a minute
        assert code_of(await paper.scan_now(digits=forged((right + 1 + n) % 10**9))) == "code_not_valid"
    assert code_of(await paper.scan()) == "printed_tries_exhausted"
    house.clock.move(timedelta(days=1))
    assert code_of(await paper.scan()) == "Presentation"


async def test_a_paper_is_no_changing_code_and_a_phone_is_no_paper(house: House) -> None:
    person = grown_person(house)
    paper = await printed(house, person)
    issuer = house.platform.settings.issuer
    # The changing code of the paper's own binding, were it known.
    day = bindings.day_keys(house.platform.sealer, house.platform.aliases, house.clock, paper.binding)[0]
    step = presentation.step_of(house.clock.now())
    minted = presentation.mint(day, issuer=issuer, province=paper.binding.province, step=step)
    assert code_of(await paper.scan_now(digits=minted)) == "code_not_valid"
    phone = (await house.bind(person)).binding
    of_phone = presentation.digits_of(house.platform.sealer, phone, issuer=issuer)
    assert code_of(await paper.scan_now(digits=of_phone)) == "code_not_valid"
    stretched = f"{paper.digits[:24]}00{paper.digits[26:]}"
    assert code_of(await paper.scan_now(digits=stretched)) == "code_not_valid"


@pytest.mark.parametrize(
    "fields",
    [
        {"days": 0},
        {"days": 91},
        {"uses_a_day": 0},
        {"uses_a_day": 5},
        {"purposes": ()},
        {"day_limit_fen": 0},
        {"day_limit_fen": 30_001},
        {"institution_ids": ()},
        {"institution_ids": tuple(range(21))},
        {"areas": (1, 2, 3, 4, 5, 6)},
    ],
)
async def test_a_paper_without_sound_edges_is_not_printed(house: House, fields: dict[str, Any]) -> None:
    assert code_of(await printed(house, grown_person(house), **fields)) == "printed_limits_unsound"


async def test_a_second_officer_agrees_where_the_area_asks(house: House) -> None:
    asks = msgspec.structs.replace(SETTINGS, second_officer=True)
    person = grown_person(house)
    assert code_of(await printed(house, person, asks)) == "printed_second_officer"
    assert code_of(await printed(house, person, asks, approver="1:op1")) == "printed_second_officer"
    paper = await printed(house, person, asks, approver="1:op2")
    assert paper.code.approver == "1:op2"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ("update printed_limits set day_limit_fen = 10000000", "printed code"),
        ("update printed_limits set areas = '{110000}'", "printed code"),
        ("delete from printed_uses", "removed"),
        ("update printed_uses set amount_fen = 0", "printed use"),
        ("update carrier_showings set proof = 'password'", "carrier showing"),
    ],
)
async def test_verify_names_what_was_altered_of_a_paper(house: House, change: str, where: str) -> None:
    paper = await printed(house, with_account(house))
    shown = await paper.scan()
    assert isinstance(await bill(house, shown.visit_token, 9_000, AccountUse.own), Settled)
    await house.tamper(change)
    faults = (await house.verify()).faults
    assert faults
    assert where == "removed" or all(fault.where.startswith(where) for fault in faults)


async def test_a_revoked_paper_says_so_to_nobody_who_only_knows_its_number(house: House) -> None:
    paper = await printed(house, grown_person(house))
    await paper.end()
    wrong = f"{paper.digits[:13]}{(int(paper.digits[13:22]) + 1) % 10**9:09d}{paper.digits[22:]}"
    refused = await paper.scan(digits=wrong)
    assert isinstance(refused, Refused)
    assert refused.code == "code_not_valid"
    assert set(PAYS) == set(paper.code.purposes)
