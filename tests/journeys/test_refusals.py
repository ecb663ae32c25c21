"""Every refusal has its own stable reason, is stored, and tells a clerk what happened and what to do now.

The table follows the story: the scan, the visit, its lines, the bill, its undoing.
"""

from __future__ import annotations

import pytest
from journey_house import House
from refused_bills import (
    bill_at_a_suspended_place,
    bill_below_zero,
    bill_by_a_code_for_medicine,
    bill_by_an_aid_nobody_agreed,
    bill_of_a_visit_that_is_not,
    bill_of_another_person,
    bill_of_nothing,
    bill_that_changed,
    bill_that_was_annulled_before,
    bill_with_one_key_twice,
    bill_without_a_policy,
    bill_without_the_person,
    reversal_at_a_suspended_place,
    reversal_elsewhere,
    reversal_of_a_reversal,
    reversal_of_nothing,
    reversal_of_the_first_of_two,
    reversal_twice,
    reversals_with_one_key,
    uploaded,
)
from refused_packs import PACKS
from refused_visits import (
    SCANS,
    WHO,
    Provoke,
    after_a_line,
    agreement_over,
    closing_anothers_visit,
    enrolment_over,
    hold_the_sentences,
    lines_at_a_suspended_place,
    lines_of_a_closed_visit,
    lines_of_anothers_visit,
    lines_with_one_key_twice,
    one_line,
    opened_with_one_key_twice,
    opening_at_a_suspended_place,
    service_never_agreed,
    stranger_in_a_white_coat,
    taken_back_twice,
    token_expired,
    token_of_another_place,
    token_unknown,
)

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
    **PACKS,
}


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
    # No verb ends an enrolment yet: the one that ended behind the audit's back is named, and nothing else.
    named = ["row_altered"] if code == "not_enrolled" else []
    assert [fault.kind for fault in (await house.verify()).faults] == named


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
