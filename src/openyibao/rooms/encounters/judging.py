"""Judging visits and lines with the caches at hand, and making their records. Writes nothing. 中文: 就诊判定。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.ids import day_of
from openyibao.kit.outcome import Refused
from openyibao.rooms.areas import Areas
from openyibao.rooms.catalogue import Catalogue
from openyibao.rooms.encounters.lives import BED_KINDS
from openyibao.rooms.encounters.records import (
    Encounter,
    EncounterKind,
    EncounterState,
    FeeItem,
    LineNote,
    NewEncounter,
    NewFeeItem,
)
from openyibao.rooms.encounters.rules import (
    ACCOUNT_ONLY_WILL_DO,
    ENCOUNTER_UNKNOWN,
    TOKEN_USED,
    judge_items,
    service_of,
)
from openyibao.rooms.institutions import (
    Directory,
    Institution,
    PaymentStanding,
    Service,
    agreement_for,
    judge_service,
    may_act,
    practitioner_known,
)
from openyibao.rooms.people import BASE_INSURANCES, Enrolment, enjoyed_enrolment
from openyibao.rooms.presentation import TokenFacts

PAY_CONSENT = timedelta(hours=12)
"""How long an agreement to pay in the consulting room holds (诊间支付)."""


class References(msgspec.Struct, frozen=True, kw_only=True):
    """The caches a visit is judged by."""

    areas: Areas
    directory: Directory
    catalogue: Catalogue


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of open_encounter."""

    encounter: Encounter
    repeated: bool = False


class Uploaded(msgspec.Struct, frozen=True, kw_only=True):
    """The answer of add_items; sums in fen."""

    encounter_id: int
    cell: int
    fee_batch_id: int
    line_count: int
    amount_fen: int
    notes: tuple[LineNote, ...] = ()
    repeated: bool = False


def enjoyed_base(areas: Areas, enrolments: Sequence[Enrolment], on: date) -> Enrolment | Refused:
    """The base enrolment enjoyed on a day, in the order of the pooling area; all are of one cell, so of one area."""
    order = areas.settings(enrolments[0].pooling_area).base_insurance_order if len(enrolments) > 1 else BASE_INSURANCES
    return enjoyed_enrolment(enrolments, on, order)


def judge_opening(
    references: References,
    institution_id: int,
    new: NewEncounter,
    enrolments: Sequence[Enrolment],
    *,
    on: date,
) -> Enrolment | Refused:
    """The enrolment a visit is opened under, or the first reason met.

    Order: institution_suspended · practitioner_unknown · not_enrolled · service_not_agreed · agreement_ended. Whether
    the person is in a stay elsewhere is asked after it (``open_stays``).
    """
    institution = references.directory.by_id(institution_id)
    if institution is None:
        return Refused(ENCOUNTER_UNKNOWN)
    practitioner = references.directory.practitioner(institution_id, new.practitioner_code)
    refused = may_act(institution) or practitioner_known(practitioner, new.practitioner_code)
    if refused is not None:
        return refused
    enrolment = enjoyed_base(references.areas, enrolments, on)
    if isinstance(enrolment, Refused):
        return enrolment
    agreed = judge_agreement(references, institution, new.kind, enrolment.pooling_area, on)
    return agreed if isinstance(agreed, Refused) else enrolment


def judge_agreement(
    references: References, institution: Institution, kind: EncounterKind, pooling_area: int, on: date
) -> bool | Refused:
    """Under which agreement a visit of that day is served: True where only the personal account and cash may pay.

    Reasons: service_not_agreed · agreement_ended. The treatment area's setting ``cross_region_services`` names the services
    that are open to people insured elsewhere; all where it is not set.
    """
    service = service_of(kind, institution.kind)
    if agreement_for(institution, pooling_area, service, on) is None:
        return False  # agreed with the insured area itself: its insured are treated as at home, wherever this lies
    here = references.areas.pooling_area(institution.treatment_area, on) or references.areas.by_code(
        institution.treatment_area
    )
    return judge_service(
        institution,
        service,
        on,
        insured_pool=pooling_area,
        treatment_pool=pooling_area if here is None else here.pooling_area,
        account_only_will_do=kind in ACCOUNT_ONLY_WILL_DO,
        remote_services=None if here is None else here.settings.cross_region_services,
    )


def is_account_only(
    references: References, institution: Institution, kind: EncounterKind, pooling_area: int, on: date
) -> bool:
    """Whether only the personal account and cash pay a visit of that day; a look at the agreements for most."""
    if not any(each.service is Service.account_only for each in institution.agreements):
        return False
    return judge_agreement(references, institution, kind, pooling_area, on) is True


def borne_lines(
    references: References, encounter: Encounter, items: Sequence[FeeItem], earlier: Sequence[FeeItem] = ()
) -> tuple[int, ...]:
    """Which lines the institution bears: those of practitioners whose standing rests on the line's day (FIELD 21).

    None in an emergency. A line's day is the one it names, else that of its upload, which its id tells. A negative line goes with the line it takes
    back, found among ``items`` and ``earlier``, whoever sends it and when: nobody gets back what somebody else bore.
    """
    directory = references.directory
    if not directory.doubtful or encounter.kind is EncounterKind.emergency:
        return ()
    known = {item.fee_item_id: item for item in (*earlier, *items)}
    borne = []
    for item in items:
        source = known.get(item.original_fee_item_id or 0, item)
        # A bill that is only looked at has numbers for ids, of no day.
        on = source.incurred_on or max(encounter.opened_on, day_of(source.fee_item_id))
        standing = directory.standing_on(encounter.institution_id, source.practitioner_code, on)
        if standing is not PaymentStanding.good:
            borne.append(item.line_no)
    return tuple(borne)


