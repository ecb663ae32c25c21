"""Pure rules of filings: whether one may be made, decided, and is in force. 中文: 备案规则。"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from openyibao.kit.outcome import FactValue, Refused
from openyibao.rooms.filings import reasons as why
from openyibao.rooms.filings.area_rules import FilingRule
from openyibao.rooms.filings.records import (
    ELSEWHERE,
    INSTITUTIONS_MOST,
    OF_A_DISEASE,
    OF_A_DRUG,
    Filer,
    Filing,
    FilingAct,
    FilingDecision,
    FilingKind,
    FilingState,
    NewFiling,
)
from openyibao.rooms.institutions import Institution, InstitutionState, Service

AHEAD_DAYS = 366
"""How many days after the filing it may begin at most."""
OPEN_STATES = frozenset({FilingState.filed, FilingState.approved})
_TAKEN_STATES = OPEN_STATES | {FilingState.ended}
"""States whose days nobody else may take: an ended filing counts until its last day."""
_SERVICES = {
    FilingKind.chronic_disease: Service.chronic,
    FilingKind.two_diseases: Service.chronic,
    FilingKind.dual_channel_drug: Service.dual_channel,
    FilingKind.maternity: Service.maternity,
    FilingKind.long_term: Service.cross_region,
    FilingKind.transfer: Service.cross_region,
}
"""What an institution of a filing must have agreed to; a hospital of the dual channel prescribes under its ordinary one."""
_NEXT_STATE = {
    FilingAct.approve: FilingState.approved,
    FilingAct.refuse: FilingState.refused,
    FilingAct.end: FilingState.ended,
    FilingAct.withdraw: FilingState.withdrawn,
}


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What the reference tables say of a new filing's words."""

    offered: bool
    """The area's rules give the kind a meaning."""
    disease_listed: bool | None
    """None where the area has published no list: then any code is taken."""
    item_known: bool
    area_known: bool
    insured_area: int
    province: int
    institutions: tuple[Institution | str, ...]
    """Each institution, or the code that leads to none."""


def judge_new(
    new: NewFiling,
    rule: FilingRule,
    known: Known,
    mine: Iterable[Filing],
    *,
    filed_by: Filer,
    today: date,
    renews: Filing | None = None,
) -> Refused | None:
    """Whether a filing may be made.

    Reasons in order: filing_kind_not_yours · filing_kind_not_offered · filing_incomplete · filing_dates_invalid · filing_begins_too_early ·
    filing_begins_too_late · filing_too_long · disease_unknown · filed_item_unknown · treatment_area_unknown · treatment_area_is_home ·
    filed_institutions_wrong · filed_institution_unknown · filed_institution_not_qualified · filing_overlaps.
    """
    if filed_by is Filer.person and not rule.self_filed:
        return Refused(why.FILING_KIND_NOT_YOURS, {"kind": new.kind.value})
    if not known.offered:
        return Refused(why.FILING_KIND_NOT_OFFERED, {"kind": new.kind.value})
    missing = _missing(new)
    if missing:
        return Refused(why.FILING_INCOMPLETE, {"kind": new.kind.value, "missing": missing})
    return (
        _judge_days(new, rule, today, renewed=renews is not None)
        or _judge_words(new, known)
        or judge_institutions(new.kind, rule, known.institutions, known.insured_area, on=new.begins_on)
        or _judge_overlap(new, mine)
    )


def _missing(new: NewFiling) -> str:
    if new.kind in OF_A_DISEASE and not new.disease_code:
        return "disease_code"
    if new.kind in OF_A_DRUG and not new.item_code:
        return "item_code"
    if new.kind is FilingKind.dual_channel_drug and not new.practitioner_code:
        return "practitioner_code"
    if new.kind in {FilingKind.long_term, FilingKind.temporary, FilingKind.emergency} and not new.treatment_area:
        return "treatment_area"
    return ""


