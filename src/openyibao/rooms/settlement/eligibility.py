"""The verb eligibility: what a person enjoys today, fund by fund, or why not, from when, and what ends it. 中文: 待遇资格查询。

Reads only: no locks, nothing stored. All enrolments are told, wherever they are, and which one is enjoyed and why; the
one is of the area that the credential leads to (the person's own choice), never another behind their back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, entitlement, ledger, policies
from openyibao.rooms.accumulators import read_accumulators
from openyibao.rooms.encounters import EncounterKind
from openyibao.rooms.entitlement import FUND_OF, BillStanding
from openyibao.rooms.institutions import Institution
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.people import BASE_INSURANCES, Enrolment, EntitlementPeriod, EntitlementState
from openyibao.rooms.policies import Policy, Remaining, VisitFacts
from openyibao.rooms.presentation import read_tokens
from openyibao.rooms.settlement import rules
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.person_records import Eligibility, EligibleAs, EnrolmentStanding, FundStanding

_ONE_DAY = timedelta(days=1)


async def eligibility(
    reading: Reading, clock: Clock, desk: Desk, *, visit_token: str, institution_id: int, kind: EncounterKind
) -> Eligibility | Refused:
    """How the person of a visit token stands today. Reasons: institution_suspended · the visit token's.

    Nobody is refused for not being insured: that is the answer.
    """
    await desk.fresh(reading)
    refused = desk.refuse_institution(institution_id)
    if refused is not None:
        return refused
    (token,) = await read_tokens(reading, clock, tokens=[(visit_token, institution_id)])
    if isinstance(token, Refused):
        return token
    on, person_id = clock.today(), token.person_id
    found = (await entitlement.list_person_enrolments(reading, desk.areas, [person_id]))[person_id]
    own = [one for one in found if one.cell == token.cell]
    enjoyed = encounters.enjoyed_base(desk.areas, own, on)
    accounts = await ledger.read_accounts(reading, [(cell, person_id) for cell in sorted({one.cell for one in found})])
    here = accounts.get((token.cell, person_id, AccountPot.current))
    base = None if isinstance(enjoyed, Refused) else enjoyed
    institution = desk.directory.by_id(institution_id)
    assert institution is not None
    funds: tuple[FundStanding, ...] = ()
    left: Remaining | None = None
    stands: BillStanding | None = None
    if base is not None:
        stands = entitlement.bill_standing(own, base, on)
        left = await _remaining(reading, desk, base, stands, institution, kind, on)
        funds = _fund_standings(own, base, stands, left, on)
    return Eligibility(
        on=on,
        kind=kind,
        refused=enjoyed if isinstance(enjoyed, Refused) else None,
        enrolments=tuple(_enrolment_standing(one, base, on) for one in found),
        findings=(entitlement.DOUBLE_ENROLMENT,) if entitlement.double_bases(found, on) else (),
        funds=funds,
        paid_until=None if stands is None else stands.paid_until,
        years_running=None if stands is None else stands.years_running,
        deductible_fen=None if left is None else left.deductible_fen,
        deductible_left_fen=None if left is None else left.deductible_left_fen,
        account_balance_fen=None if here is None else here.balance_fen,
        balances_elsewhere_fen={
            cell // 100: one.balance_fen for (cell, _, _), one in accounts.items() if cell != token.cell
        },
    )


async def _remaining(
    reading: Reading,
    desk: Desk,
    base: Enrolment,
    stands: BillStanding,
    institution: Institution,
    kind: EncounterKind,
    on: date,
) -> Remaining | None:
    """Deductible and ceilings as the area's document has them for this kind; None where it has none."""
    found = desk.shelf.policy_for(base.pooling_area, base.insurance_type.value, kind, on)
    if isinstance(found, Refused):
        return None
    policy: Policy = found[0]
    year = policy.policy_year(on, base.person_category)
    read = await read_accumulators(reading, [(base.cell, base.person_id)])
    used = read.get((base.cell, base.person_id, base.insurance_type.value, year))
    had = await encounters.count_stays(reading, [(base.cell, base.person_id)], year) if kind in encounters.STAYS else {}
    person = rules.person_facts(base, stands)
    visit = VisitFacts(
        kind=kind,
        level=institution.level,
        on=on,
        admission_no=had.get((base.cell, base.person_id), 0) + 1,
        price_level=institution.price_limit_level,
        admitted_on=on,
    )
    return policies.remaining(policy, person, visit, {} if used is None else used.amounts)


def _enrolment_standing(one: Enrolment, base: Enrolment | None, on: date) -> EnrolmentStanding:
    return EnrolmentStanding(
        enrolment_id=one.enrolment_id,
        agency_area=one.agency_area,
        pooling_area=one.pooling_area,
        insurance_type=one.insurance_type,
        person_category=one.person_category,
        begins_on=one.begins_on,
        ends_on=one.ends_on,
        eligible_as=_eligible_as(one, base, on),
    )


def _eligible_as(one: Enrolment, base: Enrolment | None, on: date) -> EligibleAs:
    if one.begins_on > on:
        return EligibleAs.not_begun
    if one.ends_on is not None and one.ends_on < on:
        return EligibleAs.ended
    if base is not None and one.enrolment_id == base.enrolment_id:
        return EligibleAs.enjoyed
    if base is None or one.cell != base.cell:
        return EligibleAs.other_area
    return EligibleAs.second_base if one.insurance_type in BASE_INSURANCES else EligibleAs.follows_base


def _fund_standings(
    own: Sequence[Enrolment], base: Enrolment, stands: BillStanding, left: Remaining | None, on: date
) -> tuple[FundStanding, ...]:
    """Every fund that is kept by date, or that pays for such a visit by the document, in the order of a settlement."""
    added = {FUND_OF[one.insurance_type]: one for one in entitlement.added_of(own, base, on)}
    rooms = {} if left is None else dict(left.ceiling_left_fen)
    ruled = {} if left is None else left.stopped
    names = {period.fund for period in base.entitlements} | added.keys() | {fund.value for fund in rooms}
    made = []
    for fund in policies.Fund:
        if fund.value not in names:
            continue
        owner = added.get(fund.value, base)
        at = entitlement.standing_on(owner, fund.value, on)
        state = EntitlementState.paid if at is None else at.state
        why: str | None = None if state is EntitlementState.paid else state.value
        if why is None and (fund.value in stands.funds_stopped or fund.value in ruled):
            why = ruled.get(fund.value, "stopped")
            why = "base_rests" if why == "stopped" else why
        until = owner.ends_on if at is None else at.ends_on
        made.append(
            FundStanding(
                fund=fund,
                enjoyed=why is None,
                why=why,
                since=owner.begins_on if at is None else at.begins_on,
                until=until,
                then=_then(owner, fund.value, until),
                ceiling_left_fen=rooms.get(fund),
            )
        )
    return tuple(made)


def _then(owner: Enrolment, fund: str, until: date | None) -> str | None:
    """The state after a period: what ends it. None where it is open."""
    if until is None:
        return None
    following: Any = next((p for p in owner.entitlements if _begins(p, fund, until)), None)
    return "ended" if following is None else str(following.state.value)


def _begins(period: EntitlementPeriod, fund: str, until: date) -> bool:
    return period.fund == fund and period.begins_on == until + _ONE_DAY
