"""What holds of every bill under every policy: Beijing's own, and an invented one with every construct."""

from __future__ import annotations

import copy
from collections import Counter
from itertools import pairwise
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_samples import BEIJING, EVERY, EVERY_ONCE, INVENTED, line, person, settle, visit

from openyibao.rooms.policies import (
    AccountUse,
    BillLine,
    PersonFacts,
    Policy,
    Split,
    VisitFacts,
    explain,
    reversal_delta,
)
from openyibao.rooms.policies.conditions import Who

_GROUPS = (
    "contracted",
    "military_retired",
    "full_scope",
    "destitute",
    "civil_servant",
    "employer_supplement",
    "veteran",
    "low_income",
    "someone_else",
)
_FUNDS = ("pooled_fund", "large_sum", "employer_supplement", "disabled_veterans", "serious_illness", "other_funds")


def _lines(amounts: st.SearchStrategy[int]) -> st.SearchStrategy[list[BillLine]]:
    one = st.builds(
        lambda amount, kind, quantity, limit, ratio, fixed, restricted, code: line(
            0,
            amount,
            kind,
            quantity_e4=quantity if amount >= 0 else -quantity,
            price_limit_micro=limit,
            first_share_bp=ratio,
            first_share_fixed_fen=fixed,
            restricted=restricted,
            hospital_approved=amount % 2 == 0,
            item_code=code,
        ),
        amounts,
        st.sampled_from("aaabbbc"),
        st.integers(1, 90_000),
        st.none() | st.integers(0, 200_000_000),
        st.sampled_from((0, 500, 1000, 3333, 10_000)),
        st.sampled_from((0, 0, 0, 333)),
        st.sampled_from((False, False, False, True)),
        st.sampled_from(("X", "X", "X", "PILLS", "BULK", "DEAR", "FIXED1", "LIMIT")),
    )
    return st.lists(one, max_size=6).map(
        lambda many: [msgspec.structs.replace(it, line_no=number) for number, it in enumerate(many, 1)]
    )


_SMALL = st.integers(0, 400) | st.integers(0, 120_000)
_WIDE = _SMALL | st.integers(0, 30_000_000)
_PERSONS = st.builds(
    person,
    st.sampled_from(("employee", "retired")),
    st.lists(st.sampled_from(_GROUPS), unique=True, max_size=4).map(tuple),
    st.lists(st.sampled_from(_FUNDS), unique=True, max_size=2).map(tuple) | st.just(()),
)
_VISITS = st.builds(
    visit,
    st.sampled_from(("outpatient", "inpatient")),
    st.sampled_from(("community", "secondary", "tertiary")),
    st.integers(1, 3),
    st.sampled_from((None, None, "transfer", "temporary", "unfiled")),
)
_POLICIES = st.sampled_from((BEIJING, INVENTED, EVERY, EVERY_ONCE))
_NAMES = sorted({*BEIJING.accumulators, *INVENTED.accumulators, *EVERY.accumulators})
_SO_FAR = st.dictionaries(st.sampled_from(_NAMES), st.integers(0, 80_000) | st.integers(0, 55_000_000))
_USES = st.sampled_from(tuple(AccountUse))


def check_identities(done: Split) -> None:
    assert done.fee_total_fen == (done.excluded_fen + done.over_limit_fen + done.first_share_fen + done.in_policy_fen)
    assert done.fee_total_fen == done.fund_total_fen + done.person_total_fen + done.institution_borne_fen
    assert done.person_total_fen == done.personal_account_fen + done.cash_fen
    assert done.fund_total_fen == sum(done.funds_fen.values())
    assert 0 <= done.mutual_aid_fen <= done.personal_account_fen
    for name in ("excluded_fen", "over_limit_fen", "first_share_fen", "in_policy_fen"):
        assert getattr(done, name) == sum(getattr(part, name) for part in done.lines)


@settings(max_examples=300, deadline=None)
@given(_POLICIES, _PERSONS, _VISITS, _lines(_WIDE | st.integers(-50_000, 0)), _SO_FAR, st.integers(0, 90_000), _USES)
def test_every_split_sums_to_the_bill(
    policy: Policy,
    who: PersonFacts,
    where: VisitFacts,
    lines: list[BillLine],
    so_far: dict[str, int],
    account_fen: int,
    use: AccountUse,
):
    before = copy.deepcopy(so_far)
    done = settle(policy, who, where, lines, so_far, account_fen=account_fen, past_fen=5_000, use=use)
    check_identities(done)
    for each, part in zip(lines, done.lines, strict=True):
        assert each.amount_fen == part.excluded_fen + part.over_limit_fen + part.first_share_fen + part.in_policy_fen
    assert min(done.funds_fen.values(), default=1) > 0
    assert 0 <= done.personal_account_fen <= account_fen + 5_000
    assert not set(done.funds_fen) & set(who.funds_stopped)
    assert so_far == before
    assert settle(policy, who, where, lines, so_far, account_fen=account_fen, past_fen=5_000, use=use) == done
    back = Counter(done.accumulators_after)
    back.update(reversal_delta(so_far, done.accumulators_after))
    assert {name: amount for name, amount in back.items() if amount} == {n: a for n, a in so_far.items() if a}


