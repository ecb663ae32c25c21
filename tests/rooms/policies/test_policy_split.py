"""Single decisions of the split, each with its arithmetic."""

from __future__ import annotations

from datetime import date

import pytest
from policy_samples import BEIJING, EIGHTH_LAYER, EVERY, INVENTED, INVENTED_TEXT, line, person, read, settle, visit

from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.policies import AccountUse, BillLine, LineSplit, explain, find_overlaps
from openyibao.rooms.policies.conditions import Who
from openyibao.rooms.policies.lines import ItemRules, LineRule, LineRules, LineWhen

_RULES = LineRules(ItemRules(), Who("outpatient", "tertiary", "employee"))


@pytest.mark.parametrize(
    ("bill_line", "parts"),
    [
        (line(1, 1000), (0, 0, 0, 1000)),
        (line(1, 1000, "c", price_limit_micro=1_000_000), (1000, 0, 0, 0)),
        (line(1, 1000, "a", restricted=True, hospital_approved=False), (1000, 0, 0, 0)),
        (line(1, 1000, "a", restricted=True, hospital_approved=True), (0, 0, 0, 1000)),
        (line(1, 1000, "b", first_share_bp=500), (0, 0, 50, 950)),
        (line(1, 1050, "b", first_share_bp=1000, price_limit_micro=9_050_000), (0, 145, 91, 814)),
        (line(1, 452, "b", first_share_bp=500), (0, 0, 23, 429)),
        (line(1, 1000, "b", quantity_e4=29_999, first_share_fixed_fen=200), (0, 0, 400, 600)),
        (line(1, 100, "b", quantity_e4=30_000, first_share_fixed_fen=200), (0, 0, 100, 0)),
        (line(1, -452, "b", quantity_e4=-10_000, first_share_bp=500), (0, 0, -23, -429)),
        (
            line(1, -1050, "b", quantity_e4=-10_000, first_share_bp=1000, price_limit_micro=9_050_000),
            (0, -145, -91, -814),
        ),
    ],
)
def test_a_line_is_parted_in_the_order_of_the_field(bill_line: BillLine, parts: tuple[int, int, int, int]):
    excluded, over, first, inside = parts
    assert _RULES.part(bill_line, _RULES.reading(bill_line)) == LineSplit(
        line_no=1, excluded_fen=excluded, over_limit_fen=over, first_share_fen=first, in_policy_fen=inside
    )


@pytest.mark.parametrize(
    ("rule", "parts"),
    [
        (LineRule(line=LineWhen(), first_share_bp=0), (0, 0, 0, 1000)),
        (LineRule(line=LineWhen(), first_share_fixed_fen=0), (0, 0, 0, 1000)),
        (LineRule(line=LineWhen(), price_limit_fen=0), (0, 1000, 0, 0)),
    ],
)
def test_a_rule_that_says_nought_takes_the_place_of_the_catalogues_word(
    rule: LineRule, parts: tuple[int, int, int, int]
):
    rules = LineRules(ItemRules(rules=(rule,)), Who("outpatient", "tertiary", "employee"))
    excluded, over, first, inside = parts
    bill_line = line(1, 1000, "b", first_share_bp=500, price_limit_micro=90_000_000)
    assert rules.part(bill_line, rules.reading(bill_line)) == LineSplit(
        line_no=1, excluded_fen=excluded, over_limit_fen=over, first_share_fen=first, in_policy_fen=inside
    )


def test_a_stopped_fund_pays_nothing_counts_nothing_and_the_account_still_pays():
    done = settle(BEIJING, person(stopped=("large_sum",)), visit(), [line(1, 300_000)], {}, account_fen=50_000)
    assert (done.fund_total_fen, done.deductible_fen, done.personal_account_fen) == (0, 0, 50_000)
    assert done.accumulators_after == {}


def test_no_later_layer_steps_in_for_a_stopped_fund():
    # 85 % less the 70 % of the stopped large-sum fund: the supplement pays its 15 % and no more.
    done = settle(
        BEIJING,
        person("retired", stopped=("large_sum",)),
        visit(),
        [line(1, 10_000)],
        {"outpatient_in_policy_fen": 130_000},
    )
    assert dict(done.funds_fen) == {"other_funds": 1_500}


def test_mutual_aid_is_inside_the_personal_account_and_none_pays_nothing():
    lines = [line(1, 10_000)]
    aid = settle(BEIJING, person(), visit(), lines, {}, account_fen=1_000, aid_fen=3_000, use=AccountUse.mutual_aid)
    own = settle(BEIJING, person(), visit(), lines, {}, account_fen=1_000, aid_fen=3_000, use=AccountUse.own)
    none = settle(BEIJING, person(), visit(), lines, {}, account_fen=4_000, use=AccountUse.none)
    assert (aid.personal_account_fen, aid.mutual_aid_fen, aid.cash_fen) == (4_000, 3_000, 6_000)
    assert (own.personal_account_fen, own.mutual_aid_fen, own.cash_fen) == (1_000, 0, 9_000)
    assert (none.personal_account_fen, none.mutual_aid_fen, none.cash_fen) == (0, 0, 10_000)


