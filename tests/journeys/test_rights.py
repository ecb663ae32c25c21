"""A person's rights over their data: consents, the use log, disputes, freezing, all that is held."""

from __future__ import annotations

import re
from typing import Any

import pytest
from journey_house import House
from rights_house import RightsHouse
from test_signals import read_all

from openyibao.demo.bills import CASES
from openyibao.kit.batch import Poisoned
from openyibao.kit.outcome import Refused
from openyibao.rooms import consents, credentials, disputes, rights
from openyibao.rooms.consents import ConsentPurpose, Withdrawn
from openyibao.rooms.freezes import LiftProof
from openyibao.rooms.presentation import Presentation
from openyibao.rooms.rights import EntryGroup, EntryKind
from openyibao.rooms.settlement import Settled


@pytest.fixture
def mine(house: House) -> RightsHouse:
    return RightsHouse(house, house.case_person(CASES[0]))


# consents


async def test_a_consent_given_again_is_the_one_that_stands(mine: RightsHouse) -> None:
    first, again = await mine.give(), await mine.give()
    assert first == again
    assert first.text_digest == consents.find_text(consents.CURRENT_VERSION, "zh").digest  # type: ignore[union-attr]


async def test_a_text_nobody_published_cannot_be_agreed_to(mine: RightsHouse) -> None:
    new = consents.NewConsent(
        **mine.named, text_version="1999-01", language="zh", purposes=(ConsentPurpose.show,), channel_code="test"
    )
    answer = await mine.house.work(lambda tx: consents.give(tx, mine.house.clock, new))
    assert answer.code == "consent_text_unknown"


async def test_a_text_kept_by_who_showed_it_is_kept_by_its_digest(mine: RightsHouse) -> None:
    new = consents.NewConsent(
        **mine.named,
        text_version="bank-7",
        language="en",
        purposes=(ConsentPurpose.query,),
        channel_code="bank",
        text_digest=b"\7" * 32,
    )
    given = await mine.house.work(lambda tx: consents.give(tx, mine.house.clock, new))
    assert (given.text_version, given.text_digest) == ("bank-7", b"\7" * 32)
    assert (await mine.house.verify()).faults == []


async def test_withdrawal_ends_the_bindings_of_that_channel_and_their_codes(mine: RightsHouse) -> None:
    code = await mine.house.show(mine.person)
    given = await mine.give()
    done = await mine.withdraw(given.consent_id)
    assert isinstance(done, Withdrawn)
    assert len(done.ended_bindings) == 1
    refused = await mine.house.scan(code)
    assert isinstance(refused, Refused)
    assert (await mine.withdraw(given.consent_id)).code == "consent_unknown"


async def test_withdrawal_in_one_channel_leaves_the_others(mine: RightsHouse) -> None:
    code = await mine.house.show(mine.person)
    elsewhere = await mine.give(channel="bank")
    assert (await mine.withdraw(elsewhere.consent_id)).ended_bindings == ()
    assert isinstance(await mine.house.scan(code), Presentation)


async def test_sensitive_fields_ask_for_a_consent_to_this_purpose_in_this_channel(mine: RightsHouse) -> None:
    async def asked(purpose: ConsentPurpose, channel: str) -> Any:
        async with mine.house.platform.readers.reading() as reading:
            return await consents.refuse_without(reading, **mine.named, channel_code=channel, purpose=purpose)

    assert (await asked(ConsentPurpose.query, "bank")).code == "consent_missing"
    given = await mine.give(channel="bank", purposes=(ConsentPurpose.query,))
    assert await asked(ConsentPurpose.query, "bank") is None
    assert (await asked(ConsentPurpose.show, "bank")).code == "consent_missing"
    assert (await asked(ConsentPurpose.query, "other")).code == "consent_missing"
    await mine.withdraw(given.consent_id)
    assert (await asked(ConsentPurpose.query, "bank")).code == "consent_missing"


# freezing


async def test_a_frozen_credential_is_refused_at_once_and_lifted_by_two_officers(mine: RightsHouse) -> None:
    code = await mine.house.show(mine.person)
    frozen = await mine.freeze()
    assert await mine.freeze() == frozen
    refused = await mine.house.scan(code)
    assert isinstance(refused, Refused)
    assert refused.code == "credential_frozen"
    assert (await mine.lift(approved_by="officer-1")).code == "lift_needs_two"
    assert (await mine.lift(why=None)).code == "lift_needs_two"
    lifted = await mine.lift()
    assert lifted.lift_proof is LiftProof.officer
    assert (await mine.lift()).code == "not_frozen"
    mine.house.move_on()
    assert isinstance(await mine.house.scan(await mine.house.show(mine.person)), Presentation)


