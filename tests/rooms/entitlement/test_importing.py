"""Lines of files: what they bring, what is left alone, what is refused and why. Today is 23 November 2026."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from agency import Agency, said

from openyibao.rooms import entitlement
from openyibao.rooms.entitlement import COLUMNS, Imported, ImportNoun
from openyibao.rooms.people import DocumentType, Enrolment, InsuranceType, find_persons, read_enrolments

SAMPLES = Path(__file__).parents[3] / "docs" / "guides" / "import-samples"
ZHAO = "999001198005010019"
NEW = "990001200001010018"


def sample(noun: ImportNoun) -> list[tuple[int, list[str]]]:
    """The lines of the packaged sample, whose header is the one the code asks for."""
    header, *lines = (SAMPLES / f"{noun}.csv").read_text(encoding="utf-8").splitlines()
    assert header == ",".join(COLUMNS[noun])
    return [(number, line.split(",")) for number, line in enumerate(lines, start=2)]


async def take(agency: Agency, noun: ImportNoun, lines: Sequence[tuple[int, Sequence[str]]]) -> Imported:
    return await entitlement.import_lines(
        agency.tx, agency.clock, agency.sealer, agency.areas, noun=noun, lines=lines, actor="import"
    )


async def all_samples(agency: Agency) -> list[Imported]:
    return [await take(agency, noun, sample(noun)) for noun in ImportNoun]


async def enrolments_of(agency: Agency, number: str) -> list[Enrolment]:
    found = await find_persons(agency.tx, agency.sealer, [(DocumentType.identity_card, number)])
    person_id = found[DocumentType.identity_card, number].person_id
    keys = [(cell, person_id) for cell in agency.areas.cells_of_person(person_id)]
    return [one for own in (await read_enrolments(agency.tx, keys)).values() for one in own]


async def test_the_samples_are_taken_whole_and_a_second_time_changes_nothing(agency: Agency) -> None:
    first = await all_samples(agency)
    assert [(done.entered, done.unchanged, done.faults) for done in first] == [
        (4, 0, ()),
        (5, 0, ()),
        (5, 0, ()),
        (2, 0, ()),
    ]
    zhao = sample(ImportNoun.people)[0][1][1]
    own = await enrolments_of(agency, zhao)
    assert {one.insurance_type for one in own} == {InsuranceType.employee, InsuranceType.civil_servant}
    base = next(one for one in own if one.insurance_type is InsuranceType.employee)
    assert said(base)[0] == ("paid", "2025-01-01", "2026-11-30")
    events = len(agency.tx.audit)
    second = await all_samples(agency)
    assert [(done.entered, done.unchanged, done.faults) for done in second] == [
        (0, 4, ()),
        (0, 5, ()),
        (0, 5, ()),
        (0, 2, ()),
    ]
    assert len(agency.tx.audit) == events
    assert await enrolments_of(agency, zhao) == own


def changed(noun: ImportNoun, **cells: str) -> list[str]:
    """The first line of a sample with some cells otherwise."""
    line = list(sample(noun)[0][1])
    for column, cell in cells.items():
        line[COLUMNS[noun].index(column)] = cell
    return line


PEOPLE, ENROLMENTS, CONTRIBUTIONS, MOVES = ImportNoun
PAST = {"begins_on": "2020-01-01", "ends_on": "2020-12-31"}


@pytest.mark.parametrize(
    ("noun", "cells", "code"),
    [
        (PEOPLE, {"document_type": "visa"}, "line_unreadable"),
        (PEOPLE, {"birth_on": "1980-02-30"}, "line_unreadable"),
        (PEOPLE, {"birth_on": "19800501"}, "line_unreadable"),
        (PEOPLE, {"phone": "1-2"}, "line_unreadable"),
        (PEOPLE, {"name": ""}, "line_unreadable"),
        (PEOPLE, {"document_number": "999001198005010010"}, "document_number_invalid"),
        (PEOPLE, {"name": "赵宁"}, "person_already_registered"),
        (ENROLMENTS, {"person_category": "pensioner", "agency_area": "990101"}, "line_unreadable"),
        (ENROLMENTS, {"document_number": "X999", "agency_area": "990101"}, "person_unknown"),
        (ENROLMENTS, {"first_month": "202513", "agency_area": "990101"}, "contribution_month_invalid"),
        (ENROLMENTS, {"agency_area": "990101", "begins_on": "2024-01-01"}, "agency_area_unknown"),
        (ENROLMENTS, {"begins_on": "2020-01-01", "ends_on": "2019-12-31"}, "ends_before_it_begins"),
        (ENROLMENTS, {"begins_on": "2024-01-01", "first_month": "202001"}, "already_enrolled"),
        (ENROLMENTS, {**PAST, "paid_on": "2027-01-01"}, "contribution_before_enrolment"),
        (ENROLMENTS, {**PAST, "first_month": "202001", "paid_on": "2027-01-01"}, "contribution_paid_in_future"),
        (CONTRIBUTIONS, {"base_fen": "8000.00"}, "line_unreadable"),
        (CONTRIBUTIONS, {"document_number": "X999", "first_month": "202613"}, "person_unknown"),
        (CONTRIBUTIONS, {"first_month": "202613", "agency_area": "990101"}, "contribution_month_invalid"),
        (CONTRIBUTIONS, {"agency_area": "990101"}, "agency_area_unknown"),
        (CONTRIBUTIONS, {"agency_area": "120101", "first_month": "202701"}, "enrolment_unknown"),
        (CONTRIBUTIONS, {"first_month": "202611"}, "contribution_month_invalid"),
        (CONTRIBUTIONS, {"paid_on": "2027-01-01"}, "contribution_paid_in_future"),
        (CONTRIBUTIONS, {"base_fen": "1"}, "months_paid_already"),
        (MOVES, {"moves_on": "1.12.2026", "document_number": "X999"}, "line_unreadable"),
        (MOVES, {"document_number": "X999", "from_agency": "110108"}, "person_unknown"),
        (MOVES, {"from_agency": "110108", "moves_on": "2027-01-01", "to_agency": "990101"}, "enrolment_unknown"),
        (MOVES, {"from_agency": "110105", "moves_on": "2027-01-01", "to_agency": "990101"}, "agency_area_unknown"),
    ],
)
async def test_a_bad_line_is_named_with_its_reason_and_the_others_are_taken(
    agency: Agency, noun: ImportNoun, cells: dict[str, str], code: str
) -> None:
    await all_samples(agency)
    good = sample(noun)[1]
    done = await take(agency, noun, [(7, changed(noun, **cells)), good])
    assert (done.entered, done.unchanged) == (0, 1)
    ((number, said_),) = done.faults
    assert (number, said_.partition(":")[0]) == (7, code)
    assert "—" not in said_


async def test_a_line_with_too_few_columns_is_no_line(agency: Agency) -> None:
    done = await take(agency, PEOPLE, [(2, ["identity_card", ZHAO])])
    assert done.faults[0][1].startswith("line_unreadable")


async def test_one_person_twice_in_one_stretch_is_entered_once(agency: Agency) -> None:
    line = sample(PEOPLE)[0][1]
    done = await take(agency, PEOPLE, [(2, line), (3, line), (4, changed(PEOPLE, name="赵宁"))])
    assert (done.entered, done.unchanged, [number for number, _ in done.faults]) == (1, 1, [4])
    enrolment = sample(ENROLMENTS)[0][1]
    done = await take(agency, ENROLMENTS, [(2, enrolment), (3, enrolment)])
    assert (done.entered, done.unchanged, done.faults) == (1, 1, ())
    months = [(2, changed(CONTRIBUTIONS, first_month="202601", last_month="202603"))]
    months += [(3, changed(CONTRIBUTIONS, first_month="202604", last_month="202606")), (4, months[0][1])]
    done = await take(agency, CONTRIBUTIONS, months)
    assert (done.entered, done.unchanged, done.faults) == (2, 1, ())
    (one,) = await enrolments_of(agency, line[1])
    assert one.paid_until == date(2026, 7, 31)
