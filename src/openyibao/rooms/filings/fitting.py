"""Which filings a visit stands on, and whether it may stand on them. Pure. 中文: 备案与就诊的匹配。"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

import msgspec

from openyibao.kit.outcome import FactValue, Refused
from openyibao.rooms.filings import reasons as why
from openyibao.rooms.filings.area_rules import WEEK_DAYS, FilingSettings
from openyibao.rooms.filings.records import (
    ELSEWHERE,
    OF_A_DISEASE,
    OF_A_SPECIAL_DRUG,
    CareGrounds,
    Filing,
    FilingKind,
    InjuryCause,
)
from openyibao.rooms.filings.rules import covers_area, in_force, in_force_between

NO_GROUNDS = CareGrounds()
EXTERNAL = "external"
"""The kind of a prescription from outside."""
STAY_KINDS = frozenset({"inpatient", "maternity_inpatient", "home_bed"})
"""Encounter kinds of which a day until discharge is enough, and which no dual channel concerns."""


class VisitPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A visit as filings see it: what, when, where. ``until`` is the discharge, or today while it is open."""

    kind: str
    on: date
    until: date
    institution_code: str
    treatment_area: int
    elsewhere: bool
    """Care outside the insured area."""

    @property
    def stay(self) -> bool:
        """Whether it is a stay."""
        return self.kind in STAY_KINDS


class Fit(msgspec.Struct, frozen=True, kw_only=True):
    """What a person's filings give a visit (备案匹配结果)."""

    filing_ids: tuple[int, ...] = ()
    """The filings it stands on, ascending."""
    filed: tuple[str, ...] = ()
    """The visit's disease, where it has a filing on the day."""
    designated: bool = True
    ground: FilingKind | None = None
    """On what ground care is taken elsewhere; None where it isn't, or nothing is filed."""
    disease_filed: bool = True
    """The visit needs no disease filing, or has one."""


NO_FIT = Fit()


def judge_grounds(
    grounds: CareGrounds, settings: FilingSettings, kind: str, mine: Iterable[Filing] = (), on: date | None = None
) -> Refused | None:
    """What the visit itself must say. Order: disease_code_needed · prescription_number_needed · supply_too_long.

    A long-supply filing of the person that is in force on the day lets the supply be longer, where the area offers that.
    """
    needed = settings.needed_for.get(kind)
    if needed in OF_A_DISEASE and not grounds.disease_code:
        return Refused(why.DISEASE_CODE_NEEDED, {"kind": kind})
    prescription = grounds.prescription
    if prescription is None:
        return None
    if prescription.kind == EXTERNAL and not prescription.number:
        return Refused(why.PRESCRIPTION_NUMBER_NEEDED)
    longer = on is not None and find_long_supply(grounds, settings, mine, on) is not None
    most = (settings.long_supply_weeks_most if longer else settings.supply_weeks_most) * WEEK_DAYS
    if prescription.supply_days is not None and prescription.supply_days > most:
        return Refused(why.SUPPLY_TOO_LONG, {"days": prescription.supply_days, "most": most})
    return None


def find_long_supply(grounds: CareGrounds, settings: FilingSettings, mine: Iterable[Filing], on: date) -> Filing | None:
    """The filing by which a supply beyond the usual is given (长期带药); None where the usual is enough."""
    days = 0 if grounds.prescription is None else grounds.prescription.supply_days or 0
    if not settings.offers_long_supply or days <= settings.supply_weeks_most * WEEK_DAYS:
        return None
    return next((one for one in mine if one.kind is FilingKind.long_supply and in_force(one, on)), None)