async def test_a_person_cannot_lift_what_the_agency_suspended(mine: RightsHouse) -> None:
    await mine.house.bind(mine.person)
    await mine.freeze()
    await mine.house.work(lambda tx: credentials.suspend(tx, mine.house.clock, **mine.named, actor="agency"))
    answer = await mine.lift(proof=LiftProof.password, lifted_by="self", approved_by=None, why=None)
    assert answer.code == "credential_suspended"
    assert (await mine.freeze()).code == "credential_suspended"
    refused = await mine.house.scan(await mine.house.show(mine.person))
    assert refused.code == "credential_suspended"


# the use log


async def test_the_log_tells_each_scan_bill_refusal_look_and_change(mine: RightsHouse) -> None:
    house = mine.house
    done = await house.settle_new(mine.person, house.case_lines(CASES[0]))
    assert isinstance(done, Settled)
    await house.reverse(done.settlement.settlement_id, done.settlement.cell)
    house.move_on()
    code = await house.show(mine.person)
    await house.scan(code)
    await house.scan(code, place=house.other_hospital)
    await mine.look()
    await mine.give()
    await mine.freeze()
    await mine.lift()
    assert await read_all(house) > 0
    page = await mine.log()
    told = [one.kind for one in page.entries]
    for kind in EntryKind:
        # A reset is told in test_identity_checks.
        elsewhere = {EntryKind.unbound, EntryKind.consent_withdrawn, EntryKind.filed, EntryKind.password_reset}
        if kind not in {EntryKind.refusal, *elsewhere}:
            assert kind in told, kind
    assert [one.at for one in page.entries] == sorted((one.at for one in page.entries), reverse=True)
    bill = next(one for one in page.entries if one.kind is EntryKind.settlement)
    assert (bill.institution_id, bill.amount_fen) == (house.hospital.institution_id, done.settlement.fee_total_fen)
    refused = next(one for one in page.entries if one.kind is EntryKind.refused_scan)
    assert (refused.reason, refused.institution_id) == ("code_already_used", house.other_hospital.institution_id)
    signal = next(one for one in page.entries if one.kind is EntryKind.signal)
    assert (signal.about, signal.institution_id) == ("code_shown_twice", house.other_hospital.institution_id)
    look = next(one for one in page.entries if one.kind is EntryKind.look)
    assert (look.who, look.reason) == ("agency/officer-1", "before admission")


async def test_pages_of_the_log_join_without_gap_or_double(mine: RightsHouse) -> None:
    for _ in range(7):
        mine.house.move_on(30)
        await mine.house.scan(await mine.house.show(mine.person))
        await mine.look()
    whole = (await mine.log()).entries
    joined, page = [], await mine.log(most=3)
    joined += page.entries
    while page.older is not None:
        page = await mine.log(most=3, before=page.older)
        joined += page.entries
    assert joined == list(whole)
    assert len(joined) == 15


async def test_the_log_is_filtered_by_group(mine: RightsHouse) -> None:
    await mine.house.scan(await mine.house.show(mine.person))
    await mine.look()
    assert {one.kind for one in (await mine.log(group=EntryGroup.looks)).entries} == {EntryKind.look}
    assert {one.kind for one in (await mine.log(group=EntryGroup.uses)).entries} == {EntryKind.scan}
    assert {one.kind for one in (await mine.log(group=EntryGroup.changes)).entries} == {EntryKind.bound}


async def test_nobody_reads_in_another_persons_log(mine: RightsHouse) -> None:
    await mine.house.scan(await mine.house.show(mine.person))
    other = RightsHouse(mine.house, mine.house.case_person(CASES[1]))
    assert list((await other.log()).entries) == []
    entry = (await mine.log()).entries[0]
    async with mine.house.platform.readers.reading() as reading:
        found = await rights.find_entry(
            reading, other.subject, kind=entry.kind.value, entry_id=entry.entry_id, at=entry.at
        )
        own = await rights.find_entry(
            reading, mine.subject, kind=entry.kind.value, entry_id=entry.entry_id, at=entry.at
        )
    assert found is None
    assert own == entry