def _judge_days(new: NewFiling, rule: FilingRule, today: date, *, renewed: bool) -> Refused | None:
    facts: dict[str, FactValue] = {"begins_on": new.begins_on.isoformat()}
    if new.ends_on is not None and new.ends_on < new.begins_on:
        return Refused(why.FILING_DATES_INVALID, {**facts, "ends_on": new.ends_on.isoformat()})
    earliest = today - timedelta(days=rule.past_days)
    if new.begins_on < earliest and not renewed:
        return Refused(why.FILING_BEGINS_TOO_EARLY, {**facts, "earliest_on": earliest.isoformat()})
    last = today + timedelta(days=AHEAD_DAYS)
    if new.begins_on > last:
        return Refused(why.FILING_BEGINS_TOO_LATE, {**facts, "latest_on": last.isoformat()})
    if rule.longest_days is not None:
        latest = new.begins_on + timedelta(days=rule.longest_days - 1)
        if new.ends_on is None or new.ends_on > latest:
            limit: dict[str, FactValue] = {"longest_days": rule.longest_days, "latest_on": latest.isoformat()}
            return Refused(why.FILING_TOO_LONG, limit)
    return None


def _judge_words(new: NewFiling, known: Known) -> Refused | None:
    if new.disease_code and known.disease_listed is False:
        return Refused(why.DISEASE_UNKNOWN, {"disease": new.disease_code})
    if new.item_code and not known.item_known:
        return Refused(why.FILED_ITEM_UNKNOWN, {"item": new.item_code})
    if new.treatment_area and not known.area_known:
        return Refused(why.TREATMENT_AREA_UNKNOWN, {"area": new.treatment_area})
    away = new.kind in {FilingKind.long_term, FilingKind.temporary, FilingKind.emergency}
    if away and new.treatment_area == known.insured_area:
        return Refused(why.TREATMENT_AREA_IS_HOME, {"area": new.treatment_area})
    return None


def judge_institutions(
    kind: FilingKind, rule: FilingRule, institutions: Sequence[Institution | str], insured_area: int, *, on: date
) -> Refused | None:
    """Whether a filing may name these institutions: how many, whether they are there, whether they have agreed to it."""
    most = min(rule.institutions_most, INSTITUTIONS_MOST)
    if not rule.institutions_least <= len(institutions) <= most:
        facts: dict[str, FactValue] = {"given": len(institutions), "least": rule.institutions_least, "most": most}
        return Refused(why.FILED_INSTITUTIONS_WRONG, facts)
    for each in institutions:
        if isinstance(each, str):
            return Refused(why.FILED_INSTITUTION_UNKNOWN, {"institution": each})
    for each in institutions:
        assert not isinstance(each, str)
        if each.state is not InstitutionState.active or not _agreed(each, kind, insured_area, on):
            service = _SERVICES.get(kind, Service.outpatient)
            return Refused(why.FILED_INSTITUTION_NOT_QUALIFIED, {"institution": each.name, "service": service.value})
    return None


def _agreed(institution: Institution, kind: FilingKind, insured_area: int, on: date) -> bool:
    """Whether it agreed with the insured area, or has the cross-region service; a hospital may prescribe dual-channel drugs."""
    service = _SERVICES.get(kind)
    wanted = {service} if service is not None else set(Service)
    if kind is FilingKind.dual_channel_drug and institution.kind.value == "hospital":
        wanted |= {Service.outpatient}
    return any(
        (each.service in wanted and each.pooling_area == insured_area) or each.service is Service.cross_region
        for each in institution.agreements
        if each.valid_from <= on and (each.valid_until is None or on <= each.valid_until)
    )


def _judge_overlap(new: NewFiling, mine: Iterable[Filing]) -> Refused | None:
    for each in mine:
        if subject_of(each) != subject_of(new) or each.state not in _TAKEN_STATES:
            continue
        if (each.valid_until is None or new.begins_on <= each.valid_until) and (
            new.ends_on is None or each.begins_on <= new.ends_on
        ):
            ends_on = (each.valid_until or date.max).isoformat()
            return Refused(why.FILING_OVERLAPS, {"begins_on": each.begins_on.isoformat(), "ends_on": ends_on})
    return None


def subject_of(one: Filing | NewFiling) -> tuple[str, str, str, int]:
    """What two filings of one person may not both be about on one day."""
    return (one.kind.value, one.disease_code, one.item_code, one.treatment_area)