def test_the_account_pays_only_the_parts_the_document_names():
    lines = [line(1, 1_000, "c"), line(2, 2_000, price_limit_micro=15_000_000)]
    assert settle(BEIJING, person(), visit(), lines, {}, account_fen=9_999).personal_account_fen == 1_500
    assert settle(INVENTED, person(), visit(), lines, {}, account_fen=9_999).personal_account_fen == 2_000


@pytest.mark.parametrize(("use", "paid_fen"), [(AccountUse.own, 400), (AccountUse.mutual_aid, 1_000)])
def test_no_account_pays_for_wellness_goods_whatever_the_document_lets_it_pay(use: AccountUse, paid_fen: int):
    lines = [line(1, 1_000, "c"), line(2, 5_000, "c", wellness=True)]
    done = settle(EVERY, person(), visit("pharmacy"), lines, {}, account_fen=400, aid_fen=9_999, use=use)
    assert (done.personal_account_fen, done.cash_fen) == (paid_fen, 6_000 - paid_fen)


def test_a_bill_that_is_negative_in_sum_gets_nothing_from_the_funds_and_moves_nothing():
    done = settle(
        BEIJING,
        person(),
        visit(),
        [line(1, -500, quantity_e4=-10_000)],
        {"outpatient_in_policy_fen": 400_000},
        account_fen=99,
    )
    assert (done.person_total_fen, done.fund_total_fen, done.personal_account_fen) == (-500, 0, 0)
    assert done.accumulators_after == {"outpatient_in_policy_fen": 400_000}


def test_a_kind_the_document_does_not_speak_of_is_a_lookup_error():
    assert EncounterKind.chronic not in BEIJING.encounter_kinds
    with pytest.raises(LookupError, match="says nothing of chronic"):
        settle(BEIJING, person(), visit("chronic"), [line(1, 100)], {})


def test_an_eighth_layer_needs_only_the_document():
    more = read(INVENTED_TEXT + EIGHTH_LAYER)
    lines = [line(1, 30_000)]
    seven, eight = (settle(policy, person(), visit(), lines, {}) for policy in (INVENTED, more))
    # (300 - 200) x 55 % = 55 pooled; own 245, serious illness from 100: 100 x 60 % + 45 x 70 % = 91.50; half of 153.50.
    assert dict(seven.funds_fen) == {"pooled_fund": 5_500, "serious_illness": 9_150}
    assert dict(eight.funds_fen) == {"pooled_fund": 5_500, "serious_illness": 9_150, "other_funds": 7_675}


def test_the_policy_year_starts_on_the_day_of_the_document():
    assert [INVENTED.policy_year(on) for on in (date(2025, 6, 30), date(2025, 7, 1), date(2026, 6, 30))] == [
        2024,
        2025,
        2025,
    ]
    assert BEIJING.policy_year(date(2025, 1, 1)) == 2025


def test_the_explanation_says_who_pays_on_what_ground_and_what_is_left():
    lines = [line(1, 5_000, "c"), line(2, 201_000)]
    steps = explain(BEIJING, person(), visit(), lines, {}, account_balance_fen=0, account_use=AccountUse.none)
    assert [(step.rule, step.amount_fen, step.payer) for step in steps] == [
        ("line.excluded", 5_000, "none"),
        ("outpatient.deductible", 180_000, "none"),
        ("outpatient.large_sum", 14_700, "large_sum"),
        ("person.excluded", 5_000, "person"),
        ("person.own_share", 186_300, "person"),
        ("cash", 191_300, "cash"),
    ]
    assert steps[0].line_no == 1
    assert steps[0].zh == "第 1 行 X1：丙类，医保不支付，50.00 元由个人负担。"
    assert steps[1].left_fen == 0
    assert "210.00" in steps[2].en
    assert steps[2].ratio_bp == 7_000
    assert steps[2].article.startswith("城镇职工医保")


def test_what_lies_above_every_ceiling_is_said_to_be_paid_by_nobody():
    so_far = {"inpatient_pooled_fen": 10_000_000, "inpatient_large_sum_fen": 40_000_000}
    steps = explain(
        BEIJING,
        person(),
        visit("inpatient"),
        [line(1, 200_000)],
        so_far,
        account_balance_fen=0,
        account_use=AccountUse.none,
    )
    assert [step.amount_fen for step in steps if step.rule == "inpatient.uncovered"] == [0]


def test_two_documents_for_one_day_are_found():
    assert find_overlaps([BEIJING, INVENTED]) == ()
    assert find_overlaps([BEIJING, INVENTED, BEIJING]) == ((BEIJING, BEIJING),)
    later = read(INVENTED_TEXT.replace("2025-07-01", "2026-07-01").replace("2026-06-30", "2027-06-30"))
    assert find_overlaps([INVENTED, later]) == ()