async def test_a_look_without_a_reason_is_not_taken(mine: RightsHouse) -> None:
    for why in ("", "   "):
        with pytest.raises(Poisoned):
            await mine.look(why=why)
    assert await mine.house.rows("select from looks") == []


# disputes


async def test_a_dispute_has_a_number_a_day_and_one_answer(mine: RightsHouse) -> None:
    await mine.house.scan(await mine.house.show(mine.person))
    entry = (await mine.log(group=EntryGroup.uses)).entries[0]
    raised = await mine.dispute(entry)
    assert (await mine.dispute(entry)).dispute_id == raised.dispute_id
    number = disputes.dispute_number(raised.bucket, raised.dispute_id)
    assert re.fullmatch(r"Y-[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{1,8}", number)
    assert disputes.read_number(number.lower()) == (raised.bucket, raised.dispute_id)
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    assert disputes.read_number(wrong) is None
    assert (raised.promised_on - mine.house.clock.today()).days == 15
    answered = await mine.answer(raised.dispute_id)
    assert answered.answer == "经核实为本人就诊"
    assert (await mine.answer(raised.dispute_id)).code == "dispute_answered"
    assert (await mine.answer(1)).code == "dispute_unknown"
    sealed = await mine.house.rows("select words_sealed, answer_sealed from disputes")
    assert "医院".encode() not in bytes(sealed[0][0])


async def test_a_person_has_at_most_twenty_open_disputes(mine: RightsHouse) -> None:
    for _ in range(21):
        await mine.look()
    entries = (await mine.log(group=EntryGroup.looks)).entries
    answers = [await mine.dispute(entry) for entry in entries[:21]]
    assert answers[-1].code == "disputes_too_many"
    assert not any(isinstance(one, Refused) for one in answers[:-1])


# all that is held


async def test_all_that_is_held_is_told_and_nothing_that_acts_as_the_person(mine: RightsHouse) -> None:
    house = mine.house
    await house.settle_new(mine.person, house.case_lines(CASES[0]))
    await mine.look()
    await mine.dispute((await mine.log()).entries[0])
    await mine.give()
    held = await mine.held()
    assert held["persons"][0]["document"] == mine.who.document_number
    assert held["persons"][0]["name"] == mine.who.name
    assert held["disputes"][0]["words"] == "我没有去过这家医院"
    for table in (
        *("credentials", "bindings", "presentations", "enrolments", "personal_accounts", "accumulators", "encounters"),
        *("fee_items", "settlements", "looks", "consents"),
    ):
        assert held[table], table
    whole = str([dict(row) for rows in held.values() for row in rows])
    assert "secret" not in whole
    assert "session_digest" not in whole
    ids = {row["person_id"] for rows in held.values() for row in rows if "person_id" in row}
    assert ids == {mine.who.person_id}


# verify


TAMPERED = {
    "consents": "update consents set channel_code = 'other'",
    "freezes": "update freezes set frozen_by = 'someone'",
    "credentials": "update credentials set frozen_at = null where frozen_at is not null",
    "looks": "update looks set why = 'another'",
    "disputes": "update disputes set promised_on = promised_on + 30",
}


@pytest.mark.parametrize("table", TAMPERED)
async def test_verify_names_what_was_altered(mine: RightsHouse, table: str) -> None:
    await mine.house.bind(mine.person)
    await mine.give()
    await mine.look()
    await mine.dispute((await mine.log()).entries[0])
    await mine.freeze()
    assert (await mine.house.verify()).faults == []
    await mine.house.tamper(TAMPERED[table])
    assert [fault.kind for fault in (await mine.house.verify()).faults] == ["row_altered"]


async def test_verify_names_rows_that_are_gone_and_states_taken_back(mine: RightsHouse) -> None:
    await mine.house.bind(mine.person)
    given = await mine.give()
    await mine.withdraw(given.consent_id)
    await mine.look()
    raised = await mine.dispute((await mine.log()).entries[0])
    await mine.answer(raised.dispute_id)
    await mine.freeze()
    await mine.lift()
    assert (await mine.house.verify()).faults == []
    await mine.house.tamper("delete from looks")
    await mine.house.tamper("update consents set withdrawn_at = null, withdrawn_by = null")
    await mine.house.tamper("update credentials set frozen_at = state_changed_at where state = 'activated'")
    where = " ".join(fault.where for fault in (await mine.house.verify()).faults)
    assert all(word in where for word in ("looked", "consent", "freeze of credential"))