@settings(max_examples=500, deadline=None)
@given(_POLICIES, _PERSONS, _VISITS, _lines(_WIDE), _SO_FAR, st.data())
def test_more_spending_never_lowers_what_the_person_pays(
    policy: Policy,
    who: PersonFacts,
    where: VisitFacts,
    lines: list[BillLine],
    so_far: dict[str, int],
    data: st.DataObject,
):
    more = [*lines, *data.draw(_lines(_SMALL | st.just(1)).filter(bool))]
    less = settle(policy, who, where, lines, so_far)
    assert less.person_total_fen <= settle(policy, who, where, more, so_far).person_total_fen


@settings(max_examples=60, deadline=None)
@given(_POLICIES, _PERSONS, _VISITS, _SO_FAR, st.integers(0, 100_000), st.booleans())
def test_fen_by_fen_the_person_never_pays_less(
    policy: Policy, who: PersonFacts, where: VisitFacts, so_far: dict[str, int], start_fen: int, with_share: bool
):
    paid = [
        settle(
            policy, who, where, [line(1, amount_fen, "b" if with_share else "a", first_share_bp=1500)], so_far
        ).person_total_fen
        for amount_fen in range(start_fen, start_fen + 150)
    ]
    assert paid == sorted(paid)


@settings(max_examples=100, deadline=None)
@given(_POLICIES, _PERSONS, _VISITS, _lines(_WIDE), _SO_FAR, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_does_not_matter_to_the_sums(
    policy: Policy, who: PersonFacts, where: VisitFacts, lines: list[BillLine], so_far: dict[str, int], rnd: Random
):
    mixed = list(lines)
    rnd.shuffle(mixed)
    one, other = (settle(policy, who, where, order, so_far) for order in (lines, mixed))
    assert msgspec.structs.replace(one, lines=()) == msgspec.structs.replace(other, lines=())


@settings(max_examples=200, deadline=None)
@given(_POLICIES, _PERSONS, _VISITS, _lines(_WIDE), _SO_FAR, st.integers(0, 90_000), _USES)
def test_the_steps_of_the_explanation_sum_to_the_split(
    policy: Policy,
    who: PersonFacts,
    where: VisitFacts,
    lines: list[BillLine],
    so_far: dict[str, int],
    account_fen: int,
    use: AccountUse,
):
    done = settle(policy, who, where, lines, so_far, account_fen=account_fen, use=use)
    steps = explain(policy, who, where, lines, so_far, account_balance_fen=account_fen, account_use=use)
    by_payer: Counter[str] = Counter()
    by_rule: Counter[str] = Counter()
    for step in steps:
        by_payer[str(step.payer)] += step.amount_fen
        by_rule[step.rule] += step.amount_fen
        assert step.zh
        assert step.en
    funds = {name: amount for name, amount in by_payer.items() if amount and name not in ("none", "person")}
    expected = {str(fund): amount for fund, amount in done.funds_fen.items()}
    expected |= {"personal_account": done.personal_account_fen, "cash": done.cash_fen}
    expected |= {"institution": done.institution_borne_fen}
    assert funds == {name: amount for name, amount in expected.items() if amount}
    assert by_payer["person"] == done.person_total_fen
    assert by_rule["person.own_share"] == done.own_share_fen
    for part in ("excluded", "over_limit", "first_share"):
        assert by_rule[f"line.{part}"] == getattr(done, f"{part}_fen")
    benefit = policy.benefit_of(Who(where.kind, where.level, who.person_category))
    assert by_rule[f"{benefit.benefit_id}.deductible"] == done.deductible_fen


@settings(max_examples=200, deadline=None)
@given(_PERSONS, _VISITS, st.lists(_lines(_SMALL), min_size=1, max_size=6))
def test_no_ceiling_is_passed_in_a_year_of_bills(who: PersonFacts, where: VisitFacts, bills: list[list[BillLine]]):
    so_far: dict[str, int] = {}
    for lines in bills:
        done = settle(INVENTED, who, where, lines, so_far)
        assert done.funds_fen.get("employer_supplement", 0) <= 6_000
        so_far = dict(done.accumulators_after)
    pooled_fen, large_fen = so_far.get("pooled_fen", 0), so_far.get("large_fen", 0)
    assert pooled_fen <= 30_000
    assert pooled_fen + large_fen <= 70_000
    assert so_far.get("aid_fen", 0) <= 8_000
    assert so_far.get("deductible_fen", 0) <= 20_000


@pytest.mark.parametrize("count", [1, 2, 5])
def test_reversing_latest_first_leaves_what_the_survivors_make(count: int):
    maps: list[dict[str, int]] = [{}]
    for number in range(6):
        done = settle(INVENTED, person(), visit(), [line(1, 17_777 + number)], maps[-1])
        maps.append(dict(done.accumulators_after))
    now = Counter(maps[-1])
    for before, after in list(pairwise(maps))[::-1][:count]:
        now.update(reversal_delta(before, after))
    assert {name: amount for name, amount in now.items() if amount} == maps[-1 - count]
