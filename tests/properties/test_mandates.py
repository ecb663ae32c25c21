"""No story of offers, consents, ends, birthdays and bills lets a relative act after the end, unasked, or above a sum."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from openyibao.kit.clock import shanghai_date
from openyibao.kit.outcome import Refused
from openyibao.rooms.mandates import rules
from openyibao.rooms.mandates.records import (
    ConsentWay,
    FamilyMandate,
    MandateBasis,
    MandateParty,
    MandateState,
)

BEGIN = datetime(2026, 11, 25, 4, tzinfo=UTC)
PURPOSES = ("settlement", "registration", "pharmacy_purchase")
acts = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(min_value=0, max_value=900)),
        st.tuples(st.just("consent"), st.sampled_from((1, 2, 3))),
        st.tuples(st.just("end"), st.sampled_from((1, 2, 3))),
        st.tuples(st.just("show"), st.sampled_from(PURPOSES)),
        st.tuples(st.just("pay"), st.integers(min_value=0, max_value=9_000)),
    ),
    max_size=40,
)
mandates = st.fixed_dictionaries(
    {
        "basis": st.sampled_from(tuple(MandateBasis)),
        "principal_birth_on": st.dates(min_value=date(1930, 1, 1), max_value=date(2026, 11, 25)),
        "purposes": st.sets(st.sampled_from(PURPOSES), min_size=1).map(lambda each: tuple(sorted(each))),
        "per_bill_fen": st.none() | st.integers(min_value=0, max_value=5_000),
        "per_day_fen": st.none() | st.integers(min_value=0, max_value=8_000),
        "valid_until": st.none() | st.dates(min_value=date(2026, 11, 25), max_value=date(2046, 1, 1)),
    }
)


def age(birth_on: date, on: date) -> int:
    """Full years, counted another way than the rules do."""
    years = on.year - birth_on.year
    before = (on.month, on.day) < (birth_on.month, birth_on.day)
    return years - before


def offered(edges: dict[str, Any]) -> FamilyMandate:
    fresh = FamilyMandate(
        bucket=1,
        principal_person_id=1,
        principal_masked="*",
        agent_bucket=2,
        agent_person_id=2,
        agent_masked="*",
        valid_from=shanghai_date(BEGIN),
        mandate_id=7,
        offered_at=BEGIN,
        offered_by=MandateParty.agent,
        **edges,
    )
    if rules.guardian_suffices(fresh, shanghai_date(BEGIN)):
        return msgspec.structs.replace(fresh, consented_at=BEGIN, consent_way=ConsentWay.guardian)
    return fresh


def may_show(one: FamilyMandate, purpose: str, on: date, *, own: bool, ended: bool) -> bool:
    """The auditor's own judgement, from what was done and the ages alone."""
    years, guarded = age(one.principal_birth_on, on), one.basis in {MandateBasis.parent, MandateBasis.guardian}
    if ended or purpose not in one.purposes or (one.valid_until is not None and on > one.valid_until):
        return False
    if not guarded:
        return own
    began_under_16 = age(one.principal_birth_on, shanghai_date(BEGIN)) < 16
    if years >= 18:
        return False
    grace = age(one.principal_birth_on, on - timedelta(days=31)) < 16
    return own or (began_under_16 and grace)


@given(mandates, acts)
def test_no_story_lets_a_relative_act_beyond_the_edges(edges: dict[str, Any], story: list[tuple[str, Any]]) -> None:
    one, now, own, ended = offered(edges), BEGIN, False, False
    paid: dict[date, int] = {}
    for act, what in story:
        on = shanghai_date(now)
        if act == "wait":
            now += timedelta(days=what)
        elif act == "consent":
            if rules.judge_consent(one, what, on) is None:
                assert what == one.principal_person_id
                assert not ended
                own = True
                way = ConsentWay.own_device
                given_ = {"consented_at": one.consented_at or now, "consent_way": one.consent_way or way}
                one = msgspec.structs.replace(one, own_consent_at=now, own_consent_way=way, **given_)
        elif act == "end":
            party = rules.party_of(one, what)
            if rules.judge_end(one, party, on) is None:
                assert what in {1, 2}
                assert what == 2 or age(one.principal_birth_on, on) >= 14
                ended = True
                one = msgspec.structs.replace(one, ended_at=one.ended_at or now, ended_by=one.ended_by or party)
        else:
            purpose = what if act == "show" else "settlement"
            refused = rules.judge_showing(one, purpose, on)
            assert (refused is None) == may_show(one, purpose, on, own=own, ended=ended), (refused, on)
            if act == "pay" and refused is None and rules.judge_amount(one, what, paid.get(on, 0)) is None:
                paid[on] = paid.get(on, 0) + what
                assert one.per_bill_fen is None or what <= one.per_bill_fen
                assert one.per_day_fen is None or paid[on] <= one.per_day_fen
                assert 0 not in {one.per_bill_fen, one.per_day_fen}
        if ended:
            assert rules.state_on(one, shanghai_date(now)) in {MandateState.ended, MandateState.refused}
            assert isinstance(rules.refuse_state(one, shanghai_date(now)), Refused)
