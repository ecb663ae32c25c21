"""Stories of filings: a chronic patient at a pharmacy, care elsewhere, and what verify says of tampered filings."""

from __future__ import annotations

import pytest
from filing_house import (
    CHRONIC,
    EXTERNAL,
    LISTED,
    PLAIN,
    FilingHouse,
    move_to_ningbo,
)
from journey_house import House

from openyibao.kit.outcome import Refused
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.filings import CareGrounds, Filed, FilingAct, FilingKind, FilingState
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
