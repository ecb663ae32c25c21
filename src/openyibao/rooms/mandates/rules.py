"""Rules of family mandates. Pure; the state of a mandate follows from its dates and the day (docs/adr/0020).

Under 14 the guardian decides alone; from 14 the child may end it; from 16 it needs the child's own consent, after a grace;
at 18 a mandate of a parent or guardian is over. 中文: 亲情账户规则。
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from openyibao.kit.clock import shanghai_date
from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import Refused
from openyibao.rooms.mandates import reasons
from openyibao.rooms.mandates.records import (
    FamilyMandate,
    MandateBasis,
    MandateParty,
    MandateSettings,
    MandateState,
    NewMandate,
)

MAY_OBJECT_AGE, OWN_CONSENT_AGE, GROWN_AGE = 14, 16, 18
OWN_CONSENT_GRACE_DAYS = 30
"""So long after the 16th birthday a parent may still show the code; then the mandate rests until the child consents."""
OFFER_DAYS = 30
"""So long an offer waits for consent."""
GUARDED = frozenset({MandateBasis.parent, MandateBasis.guardian})
SETTING_RELATIVES, SETTING_AGENTS = "family_relatives_max", "family_agents_max"


def mandate_settings(settings: Mapping[str, Any]) -> MandateSettings:
    """What an area's settings say of mandates: ``family_relatives_max``, ``family_agents_max``."""
    plain = MandateSettings()
    return MandateSettings(
        relatives_max=int(settings.get(SETTING_RELATIVES, plain.relatives_max)),
        agents_max=int(settings.get(SETTING_AGENTS, plain.agents_max)),
    )


def birthday(birth_on: date, age: int) -> date:
    """The day on which somebody turns so old; who was born on 29 February does so on 1 March of a common year."""
    try:
        return birth_on.replace(year=birth_on.year + age)
    except ValueError:
        return date(birth_on.year + age, 3, 1)


def is_aged(birth_on: date, age: int, on: date) -> bool:
    """Whether somebody is at least so old on a day."""
    return on >= birthday(birth_on, age)


def last_day(one: FamilyMandate) -> date | None:
    """The last day a consented mandate may run to: its own, or the eve of the 18th birthday under a guardian's."""
    days = [] if one.valid_until is None else [one.valid_until]
    if one.basis in GUARDED:
        days.append(birthday(one.principal_birth_on, GROWN_AGE) - timedelta(days=1))
    return min(days) if days else None


def state_on(one: FamilyMandate, on: date) -> MandateState:
    """The state of a mandate on a day; a day before its first counts as active to come."""
    if one.ended_at is not None:
        return MandateState.refused if one.consented_at is None else MandateState.ended
    last = last_day(one)
    if last is not None and on > last:
        return MandateState.expired
    if one.consented_at is None:
        offered_until = shanghai_date(one.offered_at) + timedelta(days=OFFER_DAYS)
        return MandateState.offered if on <= offered_until else MandateState.expired
    if one.basis in GUARDED and one.own_consent_at is None and on > own_consent_due(one):
        return MandateState.paused
    return MandateState.active


def own_consent_due(one: FamilyMandate) -> date:
    """The last day on which a guardian's consent alone carries a mandate."""
    return birthday(one.principal_birth_on, OWN_CONSENT_AGE) + timedelta(days=OWN_CONSENT_GRACE_DAYS)


def asks_own_consent(one: FamilyMandate, on: date) -> bool:
    """Whether the principal is asked: an offer that waits, or a guardian's mandate from the 16th birthday on."""
    state = state_on(one, on)
    if state is MandateState.offered or state is MandateState.paused:
        return True
    return (
        state is MandateState.active
        and one.own_consent_at is None
        and one.basis in GUARDED
        and is_aged(one.principal_birth_on, OWN_CONSENT_AGE, on)
    )


def stands(one: FamilyMandate, on: date) -> bool:
    """Whether it counts against the caps: all but what is over."""
    return state_on(one, on) in {MandateState.offered, MandateState.active, MandateState.paused}


def judge_offer(
    new: NewMandate,
    agents: Sequence[FamilyMandate],
    principals: Sequence[FamilyMandate],
    settings: MandateSettings,
    on: date,
    *,
    agent_birth_on: date,
    proved: bool,
) -> Refused | None:
    """``agents`` are the agent's mandates that stand, ``principals`` those over the principal.

    Order: to_oneself · agent_too_young · dates_wrong · principal_grown · needs_guardian · proof_unknown · exists ·
    relatives_full · agents_full.
    """
    if (new.bucket, new.principal_person_id) == (new.agent_bucket, new.agent_person_id):
        return Refused(reasons.MANDATE_TO_ONESELF)
    if not is_aged(agent_birth_on, GROWN_AGE, on):
        return Refused(reasons.MANDATE_AGENT_TOO_YOUNG)
    if new.valid_until is not None and new.valid_until < max(on, new.valid_from):
        return Refused(reasons.MANDATE_DATES_WRONG, {"valid_until": new.valid_until.isoformat()})
    if new.basis in GUARDED and is_aged(new.principal_birth_on, GROWN_AGE, on):
        return Refused(reasons.MANDATE_PRINCIPAL_GROWN)
    if new.basis not in GUARDED and not is_aged(new.principal_birth_on, OWN_CONSENT_AGE, on):
        return Refused(reasons.MANDATE_NEEDS_GUARDIAN)
    if new.basis in GUARDED and not proved:
        return Refused(reasons.MANDATE_PROOF_UNKNOWN)
    if any(one.principal_person_id == new.principal_person_id for one in agents):
        return Refused(reasons.MANDATE_EXISTS, {"relative": new.principal_masked})
    if len(agents) >= settings.relatives_max:
        return Refused(reasons.MANDATE_RELATIVES_FULL, {"most": settings.relatives_max})
    if len(principals) >= settings.agents_max:
        return Refused(reasons.MANDATE_AGENTS_FULL, {"most": settings.agents_max, "relative": new.principal_masked})
    return None


