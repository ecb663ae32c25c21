"""Stories of filings: a chronic patient at a pharmacy, care elsewhere, and what verify says of tampered filings."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from filing_house import (
    CHRONIC,
    DUAL,
    EXTERNAL,
    LISTED,
    PLAIN,
    SPECIAL,
    FilingHouse,
    move_to_ningbo,
)
from journey_house import House

from openyibao.kit.outcome import Refused
from openyibao.rooms import settlement
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.filings import CareGrounds, Filed, Filer, FilingAct, FilingKind, FilingState, PrescriptionGround
from openyibao.rooms.settlement import Settled


@pytest.fixture
async def ningbo(house: House) -> FilingHouse:
    return await move_to_ningbo(house)


async def test_a_chronic_patient_at_a_pharmacy(ningbo: FilingHouse) -> None:
    pharmacy = ningbo.pharmacy
    grounds = CareGrounds(disease_code="M01", prescription=EXTERNAL)
    refused = await ningbo.settle(EncounterKind.chronic, pharmacy, grounds)
    assert isinstance(refused, Refused)
    assert refused.code == "filing_needed"
    filed = await ningbo.file(ningbo.new(institution_codes=(pharmacy.institution_code,)))
    assert isinstance(filed, Filed), filed
    assert filed.filing.state is FilingState.filed
    refused = await ningbo.settle(EncounterKind.chronic, pharmacy, grounds)
    assert refused.code == "filing_needed"
    approved = (await ningbo.decide(filed.filing, FilingAct.approve)).filing
    lines = [ningbo.line(pharmacy), ningbo.line(pharmacy, 2, item_code=PLAIN)]
    settled = await ningbo.settle(EncounterKind.chronic, pharmacy, grounds, lines)
    assert isinstance(settled, Settled), settled
    bill = settled.settlement
    # The drug on the disease's list is paid at 80 per cent, the other one is excluded.
    assert (bill.pooled_fund_fen, bill.excluded_fen) == (8_000, 10_000)
    assert bill.facts.filing_ids == (approved.filing_id,)
    assert bill.facts.on_list == (1,)
    elsewhere = await ningbo.settle(EncounterKind.chronic, ningbo.pharmacies[1], grounds)
    assert elsewhere.code == "not_your_designated_institution"
    other = await ningbo.settle(EncounterKind.chronic, pharmacy, CareGrounds(disease_code="M09"))
    assert other.code == "disease_not_listed"
    assert (await ningbo.house.verify()).faults == []


async def test_a_visit_elsewhere_by_its_filing(ningbo: FilingHouse) -> None:
    there = ningbo.house.hospital
    lines = [ningbo.line(there, amount_fen=10_000, item_code=LISTED)]
    unfiled = await ningbo.settle(EncounterKind.outpatient, there, None, lines)
    assert isinstance(unfiled, Settled), unfiled
    bill = unfiled.settlement
    # Beijing's limit of 80 yuan cuts 20 off, Ningbo's first share (none) holds; 50 per cent of 80, of which unfiled care gets 60.
    assert (bill.over_limit_fen, bill.first_share_fen, bill.pooled_fund_fen) == (2_000, 0, 2_400)
    assert bill.facts.visit.remote == "unfiled"
    filed = await ningbo.file(
        ningbo.new(FilingKind.temporary, treatment_area=110000, ends_on=ningbo.house.clock.today())
    )
    assert isinstance(filed, Filed), filed
    later = await ningbo.settle(EncounterKind.outpatient, there, None, lines)
    assert later.settlement.facts.visit.remote == "temporary"
    assert later.settlement.pooled_fund_fen == 3_200
    postings = await ningbo.house.rows(
        "select debit_account, credit_account, amount_fen from postings where settlement_id = $1 order by posting_id",
        later.settlement.settlement_id,
    )
    between = -(1 * 10**12 + 110100 * 10**6 + 330200)
    assert [tuple(row) for row in postings[:2]] == [
        (1, between, 3_200),
        (between, there.institution_id, 3_200),
    ]
    undone = await ningbo.house.reverse(later.settlement.settlement_id, later.settlement.cell)
    assert isinstance(undone, Settled), undone
    sums = await ningbo.house.rows(
        "select sum(case when credit_account = $1 then amount_fen else -amount_fen end)::bigint as total, count(*) as n "
        "from postings where $1 in (debit_account, credit_account)",
        between,
    )
    assert (sums[0]["total"], sums[0]["n"]) == (0, 6)
    assert (await ningbo.house.verify()).faults == []


async def test_an_open_chronic_visit_is_settled_by_its_filing(ningbo: FilingHouse) -> None:
    assert (await ningbo.open(EncounterKind.chronic, ningbo.hospital)).code == "disease_code_needed"
    assert (await ningbo.open(EncounterKind.chronic, ningbo.hospital, CHRONIC)).code == "filing_needed"
    await ningbo.approved(ningbo.new())
    opened = await ningbo.open(EncounterKind.chronic, ningbo.hospital, CHRONIC)
    assert not isinstance(opened, Refused), opened
    visit = opened.encounter
    assert visit.grounds == CHRONIC
    lines = [ningbo.line(ningbo.hospital)]
    assert not isinstance(await ningbo.house.add_items(visit, lines, place=ningbo.hospital), Refused)
    ningbo.house.move_on()
    token = await ningbo.house.token(ningbo.person, place=ningbo.hospital)
    at = {"cell": visit.cell, "encounter_id": visit.encounter_id}
    before = await ningbo.house.pre_settle(token, place=ningbo.hospital, **at)
    assert before.split.funds_fen == {"pooled_fund": 8_000}
    settled = await ningbo.house.settle(token, place=ningbo.hospital, **at)
    assert settled.settlement.pooled_fund_fen == 8_000
    assert (await ningbo.house.verify()).faults == []


async def test_a_renewal_goes_on_where_its_predecessor_ends(ningbo: FilingHouse) -> None:
    first = await ningbo.approved(ningbo.new(institution_codes=(ningbo.pharmacy.institution_code,)))
    renewed = await ningbo.file(ningbo.new(FilingKind.other, ends_on=date(2028, 3, 31)), renews=first.filing_id)
    assert isinstance(renewed, Filed), renewed
    second = renewed.filing
    assert (second.predecessor_id, second.kind, second.disease_code) == (first.filing_id, first.kind, "M01")
    assert second.begins_on == date(2027, 4, 1)
    assert second.institution_codes == first.bound_to
    again = await ningbo.file(ningbo.new(FilingKind.other, ends_on=date(2028, 3, 31)), renews=first.filing_id)
    assert again.code == "filing_overlaps"
    assert (await ningbo.house.verify()).faults == []


async def test_the_same_key_gives_the_same_filing_and_decision(ningbo: FilingHouse) -> None:
    first = await ningbo.file(ningbo.new(), key="again")
    repeated = await ningbo.file(ningbo.new(), key="again")
    assert (repeated.repeated, repeated.filing.filing_id) == (True, first.filing.filing_id)
    ended = []
    for _ in range(2):
        await ningbo.decide(first.filing, FilingAct.approve, key="approve")
        ended.append(await ningbo.decide(first.filing, FilingAct.end, key="end"))
    assert [one.repeated for one in ended] == [False, True]
    assert ended[1].filing.state is FilingState.ended
    refused = [await ningbo.file(ningbo.new(disease_code="M09"), key="bad") for _ in range(2)]
    assert [one.code for one in refused] == ["disease_unknown"] * 2
    assert len(await ningbo.house.rows("select from refusals")) == 1


async def test_two_counters_filing_the_same_at_once_make_one(ningbo: FilingHouse) -> None:
    answers = await asyncio.gather(*(ningbo.file(ningbo.new()) for _ in range(8)))
    assert sum(isinstance(one, Filed) for one in answers) == 1
    assert {one.code for one in answers if isinstance(one, Refused)} == {"filing_overlaps"}
    assert (await ningbo.house.verify()).faults == []


async def test_a_person_who_chose_institutions_is_bound_to_them(ningbo: FilingHouse) -> None:
    chosen = ningbo.pharmacy.institution_code
    filed = await ningbo.file(
        ningbo.new(FilingKind.designation, institution_codes=(chosen,), ends_on=None), by=Filer.person
    )
    assert isinstance(filed, Filed), filed
    at_home = await ningbo.settle(EncounterKind.pharmacy, ningbo.pharmacy)
    elsewhere = await ningbo.settle(EncounterKind.outpatient, ningbo.hospital)
    assert at_home.settlement.pooled_fund_fen == 2_000
    assert (elsewhere.settlement.pooled_fund_fen, elsewhere.settlement.facts.visit.designated) == (1_000, False)
    # Who chose nothing is bound nowhere, unless the area wants a choice.
    await ningbo.decide(filed.filing, FilingAct.end)
    ningbo.house.move_on(86_400)
    free = await ningbo.settle(EncounterKind.outpatient, ningbo.hospital)
    assert free.settlement.pooled_fund_fen == 5_000
    await ningbo.set_rules(designation_required=True)
    bound = await ningbo.settle(EncounterKind.outpatient, ningbo.hospital)
    assert bound.settlement.pooled_fund_fen == 1_000
    assert (await ningbo.house.verify()).faults == []


async def test_a_dual_channel_drug_at_its_pharmacy(ningbo: FilingHouse) -> None:
    codes = (ningbo.pharmacy.institution_code,)
    filing = await ningbo.approved(
        ningbo.new(
            FilingKind.dual_channel_drug,
            item_code=DUAL,
            practitioner_code="D-OUT",
            institution_codes=codes,
            ends_on=date(2027, 6, 30),
        )
    )
    lines = [ningbo.line(ningbo.pharmacy, item_code=DUAL)]
    settled = await ningbo.settle(EncounterKind.pharmacy, ningbo.pharmacy, CareGrounds(prescription=EXTERNAL), lines)
    assert isinstance(settled, Settled), settled
    facts = settled.settlement.facts
    assert (settled.settlement.pooled_fund_fen, facts.filing_ids) == (6_000, (filing.filing_id,))
    assert (facts.visit.institution, facts.visit.prescription) == ("dual_channel", "external")
    assert (await ningbo.house.verify()).faults == []


async def test_a_special_drug_is_sold_on_its_filing(ningbo: FilingHouse) -> None:
    there, lines = ningbo.hospital, [ningbo.line(ningbo.hospital, item_code=SPECIAL)]
    refused = await ningbo.settle(EncounterKind.outpatient, there, None, lines)
    assert (refused.code, refused.facts["item"]) == ("special_drug_filing_needed", SPECIAL)
    filing = await ningbo.approved(
        ningbo.new(FilingKind.serious_illness_drug, item_code=SPECIAL, institution_codes=(there.institution_code,))
    )
    settled = await ningbo.settle(EncounterKind.outpatient, there, None, lines)
    assert isinstance(settled, Settled), settled
    assert settled.settlement.facts.filing_ids == (filing.filing_id,)
    assert (await ningbo.house.verify()).faults == []


async def test_a_long_supply_is_given_on_its_filing(ningbo: FilingHouse) -> None:
    await ningbo.set_rules(long_supply_weeks_most=24)
    grounds = CareGrounds(prescription=PrescriptionGround(kind="own", supply_days=120))
    there, lines = ningbo.hospital, [ningbo.line(ningbo.hospital, item_code=PLAIN)]
    refused = await ningbo.settle(EncounterKind.outpatient, there, grounds, lines)
    assert (refused.code, refused.facts["most"]) == ("supply_too_long", 84)
    filing = await ningbo.approved(ningbo.new(FilingKind.long_supply))
    settled = await ningbo.settle(EncounterKind.outpatient, there, grounds, lines)
    assert isinstance(settled, Settled), settled
    assert settled.settlement.facts.filing_ids == (filing.filing_id,)
    usual = CareGrounds(prescription=PrescriptionGround(kind="own", supply_days=84))
    again = await ningbo.settle(EncounterKind.outpatient, there, usual, lines)
    assert again.settlement.facts.filing_ids == ()


async def test_an_emergency_elsewhere_counts_as_filed(ningbo: FilingHouse) -> None:
    there = ningbo.house.hospital
    settled = await ningbo.settle(EncounterKind.emergency, there, None, [ningbo.line(there)])
    assert settled.settlement.facts.visit.remote == "emergency"
    assert settled.settlement.pooled_fund_fen == 4_000
    pharmacy = ningbo.house.pharmacies[0]
    no_agreement = await ningbo.settle(EncounterKind.pharmacy, pharmacy, None, [ningbo.line(pharmacy)])
    assert (no_agreement.code, no_agreement.facts["service"]) == ("service_not_agreed", "cross_region")
    assert (await ningbo.house.verify()).faults == []


async def _unfiled_stay(ningbo: FilingHouse) -> Any:
    """A stay in Beijing settled unfiled, a visit after it, and eleven days gone by; the area looks back thirty days."""
    await ningbo.set_rules(rules={"transfer": {"past_days": 30, "needs_approval": True}}, late_days=30)
    there = ningbo.house.hospital
    lines = [ningbo.line(there, amount_fen=200_000, quantity_e4=250_000, unit_price_micro=80 * 10**6)]
    stay = await ningbo.settle(EncounterKind.inpatient, there, None, lines)
    assert isinstance(stay, Settled), stay
    # 2,000 less the deductible of 500, of which 90 per cent, of which unfiled care gets 60.
    assert (stay.settlement.pooled_fund_fen, stay.settlement.facts.visit.remote) == (81_000, "unfiled")
    # The personal account paid what it had; it has nothing for this one until the stay is priced again.
    at_home = await ningbo.settle(EncounterKind.outpatient, ningbo.hospital)
    assert isinstance(at_home, Settled), at_home
    assert (stay.settlement.personal_account_fen, at_home.settlement.personal_account_fen) == (100_000, 0)
    ningbo.house.move_on(11 * 86_400)
    return stay.settlement


def _late(ningbo: FilingHouse) -> Any:
    begins_on = ningbo.house.clock.today() - timedelta(days=12)
    return ningbo.new(FilingKind.transfer, treatment_area=110000, begins_on=begins_on, ends_on=date(2026, 12, 31))


async def test_a_stay_elsewhere_filed_late(ningbo: FilingHouse) -> None:
    stay = await _unfiled_stay(ningbo)
    waiting = (await ningbo.file(_late(ningbo))).filing
    assert waiting.state is FilingState.filed
    async with ningbo.house.platform.readers.reading() as reading:
        due, changes = await settlement.preview_late_filing(
            reading, ningbo.house.platform.desk, waiting, today=ningbo.house.clock.today()
        )
    assert [one.settlement.settlement_id for one in due] == [stay.settlement_id]
    assert [(one.due, one.fund_total_before_fen, one.fund_total_after_fen) for one in changes] == [
        (True, 81_000, 121_500),
        (False, 5_000, 5_000),
    ]
    assert [one.personal_account_after_fen for one in changes] == [78_500, 5_000]
    approved = await ningbo.decide(waiting, FilingAct.approve)
    assert approved.correction_id is not None
    async with ningbo.house.platform.readers.reading() as reading:
        corrected = await settlement.read_corrected(reading, stay.cell, approved.correction_id)
    assert corrected is not None
    before = {one.settlement_id: one for one in changes}
    assert len(corrected.settlements) == 2
    assert corrected.fund_total_fen == sum(one.fund_total_after_fen - one.fund_total_before_fen for one in changes)
    assert corrected.cash_fen == sum(one.cash_after_fen - one.cash_before_fen for one in changes)
    assert {one.settlement_id for one in corrected.settlements} == set(before)
    # The preview said to the fen what the repricing did; a second look finds nothing.
    again = await ningbo.house.rows(
        "select pooled_fund_fen, personal_account_fen, facts->'visit'->>'remote' as remote from settlements "
        "where settlement_id = any($1) order by turn",
        [one.new_settlement_id for one in corrected.settlements],
    )
    assert [tuple(row) for row in again] == [(121_500, 78_500, "transfer"), (5_000, 5_000, None)]
    async with ningbo.house.platform.readers.reading() as reading:
        assert await settlement.preview_late_filing(
            reading, ningbo.house.platform.desk, approved.filing, today=ningbo.house.clock.today()
        ) == ([], [])
    assert (await ningbo.house.verify()).faults == []


async def test_a_filing_that_comes_later_than_the_area_looks_back_changes_nothing(ningbo: FilingHouse) -> None:
    await _unfiled_stay(ningbo)
    await ningbo.set_rules(rules={"transfer": {"past_days": 30, "needs_approval": True}}, late_days=10)
    approved = await ningbo.decide((await ningbo.file(_late(ningbo))).filing, FilingAct.approve)
    assert approved.correction_id is None
    assert await ningbo.house.rows("select from settlement_reversals") == []
    assert (await ningbo.house.verify()).faults == []


ONE = "filing_id = (select min(filing_id) from filings)"
SLIPPED_IN = (
    "insert into filings select cell, filing_id + 1, person_id, pooling_area, insurance_type, kind, 'M03', item_code, "
    "treatment_area, institution_codes, practitioner_code, begins_on, ends_on, counts_at_once, filed_by, filer, "
    f"evidence_digest, predecessor_id, filed_at, 'filed', ends_on, institution_codes, 0 from filings where {ONE}"
)
PLANTED = {
    "a last day moved": ("row_altered", f"update filings set valid_until = valid_until + 90 where {ONE}"),
    "another disease": ("row_altered", f"update filings set disease_code = 'M07' where {ONE}"),
    "another institution": ("row_altered", f"update filings set bound_to = array['H990200001'] where {ONE}"),
    "an approval made up": (
        "row_altered",
        "update filings set state = 'approved', decision_count = 1 where state = 'filed'",
    ),
    "a decision altered": ("row_altered", f"update filing_decisions set officer = 'nobody' where {ONE}"),
    "a decision removed": ("row_altered", f"delete from filing_decisions where {ONE}"),
    "a filing removed": ("row_missing", f"delete from filings where {ONE}"),
    "a filing slipped in": (
        "event_missing",
        SLIPPED_IN,
    ),
    "what a visit stands on": ("row_altered", 'update encounters set grounds = \'{"disease_code": "M02"}\''),
}


async def _filed_and_settled(ningbo: FilingHouse) -> None:
    await ningbo.approved(ningbo.new())
    await ningbo.file(ningbo.new(disease_code="M02"))
    settled = await ningbo.settle(EncounterKind.chronic, ningbo.hospital, CHRONIC)
    assert isinstance(settled, Settled), settled
    assert (await ningbo.house.verify()).faults == []


@pytest.mark.parametrize("what", PLANTED)
async def test_verify_names_a_filing_that_was_tampered_with(ningbo: FilingHouse, what: str) -> None:
    await _filed_and_settled(ningbo)
    kind, sql = PLANTED[what]
    await ningbo.house.tamper(sql)
    assert kind in {fault.kind for fault in (await ningbo.house.verify()).faults}


async def test_verify_names_a_settlement_whose_filing_is_gone_with_its_events(ningbo: FilingHouse) -> None:
    await _filed_and_settled(ningbo)
    await ningbo.house.tamper(f"delete from filing_decisions where {ONE}")
    await ningbo.house.tamper(
        "with gone as (delete from audit_events where kind in ('filing_made', 'filing_decided') returning 1) "
        f"delete from filings where {ONE}"
    )
    kinds = {fault.kind for fault in (await ningbo.house.verify()).faults}
    assert {"filing_missing", "event_missing"} <= kinds


async def test_verify_names_a_settlement_on_a_filing_that_was_not_in_force(ningbo: FilingHouse) -> None:
    await _filed_and_settled(ningbo)
    await ningbo.house.tamper(f"update filings set begins_on = begins_on + 30 where {ONE}")
    faults = {fault.kind: fault.where for fault in (await ningbo.house.verify()).faults}
    assert "filing_not_valid" in faults
    await ningbo.house.tamper(f"update filings set begins_on = begins_on - 30 where {ONE}")
    assert (await ningbo.house.verify()).faults == []
    # A settlement that says it was filed and names no filing.
    await ningbo.house.tamper("update settlements set facts = facts - 'filing_ids' where kind = 'settlement'")
    kinds = {fault.kind for fault in (await ningbo.house.verify()).faults}
    assert {"filing_not_claimed", "settlement_altered"} <= kinds
