"""Whether a visit may be opened here: by which agreement, and on which filing. Pure. 中文: 就诊的协议与备案判定。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from openyibao.kit.outcome import FactValue, Refused
from openyibao.rooms import filings
from openyibao.rooms.areas import Areas
from openyibao.rooms.encounters.records import EncounterKind, NewEncounter
from openyibao.rooms.encounters.rules import service_of
from openyibao.rooms.filings import CareGrounds, Filing, FilingSettings, VisitPlace
from openyibao.rooms.institutions import Institution, agreement_for
from openyibao.rooms.people import Enrolment


def treatment_pool(areas: Areas, treatment_area: int, on: date) -> int:
    """The pooling area in which an institution lies; the area itself where the table knows none."""
    if areas.by_code(treatment_area) is not None:
        return treatment_area
    pool = areas.pooling_area(treatment_area, on)
    return treatment_area if pool is None else pool.pooling_area


def is_elsewhere(areas: Areas, institution: Institution, insured_area: int, kind: EncounterKind, on: date) -> bool:
    """Whether care here is care outside the insured area (异地就医).

    An institution that agreed with the insured area itself treats its insured as at home, wherever it lies.
    """
    if institution.treatment_area == insured_area:
        return False
    if treatment_pool(areas, institution.treatment_area, on) == insured_area:
        return False
    return agreement_for(institution, insured_area, service_of(kind, institution.kind), on) is not None


def place_of_visit(
    areas: Areas, institution: Institution, insured_area: int, kind: EncounterKind, *, on: date, until: date
) -> VisitPlace:
    """The visit as filings see it."""
    return VisitPlace(
        kind=kind.value,
        on=on,
        until=until,
        institution_code=institution.institution_code,
        treatment_area=institution.treatment_area,
        elsewhere=is_elsewhere(areas, institution, insured_area, kind, on),
    )


def stands_on_filings(settings: FilingSettings, kind: EncounterKind, grounds: CareGrounds | None) -> bool:
    """Whether such a visit has to be held against filings when it is opened."""
    return grounds is not None or kind in settings.needed_for


def judge_filed(
    areas: Areas,
    institution: Institution,
    enrolment: Enrolment,
    new: NewEncounter,
    mine: Sequence[Filing],
    *,
    on: date,
) -> Refused | None:
    """Whether a visit may be opened on these filings of the person.

    Reasons in order: those of ``filings.judge_grounds`` · those of ``filings.fit`` · filing_needed ·
    not_your_designated_institution.
    """
    settings = filings.settings_of(areas, enrolment.pooling_area)
    if not stands_on_filings(settings, new.kind, new.grounds):
        return None
    grounds = new.grounds or filings.NO_GROUNDS
    refused = filings.judge_grounds(grounds, settings, new.kind.value, mine, on)
    if refused is not None:
        return refused
    place = place_of_visit(areas, institution, enrolment.pooling_area, new.kind, on=on, until=on)
    found = filings.fit(grounds, settings, place, mine)
    if isinstance(found, Refused):
        return found
    if settings.needed_for.get(new.kind.value) in filings.OF_A_DISEASE:
        facts: dict[str, FactValue] = {"disease": grounds.disease_code}
        if not found.disease_filed:
            return Refused(filings.FILING_NEEDED, facts)
        if not found.designated:
            return Refused(filings.NOT_YOUR_INSTITUTION)
    return None