def fit(grounds: CareGrounds, settings: FilingSettings, place: VisitPlace, filings: Sequence[Filing]) -> Fit | Refused:
    """What the person's filings give the visit.

    Reasons in order: filing_not_valid · kind_filing_needed · injury_by_third_party · injury_filing_needed. That a disease
    isn't filed, or the person bound elsewhere, is said in the ``Fit``: the policy judges it with its own needs.
    """
    valid = [
        one
        for one in filings
        if (in_force_between(one, place.on, place.until) if place.stay else in_force(one, place.on))
    ]
    reference = grounds.filing_reference
    chosen = next((one for one in valid if reference and f"{one.cell}-{one.filing_id}" == reference), None)
    if reference and (chosen is None or not _suits(chosen, grounds, place)):
        return Refused(why.FILING_NOT_VALID, {"on": place.on.isoformat()})
    disease = _of_disease(grounds, place, valid, chosen)
    needed = settings.needed_for.get(place.kind)
    of_kind = next((one for one in valid if one.kind is needed), None) if needed not in OF_A_DISEASE else None
    if needed is not None and needed not in OF_A_DISEASE and of_kind is None:
        return Refused(why.KIND_FILING_NEEDED, {"kind": needed.value, "on": place.on.isoformat()})
    injury = _judge_injury(grounds, settings, place, valid)
    if isinstance(injury, Refused):
        return injury
    ground = _ground(place, valid, chosen)
    designated, binding = _bound(settings, place, valid, disease or of_kind)
    longer = find_long_supply(grounds, settings, valid, place.on)
    used = {one.filing_id for one in (disease, of_kind, injury, ground, binding, longer) if one is not None}
    return Fit(
        filing_ids=tuple(sorted(used)),
        filed=() if disease is None else (disease.disease_code,),
        designated=designated,
        ground=None if ground is None else ground.kind,
        disease_filed=needed not in OF_A_DISEASE or disease is not None,
    )


def _suits(chosen: Filing, grounds: CareGrounds, place: VisitPlace) -> bool:
    """Whether the filing the client chose is for such a visit at all."""
    if chosen.kind in OF_A_DISEASE:
        return chosen.disease_code == grounds.disease_code
    if chosen.kind in ELSEWHERE:
        return place.elsewhere and covers_area(chosen.treatment_area, place.treatment_area)
    return True


def _here(one: Filing, place: VisitPlace) -> bool:
    return not one.bound_to or place.institution_code in one.bound_to


def _of_disease(
    grounds: CareGrounds, place: VisitPlace, valid: Sequence[Filing], chosen: Filing | None
) -> Filing | None:
    """The filing of the visit's disease: the chosen one, else one that holds at this institution, else any."""
    if not grounds.disease_code:
        return None
    mine = [one for one in valid if one.kind in OF_A_DISEASE and one.disease_code == grounds.disease_code]
    if chosen in mine:
        return chosen
    return next((one for one in mine if _here(one, place)), mine[0] if mine else None)


def _ground(place: VisitPlace, valid: Sequence[Filing], chosen: Filing | None) -> Filing | None:
    """The filing by which care is taken elsewhere: the chosen one, else by the order of ``ELSEWHERE``."""
    if not place.elsewhere:
        return None
    if chosen is not None and chosen.kind in ELSEWHERE:
        return chosen
    fitting = [
        one
        for one in valid
        if one.kind in ELSEWHERE and covers_area(one.treatment_area, place.treatment_area) and _here(one, place)
    ]
    return min(fitting, key=lambda one: (ELSEWHERE.index(one.kind), one.filing_id), default=None)


def _bound(
    settings: FilingSettings, place: VisitPlace, valid: Iterable[Filing], special: Filing | None
) -> tuple[bool, Filing | None]:
    """Whether this is an institution the person is bound to, and by which filing.

    A filing that the visit stands on binds by its own institutions; else the person's choice of institutions does.
    """
    if special is not None and special.bound_to:
        return _here(special, place), None
    choices = [one for one in valid if one.kind is FilingKind.designation]
    if not choices:
        return not settings.designation_required, None
    here = next((one for one in choices if _here(one, place)), None)
    return here is not None, here


def _judge_injury(
    grounds: CareGrounds, settings: FilingSettings, place: VisitPlace, valid: Iterable[Filing]
) -> Filing | Refused | None:
    if grounds.injury is None:
        return None
    filing = next((one for one in valid if one.kind is FilingKind.injury), None)
    if grounds.injury is InjuryCause.third_party and settings.third_party_injury == "stops":
        return Refused(why.INJURY_BY_THIRD_PARTY)
    routed = grounds.injury is InjuryCause.third_party or settings.injury_needs_filing
    if routed and filing is None:
        return Refused(why.INJURY_FILING_NEEDED, {"on": place.on.isoformat()})
    return filing


class FiledLine(msgspec.Struct, frozen=True, kw_only=True):
    """A fee line as filings see it: a drug and who prescribed it."""

    line_no: int
    item_code: str
    practitioner_code: str