def borne_note(line_no: int) -> LineNote:
    """What the clerk is told of a line that the institution bears."""
    return LineNote(
        line_no=line_no,
        code="borne_by_institution",
        zh=f"第 {line_no} 行: 开单人员的医保支付资格已暂停或终止, 该行费用由本机构承担, 不得向参保人收取",
        en=f"Line {line_no}: its practitioner's payment standing rests; your institution bears it, the person is not charged",
    )


def new_encounter(
    tx_id: int,
    references: References,
    new: NewEncounter,
    enrolment: Enrolment,
    clock: Clock,
    *,
    institution_id: int,
    presentation_id: int | None,
    admission_no: int,
) -> Encounter:
    """The record of a visit that may be opened."""
    institution = references.directory.by_id(institution_id)
    assert institution is not None
    now = clock.now()
    return Encounter(
        cell=enrolment.cell,
        encounter_id=tx_id,
        person_id=enrolment.person_id,
        enrolment_id=enrolment.enrolment_id,
        institution_id=institution_id,
        kind=new.kind,
        state=EncounterState.open,
        treatment_area=institution.treatment_area,
        opened_on=clock.today(),
        opened_at=now,
        closed_on=None,
        practitioner_code=new.practitioner_code,
        presentation_id=presentation_id,
        admission_no=admission_no,
        pays_until=now + PAY_CONSENT if new.pay_consent and new.kind not in BED_KINDS else None,
        grounds=new.grounds,
    )


def new_items(
    ids: Sequence[int],
    cell: int,
    encounter_id: int,
    fee_batch_id: int,
    lines: Sequence[NewFeeItem],
    rows: Sequence[Any],
    earlier: Sequence[FeeItem] = (),
    *,
    stay_day: date | None = None,
) -> list[FeeItem]:
    """The records of judged lines; ``ids`` are for the lines, ``rows`` are their catalogue rows.

    ``stay_day`` is that of a stay's lines without a day.
    """
    numbers = {item.line_no: item.fee_item_id for item in earlier}
    items = []
    for line, row, fee_item_id in zip(lines, rows, ids, strict=True):
        numbers[line.line_no] = fee_item_id
        items.append(
            FeeItem(
                cell=cell,
                fee_item_id=fee_item_id,
                encounter_id=encounter_id,
                fee_batch_id=fee_batch_id,
                line_no=line.line_no,
                item_code=line.item_code,
                catalogue_item_id=row.catalogue_item_id,
                quantity_e4=line.quantity_e4,
                unit_price_micro=line.unit_price_micro,
                amount_fen=line.amount_fen,
                practitioner_code=line.practitioner_code,
                trace_codes=line.trace_codes,
                split_pack=line.split_pack,
                hospital_approved=line.hospital_approved,
                original_fee_item_id=None if line.original_line_no is None else numbers[line.original_line_no],
                incurred_on=None if stay_day is None else line.incurred_on or stay_day,
            )
        )
    return items


def lines_again(lines: Sequence[FeeItem], fee_batch_id: int, ids: Sequence[int]) -> list[FeeItem]:
    """Lines that were taken back, once more in another batch; a negative line stays tied to the line it takes back."""
    new_id = {line.fee_item_id: one for line, one in zip(lines, ids, strict=True)}
    return [
        msgspec.structs.replace(
            line,
            fee_item_id=new_id[line.fee_item_id],
            fee_batch_id=fee_batch_id,
            original_fee_item_id=new_id.get(line.original_fee_item_id or 0, line.original_fee_item_id),
        )
        for line in lines
    ]


def items_content(items: Sequence[FeeItem]) -> bytes:
    """What the audit holds uploaded lines against."""
    return sm3(msgspec.json.encode(items))


def judge_lines(
    references: References,
    encounter: Encounter,
    lines: Sequence[NewFeeItem],
    earlier: Sequence[FeeItem],
    *,
    today: date,
) -> Refused | list[Any]:
    """``judge_items`` with the caches at hand: the treatment area's catalogue, the institution's staff."""
    return judge_items(
        lines,
        earlier,
        on=encounter.opened_on,
        stay_days=(encounter.opened_on, today) if encounter.kind in BED_KINDS else None,
        find_item=lambda code, on: references.catalogue.find(code, encounter.treatment_area, on),
        find_practitioner=lambda code: references.directory.practitioner(encounter.institution_id, code),
    )


def refuse_used(
    presented: TokenFacts, opened: Mapping[tuple[int, int], int], encounter: Encounter | None = None
) -> Refused | None:
    """One token, one visit (FIELD 18): it pays the visit it opened, and stays, and opens no second one.

    ``opened`` is which visit each (cell, presentation_id) has opened. Reason: token_already_used.
    """
    visit = opened.get((presented.cell, presented.presentation_id))
    same = encounter is not None and (encounter.encounter_id == visit or encounter.kind in BED_KINDS)
    return None if visit is None or same else Refused(TOKEN_USED, {"encounter_id": f"{presented.cell}-{visit}"})
