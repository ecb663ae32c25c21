"""Two records turn out to be one person: history stays, insurance and money go on under the one that is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from agency_desk import AgencyDesk
from aid_house import newcomer, send, somebody
from journey_house import House
from test_refusals import hold_the_sentences

from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import purse, settlement
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.entitlement import Enrolled
from openyibao.rooms.ledger import AccountCredit, AccountPot, credit_accounts
from openyibao.rooms.people import (
    DocumentType,
    Enrolment,
    InsuranceType,
    InsuredPerson,
    NewPerson,
    PersonCategory,
    Sex,
    find_by_document,
    register_persons,
)
from openyibao.rooms.purse import PurseTransfer
from openyibao.rooms.settlement import Merged, MergeRequest

EMPLOYEE = 4
OLD = "999001800501001"


async def register(house: House, number: str, **fields: Any) -> InsuredPerson:
    kept = house.prepared.installed.persons[EMPLOYEE]
    facts = {
        "name": kept.name,
        "document_type": DocumentType.passport,
        "sex": kept.sex,
        "birth_on": kept.birth_on,
    }
    new = NewPerson(document_number=number, **{**facts, **fields})

    async def run(tx: Tx) -> Any:
        return (await register_persons(tx, house.clock, house.platform.sealer, persons=[new], actor="agency"))[0]

    made = await house.work(run)
    assert isinstance(made, InsuredPerson)
    return made


async def merge(house: House, goes: InsuredPerson, stays: InsuredPerson) -> Any:
    asked = MergeRequest(
        bucket=goes.bucket, person_id=goes.person_id, into_bucket=stays.bucket, into_person_id=stays.person_id
    )

    async def run(tx: Tx) -> Any:
        return (await settlement.merge_persons(tx, house.clock, house.platform.desk, requests=[asked], actor="agency"))[
            0
        ]

    return await house.work(run)


async def insure(house: House, person: InsuredPerson, agency_area: int) -> Enrolment:
    """An employee there since January, paid up."""
    desk = AgencyDesk(house)
    made = await desk.enrol(
        person,
        agency_area=agency_area,
        insurance_type=InsuranceType.employee,
        person_category=PersonCategory.employee,
        begins_on=date(2026, 1, 1),
    )
    assert isinstance(made, Enrolled)
    return await desk.pay(made.enrolment, 202601, 202611)


async def test_the_record_that_goes_leads_to_the_one_that_goes_on(house: House) -> None:
    kept = house.prepared.installed.persons[EMPLOYEE]
    old = await register(house, OLD)
    there = await insure(house, old, 120101)
    desk = AgencyDesk(house)
    who = await desk.issue(old, there)
    await house.bind(who)
    done = await merge(house, old, kept)
    assert isinstance(done, Merged), done
    assert (done.credential_revoked, len(done.carried)) == (True, 1)
    assert done.carried[0].ended.ends_on == date(2026, 11, 22)
    opened = done.carried[0].opened
    assert opened is not None
    assert (opened.pooling_area, opened.begins_on, opened.paid_until) == (120100, date(2026, 1, 1), there.paid_until)
    async with house.platform.readers.reading() as reading:
        found = await find_by_document(reading, house.platform.sealer, DocumentType.passport, OLD)
    assert found is not None
    assert found.person_id == kept.person_id
    # Both insurances are told at the counter, and that the agency must look at them.
    eligible = await desk.eligibility(EMPLOYEE)
    assert sorted(one.pooling_area for one in eligible.enrolments) == [110100, 120100]
    assert eligible.findings == ("double_enrolment",)
    again = await merge(house, old, kept)
    assert isinstance(again, Refused)
    assert again.code == "merged_already"
    assert (await house.verify()).faults == []


async def test_money_is_carried_over_and_the_sum_is_the_same(house: House) -> None:
    kept = house.prepared.installed.persons[EMPLOYEE]
    old = await register(house, OLD)
    there = await insure(house, old, 110108)
    await AgencyDesk(house).issue(old, there)
    credit = AccountCredit(cell=there.cell, person_id=old.person_id, pot=AccountPot.current, amount_fen=12_345)

    async def run(tx: Tx) -> None:
        await credit_accounts(tx, [credit], on=house.clock.today())

    await house.work(run)
    before = await balances(house)
    done = await merge(house, old, kept)
    assert isinstance(done, Merged), done
    # The same insurance in the same pool is there already: the other only ends.
    assert [one.opened for one in done.carried] == [None]
    after = await balances(house)
    assert done.balance_carried_fen == before[old.person_id] == 12_345
    assert after[old.person_id] == 0
    assert after[kept.person_id] == before[kept.person_id] + 12_345
    assert (await house.verify()).faults == []


async def balances(house: House) -> dict[int, int]:
    return {
        row[0]: row[1]
        for row in await house.rows(
            "select person_id, sum(balance_fen)::bigint from personal_accounts group by person_id"
        )
    }


@pytest.mark.parametrize("code", ["merge_record_unknown", "merge_records_differ", "merge_stay_open"])
async def test_a_merge_is_refused_in_order(house: House, code: str) -> None:
    kept = house.prepared.installed.persons[EMPLOYEE]
    stay = await house.opened(EMPLOYEE, EncounterKind.inpatient)
    assert not isinstance(stay, Refused), stay
    if code == "merge_record_unknown":
        goes = house.prepared.installed.persons[EMPLOYEE]
    elif code == "merge_records_differ":
        goes = await register(house, OLD, sex=Sex.unknown)
    else:
        goes = await register(house, OLD)
    answer = await merge(house, goes, kept)
    assert isinstance(answer, Refused)
    assert answer.code == code
    assert answer.sentence("zh")
    assert answer.next_step("en")


async def test_money_held_for_a_transfer_keeps_the_records_apart_until_it_is_done(house: House) -> None:
    kept = house.prepared.installed.persons[EMPLOYEE]
    old = await register(house, OLD)
    receiver = await newcomer(house, "李晓晨")
    sent = await send(house, somebody(house, EMPLOYEE), receiver, 100)
    assert isinstance(sent, PurseTransfer), sent
    hold_the_sentences(await merge(house, old, kept), "merge_money_held")
    taken = await house.work(
        lambda tx: purse.accept(
            tx, house.clock, cell=sent.cell, transfer_id=sent.transfer_id, person_id=receiver.person_id
        )
    )
    assert not isinstance(taken, Refused), taken
    assert isinstance(await merge(house, old, kept), Merged)
