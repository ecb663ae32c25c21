"""What a split is computed from, and the parts of a stay that follow from it. Pure. 中文: 结算依据。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters
from openyibao.rooms.encounters import Encounter, FeeBatchState
from openyibao.rooms.entitlement import bill_standing
from openyibao.rooms.institutions import Institution
from openyibao.rooms.mutual_aid import AidOffer
from openyibao.rooms.people import Enrolment
from openyibao.rooms.policies import VisitFacts
from openyibao.rooms.settlement import filed, rules
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.parting import WaitingPart, parts_waiting
from openyibao.rooms.settlement.pricing import aid_facts
from openyibao.rooms.settlement.records import SettlementFacts, SettleRequest
from openyibao.rooms.settlement.staying import ruled
from openyibao.rooms.settlement.subjects import Standing, Subject


def parts_of_waiting(desk: Desk, subject: Subject, standing: Standing, today: date) -> list[WaitingPart]:
    """The parts in which what waits of a stay is settled; empty where enrolment or policy are not to be had."""
    encounter = subject.encounter
    if encounter is None:
        return []
    mine = standing.enrolments.get((encounter.cell, encounter.person_id), ())
    enrolment = next((one for one in mine if one.enrolment_id == encounter.enrolment_id), None)
    institution = desk.directory.by_id(encounter.institution_id)
    if enrolment is None or institution is None:
        return []
    found = desk.shelf.policy_for(
        enrolment.pooling_area, enrolment.insurance_type.value, encounter.kind, encounter.opened_on
    )
    if isinstance(found, Refused):
        return []
    facts = facts_of(desk, standing, enrolment, encounter, institution, subject.request, (), None)
    waiting = [batch for batch in subject.batches if batch.state is FeeBatchState.open]
    return parts_waiting(ruled(desk, enrolment, found[0]), facts.person, facts.visit, waiting, today)


def facts_of(
    desk: Desk,
    standing: Standing,
    enrolment: Enrolment,
    encounter: Encounter,
    institution: Institution,
    request: SettleRequest,
    open_batches: Sequence[int],
    offer: AidOffer | None,
) -> SettlementFacts:
    """What the split is computed from, as it is stored with the settlement; what the person has comes in ``assess_on``."""
    on = encounter.opened_on
    account_only = encounters.is_account_only(desk.references, institution, encounter.kind, enrolment.pooling_area, on)
    stands = bill_standing(standing.enrolments[encounter.cell, encounter.person_id], enrolment, on)
    return SettlementFacts(
        person=rules.person_facts(enrolment, stands),
        visit=VisitFacts(
            kind=encounter.kind,
            level=institution.level,
            on=on,
            admission_no=max(1, encounter.admission_no),
            institution=filed.place_kind_of(institution, encounter.kind),
            price_level=institution.price_limit_level,
            admitted_on=on,
            discharged_on=encounter.closed_on,
            account_only=account_only,
        ),
        price_limit_level=institution.price_limit_level.value,
        accumulators_before={},
        accumulators_after={},
        account_balance_before_fen=0,
        account_use=request.account_use,
        fee_batch_ids=tuple(open_batches),
        aid=None if offer is None else aid_facts(offer),
    )