def guardian_suffices(new: NewMandate, on: date) -> bool:
    """Whether the guardian's consent alone makes it active at once: under 16."""
    return new.basis in GUARDED and not is_aged(new.principal_birth_on, OWN_CONSENT_AGE, on)


def judge_consent(one: FamilyMandate | None, principal_person_id: int, on: date) -> Refused | None:
    """Order: mandate_unknown (also where it is another's) · mandate_not_waiting."""
    if one is None or one.principal_person_id != principal_person_id:
        return Refused(reasons.MANDATE_UNKNOWN)
    return None if asks_own_consent(one, on) else Refused(reasons.MANDATE_NOT_WAITING)


def party_of(one: FamilyMandate, person_id: int) -> MandateParty | None:
    """Which side of it a person is, if any."""
    if person_id == one.principal_person_id:
        return MandateParty.principal
    return MandateParty.agent if person_id == one.agent_person_id else None


def judge_end(one: FamilyMandate | None, party: MandateParty | None, on: date) -> Refused | None:
    """Order: mandate_unknown · mandate_guardian_decides (a child under 14)."""
    if one is None or party is None:
        return Refused(reasons.MANDATE_UNKNOWN)
    if party is MandateParty.principal and not is_aged(one.principal_birth_on, MAY_OBJECT_AGE, on):
        return Refused(reasons.MANDATE_GUARDIAN_DECIDES)
    return None


def refuse_state(one: FamilyMandate, on: date) -> Refused | None:
    """Why it does not hold today: mandate_ended · _not_consented · _own_consent_needed · _not_begun."""
    state = state_on(one, on)
    if state in {MandateState.ended, MandateState.refused, MandateState.expired}:
        return Refused(reasons.MANDATE_ENDED, {"ended_on": _ended_on(one)})
    if state is MandateState.offered:
        return Refused(reasons.MANDATE_NOT_CONSENTED)
    if state is MandateState.paused:
        return Refused(reasons.MANDATE_OWN_CONSENT)
    if on < one.valid_from:
        return Refused(reasons.MANDATE_NOT_BEGUN, {"valid_from": one.valid_from.isoformat()})
    return None


def judge_showing(one: FamilyMandate, purpose: str, on: date) -> Refused | None:
    """Whether the agent may show the code for this now. Order: those of ``refuse_state`` · mandate_purpose."""
    refused = refuse_state(one, on)
    if refused is not None or purpose in one.purposes:
        return refused
    return Refused(reasons.MANDATE_PURPOSE, {"purpose": purpose})


def covers_filings(one: FamilyMandate) -> bool:
    """Whether the agent may file for the principal by showing the code: a parent or guardian may, others where agreed."""
    return one.may_file or one.basis in GUARDED


def judge_amount(one: FamilyMandate, amount_fen: int, used_today_fen: int) -> Refused | None:
    """Whether the account may pay so much by the agent's showing. Order: pays_nothing · amount · day_amount."""
    if one.per_bill_fen == 0 or one.per_day_fen == 0:
        return Refused(reasons.MANDATE_PAYS_NOTHING)
    if one.per_bill_fen is not None and amount_fen > one.per_bill_fen:
        said = {"amount": yuan_text(amount_fen), "limit": yuan_text(one.per_bill_fen)}
        return Refused(reasons.MANDATE_AMOUNT, said)
    if one.per_day_fen is not None and amount_fen + used_today_fen > one.per_day_fen and amount_fen > 0:
        said = {"amount": yuan_text(amount_fen), "used": yuan_text(used_today_fen)}
        return Refused(reasons.MANDATE_DAY_AMOUNT, {**said, "limit": yuan_text(one.per_day_fen)})
    return None


def _ended_on(one: FamilyMandate) -> str:
    last = last_day(one)
    days = [] if last is None else [last]
    if one.ended_at is not None:
        days.append(shanghai_date(one.ended_at))
    elif one.consented_at is None:
        days.append(shanghai_date(one.offered_at) + timedelta(days=OFFER_DAYS))
    return min(days).isoformat() if days else ""
