"""Judging visits and lines with the caches at hand, and making their records. Writes nothing. 中文: 就诊判定。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import Refused
from openyibao.rooms.areas import Areas
from openyibao.rooms.catalogue import Catalogue
from openyibao.rooms.encounters.records import (
    Encounter,
    EncounterState,
    FeeItem,
    NewEncounter,
    NewFeeItem,
)
from openyibao.rooms.encounters.rules import (
    ENCOUNTER_UNKNOWN,
    judge_items,
    service_of,
)
from openyibao.rooms.institutions import Directory, agreement_for, may_act, practitioner_known
from openyibao.rooms.people import BASE_INSURANCES, Enrolment, enjoyed_enrolment


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

    Order: institution_suspended · practitioner_unknown · not_enrolled · service_not_agreed · agreement_ended.
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
    refused = agreement_for(institution, enrolment.pooling_area, service_of(new.kind), on)
    return enrolment if refused is None else refused


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
        opened_at=clock.now(),
        closed_on=None,
        practitioner_code=new.practitioner_code,
        presentation_id=presentation_id,
        admission_no=admission_no,
    )


def new_items(
    ids: Sequence[int],
    cell: int,
    encounter_id: int,
    fee_batch_id: int,
    lines: Sequence[NewFeeItem],
    rows: Sequence[Any],
    earlier: Sequence[FeeItem] = (),
) -> list[FeeItem]:
    """The records of judged lines; ``ids`` are for the lines, ``rows`` are their catalogue rows."""
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
            )
        )
    return items


def items_content(items: Sequence[FeeItem]) -> bytes:
    """What the audit holds uploaded lines against."""
    return sm3(msgspec.json.encode(items))


def judge_lines(
    references: References, encounter: Encounter, lines: Sequence[NewFeeItem], earlier: Sequence[FeeItem]
) -> Refused | list[Any]:
    """``judge_items`` with the caches at hand: the treatment area's catalogue, the institution's staff."""
    return judge_items(
        lines,
        earlier,
        on=encounter.opened_on,
        find_item=lambda code, on: references.catalogue.find(code, encounter.treatment_area, on),
        find_practitioner=lambda code: references.directory.practitioner(encounter.institution_id, code),
    )
