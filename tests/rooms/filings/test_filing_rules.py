"""Days, areas and the fold of decisions, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openyibao.kit.outcome import Refused
from openyibao.rooms.filings import (
    DEFAULT_RULES,
    Filer,
    Filing,
    FilingAct,
    FilingDecision,
    FilingKind,
    FilingRule,
    FilingSettings,
    FilingState,
    NewFiling,
    as_of,
    covers_area,
    filing_settings,
    in_force,
    in_force_between,
)
from openyibao.rooms.filings.rules import Known, as_made, decided, judge_act, judge_interval, judge_new

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
KNOWN = Known(
    offered=True,
    disease_listed=True,
    item_known=True,
    area_known=True,
    insured_area=330200,
    province=33,
    institutions=(),
)
RULE = FilingRule(longest_days=60, past_days=30)


def filing(begin: int = 0, end: int | None = 10, *, number: int = 1, **fields: object) -> Filing:
    """A disease filing that counts at once; days from today."""
    ends_on = None if end is None else TODAY + timedelta(days=end)
    made = Filing(
        cell=1,
        filing_id=number,
        person_id=2,
        pooling_area=330200,
        insurance_type="employee",
        kind=FilingKind.chronic_disease,
        disease_code="M01",
        item_code="",
        treatment_area=0,
        institution_codes=(),
        practitioner_code="",
        begins_on=TODAY + timedelta(days=begin),
        ends_on=ends_on,
        counts_at_once=True,
        filed_by=Filer.institution,
        filer="test",
        evidence_digest=None,
        predecessor_id=None,
        filed_at=NOW,
        state=FilingState.filed,
        valid_until=ends_on,
        bound_to=(),
        decision_count=0,
    )
    return msgspec.structs.replace(made, **fields)


def decision(
    one: Filing, act: FilingAct, *, on: date | None = None, at: datetime = NOW, bound_to: tuple[str, ...] = ()
) -> FilingDecision:
    return FilingDecision(
        cell=one.cell,
        decision_id=100 + one.decision_count,
        filing_id=one.filing_id,
        decision_no=one.decision_count + 1,
        act=act,
        decided_by=Filer.agency,
        officer="officer",
        why="",
        valid_until=on if act is FilingAct.end else one.valid_until,
        bound_to=bound_to,
        decided_on=TODAY,
        decided_at=at,
    )


@pytest.mark.parametrize(
    ("treatment_area", "place", "covered"),
    [
        (0, 110100, True),
        (110000, 110100, True),
        (330000, 330281, True),
        (330000, 320500, False),
        (330200, 330281, True),
        (330200, 330100, False),
        (330281, 330281, True),
        (330281, 330200, False),
    ],
)
def test_a_province_and_a_city_hold_what_lies_in_them(treatment_area: int, place: int, *, covered: bool) -> None:
    assert covers_area(treatment_area, place) is covered


def test_a_filing_counts_on_both_its_ends_and_no_longer() -> None:
    one = filing(0, 10)
    days = [on for on in range(-2, 14) if in_force(one, TODAY + timedelta(days=on))]
    assert days == list(range(11))
    assert in_force(filing(0, None), date(2099, 1, 1))


@pytest.mark.parametrize("state", [FilingState.refused, FilingState.withdrawn])
def test_what_was_refused_or_withdrawn_never_counts(state: FilingState) -> None:
    assert not in_force(filing(state=state), TODAY)


def test_what_waits_for_the_agency_does_not_count_yet() -> None:
    waiting = filing(counts_at_once=False)
    assert not in_force(waiting, TODAY)
    assert in_force(decided(waiting, decision(waiting, FilingAct.approve)), TODAY)


def test_a_stay_is_held_by_a_filing_of_any_of_its_days() -> None:
    one = filing(5, 10)
    assert in_force_between(one, TODAY, TODAY + timedelta(days=5))
    assert in_force_between(one, TODAY + timedelta(days=8), TODAY + timedelta(days=20))
    assert not in_force_between(one, TODAY, TODAY + timedelta(days=4))
    assert not in_force_between(one, TODAY + timedelta(days=11), TODAY + timedelta(days=20))


def test_how_a_filing_stood_is_told_for_any_instant() -> None:
    made = filing(0, 100, counts_at_once=False)
    approve = decision(made, FilingAct.approve, at=NOW + timedelta(hours=1))
    approved = decided(made, approve)
    end = decision(approved, FilingAct.end, on=TODAY + timedelta(days=3), at=NOW + timedelta(hours=2))
    now = decided(approved, end)
    assert as_made(now) == made
    assert as_of(now, [approve, end], NOW - timedelta(seconds=1)) is None
    assert as_of(now, [end, approve], NOW) == made
    assert as_of(now, [approve, end], NOW + timedelta(hours=1)) == approved
    assert as_of(now, [approve, end], NOW + timedelta(hours=2)) == now


def test_an_area_overrides_single_words_of_a_rule() -> None:
    settings = filing_settings({"filings": {"rules": {"temporary": {"longest_days": 90}}, "late_days": 5}})
    changed, default = settings.rule(FilingKind.temporary), DEFAULT_RULES[FilingKind.temporary]
    assert changed == msgspec.structs.replace(default, longest_days=90)
    assert settings.rule(FilingKind.transfer) == DEFAULT_RULES[FilingKind.transfer]
    assert filing_settings({}) == FilingSettings()
    with pytest.raises(msgspec.ValidationError):
        filing_settings({"filings": {"late_weeks": 5}})


def test_institutions_change_again_only_after_the_interval() -> None:
    rule = FilingRule(change_days=30)
    assert judge_interval(rule, None, today=TODAY) is None
    assert judge_interval(rule, TODAY - timedelta(days=30), today=TODAY) is None
    refused = judge_interval(rule, TODAY - timedelta(days=29), today=TODAY)
    assert refused is not None
    assert refused.facts["again_on"] == "2026-11-24"


Step = tuple[str, int, int]
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["file", "approve", "end", "withdraw", "refuse"]), st.integers(-30, 60), st.integers(0, 59)
    ),
    max_size=25,
)


@given(_STEPS, st.booleans())
def test_no_sequence_of_filings_and_decisions_leaves_two_in_force_on_one_day(steps: list[Step], at_once: bool) -> None:
    mine: list[Filing] = []
    for verb, first, second in steps:
        if verb == "file":
            new = NewFiling(
                kind=FilingKind.chronic_disease,
                disease_code="M01",
                begins_on=TODAY + timedelta(days=first),
                ends_on=TODAY + timedelta(days=first + second),
            )
            if judge_new(new, RULE, KNOWN, mine, filed_by=Filer.institution, today=TODAY) is None:
                made = filing(first, first + second, number=len(mine) + 1, counts_at_once=at_once)
                mine.append(made)
        elif mine:
            place, act = second % len(mine), FilingAct(verb)
            on = TODAY + timedelta(days=max(first, 0)) if act is FilingAct.end else None
            refused: Refused | None = judge_act(mine[place], act, on=on, today=TODAY, reason_given=True)
            if refused is None:
                mine[place] = decided(mine[place], decision(mine[place], act, on=on))
    for offset in range(-40, 130):
        on = TODAY + timedelta(days=offset)
        assert sum(in_force(one, on) for one in mine) <= 1


def test_the_guide_prints_the_rules_that_hold() -> None:
    page = (Path(__file__).parents[3] / "docs" / "guides" / "filings.md").read_text(encoding="utf-8")
    for kind in FilingKind:
        rule = DEFAULT_RULES.get(kind, FilingRule())
        words = (
            "agency" if rule.needs_approval else "at once",
            "yes" if rule.self_filed else "no",
            str(rule.longest_days or "open"),
            str(rule.past_days),
            f"{rule.institutions_least}-{rule.institutions_most}",
            str(rule.change_days),
        )
        assert f"| `{kind.value}` | {' | '.join(words)} |" in page
    for name in FilingSettings.__struct_fields__:
        assert f"`{name}`" in page or name == "rules"