def judge_disease_items(
    grounds: CareGrounds,
    settings: FilingSettings,
    lines: Iterable[FiledLine],
    on_list: Callable[[str], bool | None],
) -> Refused | None:
    """Where the area wants it, every drug must stand on the disease's list. Reason: drug_not_of_disease."""
    if not settings.disease_items_only or not grounds.disease_code:
        return None
    for line in lines:
        if on_list(line.item_code) is False:
            facts: dict[str, FactValue] = {"line_no": line.line_no, "item": line.item_code}
            return Refused(why.DRUG_NOT_OF_DISEASE, {**facts, "disease": grounds.disease_code})
    return None


def judge_dual_channel(
    grounds: CareGrounds, place: VisitPlace, lines: Iterable[FiledLine], filings: Iterable[Filing]
) -> tuple[int, ...] | Refused:
    """Drug, doctor, institution and filing of each dual-channel line must match; the filings they stand on.

    The doctor is who prescribed: of the external prescription where there is one, else of the line. Reasons in order, line
    by line: dual_channel_filing_needed · dual_channel_drug_differs · dual_channel_doctor_differs ·
    dual_channel_institution_differs.
    """
    mine = [one for one in filings if one.kind is FilingKind.dual_channel_drug and in_force(one, place.on)]
    used: set[int] = set()
    outside = grounds.prescription is not None and grounds.prescription.kind == EXTERNAL
    for line in lines:
        doctor = line.practitioner_code
        if outside and grounds.prescription is not None:
            doctor = grounds.prescription.practitioner_code
        found = _judge_dual_line(line, doctor, place, mine)
        if isinstance(found, Refused):
            return found
        used.add(found.filing_id)
    return tuple(sorted(used))


def judge_special_drugs(
    grounds: CareGrounds, place: VisitPlace, lines: Iterable[FiledLine], filings: Iterable[Filing]
) -> tuple[int, ...] | Refused:
    """Each line of a special drug needs a filing of that drug, by its doctor and here, where the filing names them.

    Reasons in order, line by line: special_drug_filing_needed · special_drug_doctor_differs · special_drug_institution_differs.
    """
    mine = [one for one in filings if one.kind in OF_A_SPECIAL_DRUG and in_force(one, place.on)]
    prescription = grounds.prescription
    used: set[int] = set()
    for line in lines:
        number: dict[str, FactValue] = {"line_no": line.line_no}
        outside = prescription is not None and prescription.kind == EXTERNAL
        doctor = prescription.practitioner_code if outside and prescription is not None else line.practitioner_code
        of_drug = [one for one in mine if one.item_code == line.item_code]
        if not of_drug:
            facts: dict[str, FactValue] = {**number, "item": line.item_code, "on": place.on.isoformat()}
            return Refused(why.SPECIAL_DRUG_FILING_NEEDED, facts)
        by_doctor = [one for one in of_drug if one.practitioner_code in {"", doctor}]
        if not by_doctor:
            return Refused(why.SPECIAL_DRUG_DOCTOR_DIFFERS, {**number, "practitioner": doctor or "?"})
        here = next((one for one in by_doctor if _here(one, place)), None)
        if here is None:
            return Refused(why.SPECIAL_DRUG_INSTITUTION_DIFFERS, number)
        used.add(here.filing_id)
    return tuple(sorted(used))


def _judge_dual_line(line: FiledLine, doctor: str, place: VisitPlace, mine: Sequence[Filing]) -> Filing | Refused:
    number: dict[str, FactValue] = {"line_no": line.line_no}
    if not mine:
        return Refused(why.DUAL_CHANNEL_FILING_NEEDED, {**number, "on": place.on.isoformat()})
    of_drug = [one for one in mine if one.item_code == line.item_code]
    if not of_drug:
        return Refused(why.DUAL_CHANNEL_DRUG_DIFFERS, {**number, "item": line.item_code})
    by_doctor = [one for one in of_drug if one.practitioner_code == doctor]
    if not by_doctor:
        return Refused(why.DUAL_CHANNEL_DOCTOR_DIFFERS, {**number, "practitioner": doctor or "?"})
    here = next((one for one in by_doctor if _here(one, place)), None)
    return here or Refused(why.DUAL_CHANNEL_INSTITUTION_DIFFERS, number)
