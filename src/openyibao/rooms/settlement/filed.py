"""What a person's filings, and where the visit is, make of a bill. 中文: 备案与异地就医在结算中的适用。

Care elsewhere (FIELD 24): the treatment area's catalogue and price limits (the line's own row), the insured area's first
share (the row of the same item there), ratio and deductible (its policy, asked with ``VisitFacts.remote``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading
from openyibao.kit.outcome import Refused
from openyibao.rooms import encounters, filings
from openyibao.rooms.catalogue import ListKind
from openyibao.rooms.encounters import Encounter, EncounterKind, FeeItem
from openyibao.rooms.filings import CareGrounds, FiledLine, Filing, FilingKind, FilingSettings, VisitPlace
from openyibao.rooms.institutions import Institution, InstitutionKind, InstitutionLevel, Service, agreement_for
from openyibao.rooms.people import Enrolment
from openyibao.rooms.policies import BillLine, Need, PlaceKind, PrescriptionKind, Remote, VisitFacts
from openyibao.rooms.settlement.desk import Desk, Priced
from openyibao.rooms.settlement.records import SettlementFacts

PersonName = tuple[int, int]
_LISTS_THAT_ASK = (ListKind.dual_channel, ListKind.special_drug)
_DISEASE_NEEDS = frozenset({Need.listed_disease, Need.filing, Need.designation})
NO_NEEDS: frozenset[Need] = frozenset()


class Grounded(msgspec.Struct, frozen=True, kw_only=True):
    """What the filings give a bill."""

    disease_code: str | None
    remote: Remote | None
    prescription: PrescriptionKind | None
    filed: tuple[str, ...]
    designated: bool
    institution: PlaceKind | None
    """Another sort of place than the institution's own, or None."""
    filing_ids: tuple[int, ...]
    area_needs: frozenset[Need]

    def visit(self, plain: VisitFacts) -> VisitFacts:
        """The facts of the visit with what the filings say."""
        return msgspec.structs.replace(
            plain,
            disease_code=self.disease_code,
            remote=self.remote,
            prescription=self.prescription,
            filed=self.filed,
            designated=self.designated,
            institution=self.institution or plain.institution,
        )


def wants_filings(
    desk: Desk, institution_id: int, kind: EncounterKind, grounds: CareGrounds | None, enrolments: Sequence[Enrolment]
) -> bool:
    """Whether a bill may depend on filings: it says so, its kind needs one, it is elsewhere, or the area's rules ask."""
    institution = desk.directory.by_id(institution_id)
    for one in enrolments:
        if grounds is not None or institution is None or institution.treatment_area != one.pooling_area:
            return True
        if kind in filings.settings_of(desk.areas, one.pooling_area).needed_for:
            return True
        if desk.shelf.asks_filings(one.pooling_area, one.insurance_type.value):
            return True
        if any(desk.catalogue.has_list(one.pooling_area, asking) for asking in _LISTS_THAT_ASK):
            return True
    return False


async def load_filings(
    reading: Reading, clock: Clock, asking: Sequence[tuple[PersonName, date | None]]
) -> dict[PersonName, list[Filing]]:
    """The filings of those whose bills may depend on them, since the earliest day asked about; no statement for nobody."""
    if not asking:
        return {}
    since = min(on or clock.today() for _, on in asking)
    return await filings.read_of_persons(reading, sorted({person for person, _ in asking}), since)


def ground(
    desk: Desk,
    enrolment: Enrolment,
    encounter: Encounter,
    institution: Institution,
    mine: Sequence[Filing],
    items: Sequence[FeeItem],
    *,
    until: date,
) -> Grounded | Refused:
    """What the person's filings give this bill.

    Reasons in order: those of ``filings.judge_grounds`` · of ``filings.fit`` · of ``filings.judge_disease_items`` · of
    ``filings.judge_dual_channel`` · of ``filings.judge_special_drugs``.
    """
    settings = filings.settings_of(desk.areas, enrolment.pooling_area)
    grounds = encounter.grounds or filings.NO_GROUNDS
    kind = encounter.kind
    refused = filings.judge_grounds(grounds, settings, kind.value, mine, encounter.opened_on)
    if refused is not None:
        return refused
    place = encounters.place_of_visit(
        desk.areas, institution, enrolment.pooling_area, kind, on=encounter.opened_on, until=until
    )
    fit = filings.fit(grounds, settings, place, mine)
    if isinstance(fit, Refused):
        return fit
    dual = _judge_lines(desk, enrolment, grounds, settings, place, mine, items)
    if isinstance(dual, Refused):
        return dual
    prescription = None if grounds.prescription is None else PrescriptionKind(grounds.prescription.kind)
    of_disease = settings.needed_for.get(kind.value) in filings.OF_A_DISEASE
    return Grounded(
        disease_code=grounds.disease_code or None,
        remote=_remote(kind, fit.ground) if place.elsewhere else None,
        prescription=prescription,
        filed=fit.filed,
        designated=fit.designated,
        institution=_dual_place(institution, enrolment.pooling_area, prescription, place.on),
        filing_ids=tuple(sorted({*fit.filing_ids, *dual})),
        area_needs=_DISEASE_NEEDS if of_disease else NO_NEEDS,
    )