def judge_act(filing: Filing, act: FilingAct, *, on: date | None, today: date, reason_given: bool) -> Refused | None:
    """Whether this may be decided on the filing as it stands.

    Reasons in order: filing_decided · decision_without_why · filing_end_wrong.
    """
    waiting = filing.state is FilingState.filed and not filing.counts_at_once
    allowed = {
        FilingAct.approve: filing.state is FilingState.filed,
        FilingAct.refuse: waiting,
        FilingAct.end: filing.state in OPEN_STATES and not waiting,
        FilingAct.withdraw: filing.state in OPEN_STATES,
        FilingAct.change_institutions: filing.state in OPEN_STATES and not waiting,
    }
    if not allowed[act]:
        return Refused(why.FILING_DECIDED, {"state": filing.state.value})
    if act is FilingAct.refuse and not reason_given:
        return Refused(why.DECISION_WITHOUT_WHY)
    last = on or today
    early = last < max(today, filing.begins_on)
    if act is FilingAct.end and (early or (filing.valid_until is not None and last > filing.valid_until)):
        return Refused(why.FILING_END_WRONG, {"on": last.isoformat()})
    return None


def judge_interval(rule: FilingRule, changed_on: date | None, *, today: date) -> Refused | None:
    """Reason: institutions_changed_lately."""
    if changed_on is None or not rule.change_days:
        return None
    again_on = changed_on + timedelta(days=rule.change_days)
    if today >= again_on:
        return None
    facts: dict[str, FactValue] = {"changed_on": changed_on.isoformat(), "again_on": again_on.isoformat()}
    return Refused(why.INSTITUTIONS_CHANGED_LATELY, facts)


def decided(filing: Filing, decision: FilingDecision) -> Filing:
    """The filing after a decision: its state, last day and institutions are what the decision says."""
    return msgspec.structs.replace(
        filing,
        state=_NEXT_STATE.get(decision.act, filing.state),
        valid_until=decision.valid_until,
        bound_to=decision.bound_to,
        decision_count=decision.decision_no,
    )


def as_made(filing: Filing) -> Filing:
    """The filing before any decision."""
    return msgspec.structs.replace(
        filing,
        state=FilingState.filed,
        valid_until=filing.ends_on,
        bound_to=filing.institution_codes,
        decision_count=0,
    )


def as_of(filing: Filing, decisions: Iterable[FilingDecision], at: datetime) -> Filing | None:
    """The filing as it stood at an instant; None where it was not made yet."""
    if filing.filed_at > at:
        return None
    stood = as_made(filing)
    for decision in sorted(decisions, key=lambda each: each.decision_no):
        if decision.decided_at <= at:
            stood = decided(stood, decision)
    return stood


def in_force(filing: Filing, on: date) -> bool:
    """Whether a filing counts on a day: approved, or filed where that is enough, or ended later than that."""
    counts = filing.state in {FilingState.approved, FilingState.ended} or (
        filing.state is FilingState.filed and filing.counts_at_once
    )
    return counts and filing.begins_on <= on and (filing.valid_until is None or on <= filing.valid_until)


def in_force_between(filing: Filing, begin: date, end: date) -> bool:
    """Whether it counts on some day of a span: what is filed before discharge counts for the stay (FIELD 24)."""
    return in_force(filing, max(begin, filing.begins_on)) and filing.begins_on <= end


def covers_area(treatment_area: int, place: int) -> bool:
    """Whether a filed area (a province, a city, 0 for any) holds the area of an institution."""
    if treatment_area == 0:
        return True
    if treatment_area % 10_000 == 0:
        return treatment_area // 10_000 == place // 10_000
    if treatment_area % 100 == 0:
        return treatment_area // 100 == place // 100
    return treatment_area == place


def is_elsewhere(kind: FilingKind) -> bool:
    """Whether a kind is a ground of care elsewhere."""
    return kind in ELSEWHERE


Find = Callable[[str], Institution | None]


def named_institutions(codes: Sequence[str], find: Find) -> tuple[Institution | str, ...]:
    """Each code as its institution, or as it is where it leads to none."""
    return tuple(find(code) or code for code in codes)