def ground_facts(
    desk: Desk,
    enrolment: Enrolment,
    encounter: Encounter,
    mine: Sequence[Filing],
    facts: SettlementFacts,
    items: Sequence[FeeItem],
    *,
    today: date,
) -> tuple[SettlementFacts, frozenset[Need]] | Refused:
    """The facts of a bill with all that filings and place make of them, and what the area asks of it. Reasons as ``ground``."""
    institution = desk.directory.by_id(encounter.institution_id)
    assert institution is not None
    until = encounter.closed_on or today
    found = ground(desk, enrolment, encounter, institution, mine, items, until=until)
    if isinstance(found, Refused):
        return found
    facts = msgspec.structs.replace(facts, visit=found.visit(facts.visit), filing_ids=found.filing_ids)
    return with_line_facts(desk, enrolment.pooling_area, facts, items), found.area_needs


def _remote(kind: EncounterKind, filed: FilingKind | None) -> Remote:
    """On what ground care is taken elsewhere; an emergency counts as filed."""
    if kind is EncounterKind.emergency and filed in {None, FilingKind.temporary}:
        return Remote.emergency
    return Remote.unfiled if filed is None else Remote(filed.value)


def place_kind_of(institution: Institution, kind: EncounterKind) -> PlaceKind:
    """What sort of place an institution is to a policy; a pharmacy's special drugs are dual channel, else its prescription says."""
    if institution.kind is InstitutionKind.pharmacy:
        return PlaceKind.dual_channel if kind is EncounterKind.special else PlaceKind.pharmacy
    return PlaceKind.community if institution.level is InstitutionLevel.community else PlaceKind.hospital


def _dual_place(
    institution: Institution, insured_area: int, prescription: PrescriptionKind | None, on: date
) -> PlaceKind | None:
    """A pharmacy of the dual channel is one where it sells on a hospital's prescription."""
    if institution.kind is not InstitutionKind.pharmacy or prescription is not PrescriptionKind.external:
        return None
    agreed = agreement_for(institution, insured_area, Service.dual_channel, on) is None
    return PlaceKind.dual_channel if agreed else None


def _judge_lines(
    desk: Desk,
    enrolment: Enrolment,
    grounds: CareGrounds,
    settings: FilingSettings,
    place: VisitPlace,
    mine: Sequence[Filing],
    items: Sequence[FeeItem],
) -> tuple[int, ...] | Refused:
    area, catalogue = enrolment.pooling_area, desk.catalogue
    lines = [
        FiledLine(line_no=one.line_no, item_code=one.item_code, practitioner_code=one.practitioner_code)
        for one in items
        if one.quantity_e4 > 0
    ]
    refused = filings.judge_disease_items(
        grounds,
        settings,
        lines,
        lambda code: catalogue.is_listed(area, ListKind.chronic, code, place.on, disease_code=grounds.disease_code),
    )
    if refused is not None:
        return refused
    if place.stay or not any(catalogue.has_list(area, asking) for asking in _LISTS_THAT_ASK):
        return ()
    dual = [one for one in lines if catalogue.is_listed(area, ListKind.dual_channel, one.item_code, place.on)]
    special = [one for one in lines if catalogue.is_listed(area, ListKind.special_drug, one.item_code, place.on)]
    by_dual = filings.judge_dual_channel(grounds, place, dual, mine)
    by_special = filings.judge_special_drugs(grounds, place, special, mine)
    if isinstance(by_dual, Refused) or isinstance(by_special, Refused):
        return by_dual if isinstance(by_dual, Refused) else by_special
    return tuple(sorted({*by_dual, *by_special}))


def with_line_facts(desk: Desk, insured_area: int, facts: SettlementFacts, items: Sequence[FeeItem]) -> SettlementFacts:
    """The facts with what is looked up line by line, so that the bill can be computed again whatever is imported later."""
    visit, catalogue, on_list, home_rows = facts.visit, desk.catalogue, None, []
    if visit.disease_code and catalogue.has_list(insured_area, ListKind.chronic, visit.disease_code):
        on_list = tuple(
            one.line_no
            for one in items
            if catalogue.is_listed(
                insured_area, ListKind.chronic, one.item_code, visit.on, disease_code=visit.disease_code
            )
        )
    if visit.remote is not None:
        for one in items:
            row = catalogue.find(one.item_code, insured_area, visit.on)
            if row is not None and row.catalogue_item_id != one.catalogue_item_id:
                home_rows.append((one.line_no, row.catalogue_item_id))
    if on_list is None and not home_rows and facts.on_list is None and not facts.home_rows:
        return facts
    return msgspec.structs.replace(facts, on_list=on_list, home_rows=tuple(home_rows))


def lines_as_filed(desk: Priced, facts: SettlementFacts, lines: Sequence[BillLine]) -> list[BillLine]:
    """The lines with their place on the disease's list and the insured area's first share. Raises LookupError."""
    listed = None if facts.on_list is None else frozenset(facts.on_list)
    home = dict(facts.home_rows)
    made = []
    for line in lines:
        changed = line if listed is None else msgspec.structs.replace(line, chronic_list=line.line_no in listed)
        row_id = home.get(line.line_no)
        if row_id is not None:
            row = desk.catalogue.by_id(row_id)
            if row is None:
                raise LookupError(f"catalogue row {row_id} of line {line.line_no} is not there")
            changed = msgspec.structs.replace(
                changed, first_share_bp=row.first_share_bp, first_share_fixed_fen=row.first_share_fixed_fen
            )
        made.append(changed)
    return made
