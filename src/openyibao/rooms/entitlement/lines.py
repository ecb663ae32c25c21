"""Lines of import files: their columns, and how a line is read. Pure. 中文: 导入文件格式。

A file is UTF-8 text with commas, its first line the header: exactly these names. Dates are yyyy-mm-dd, months yyyymm, sums
whole fen. Optional columns may be empty. The guide ``docs/guides/import.md`` shows an example of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec

from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.entitlement.records import ImportNoun
from openyibao.rooms.people import DocumentType, InsuranceType, NewPerson, PersonCategory, Sex, normal_document

LINE_UNREADABLE = reason(
    "line_unreadable",
    zh="第 {column} 列无法读取: {fault}",
    en="Column {column} cannot be read: {fault}",
    next_zh="请按导入说明更正该行后重新导入; 其余行不受影响",
    next_en="Correct the line by the guide and import the file again; the other lines stand",
)
_WHO = ("document_type", "document_number")
_PAID = ("first_month", "last_month", "base_fen", "employer_fen", "personal_fen", "paid_on")
COLUMNS: dict[ImportNoun, tuple[str, ...]] = {
    ImportNoun.people: (*_WHO, "name", "sex", "birth_on", "phone"),
    ImportNoun.enrolments: (
        *_WHO,
        *("agency_area", "insurance_type", "person_category", "groups", "begins_on", "ends_on"),
        *_PAID,
    ),
    ImportNoun.contributions: (*_WHO, "agency_area", "insurance_type", *_PAID),
    ImportNoun.moves: (*_WHO, "insurance_type", "from_agency", "to_agency", "moves_on"),
}
OPTIONAL = frozenset({"phone", "groups", "ends_on", "paid_on"})
"""May be empty; of enrolments all of the payment may, together."""
TEXT_MAX = 100
_DOCUMENTS = {one.value: one for one in DocumentType}
_SEXES = {one.value: one for one in Sex}
_INSURANCES = {one.value: one for one in InsuranceType}
_CATEGORIES = {one.value: one for one in PersonCategory}


class PaidMonths(msgspec.Struct, frozen=True):
    """What a line says was paid."""

    first_month: int
    last_month: int
    base_fen: int
    employer_fen: int
    personal_fen: int
    paid_on: date | None


class EnrolmentLine(msgspec.Struct, frozen=True):
    """A line of enrolments, or (without category and dates) of contributions."""

    document: tuple[DocumentType, str]
    agency_area: int
    insurance_type: InsuranceType
    paid: PaidMonths | None
    person_category: PersonCategory | None = None
    groups: tuple[str, ...] = ()
    begins_on: date | None = None
    ends_on: date | None = None


class MoveLine(msgspec.Struct, frozen=True):
    """A line of moves: who goes from which agency to which, and the first day there."""

    document: tuple[DocumentType, str]
    insurance_type: InsuranceType
    from_agency: int
    to_agency: int
    moves_on: date


class _Unreadable(Exception):  # noqa: N818 it is caught in this file
    def __init__(self, column: str, fault: str) -> None:
        super().__init__(column, fault)
        self.column, self.fault = column, fault


def read_person(cells: Sequence[str]) -> NewPerson | Refused:
    """A line of people."""
    try:
        _count(cells, ImportNoun.people)
        document_type, number, name, sex, birth_on, phone = cells
        return NewPerson(
            name=_text(name.strip(), "name"),
            document_type=_one(_DOCUMENTS, document_type, "document_type"),
            document_number=_text(number, "document_number"),
            sex=_one(_SEXES, sex, "sex"),
            birth_on=_day(birth_on, "birth_on"),
            phone=_phone(phone) if phone else None,
        )
    except _Unreadable as fault:
        return _refused(fault)


def read_enrolment(cells: Sequence[str]) -> EnrolmentLine | Refused:
    """A line of enrolments."""
    try:
        _count(cells, ImportNoun.enrolments)
        document_type, number, agency, insurance, category, groups, begins_on, ends_on, *paid = cells
        return EnrolmentLine(
            document=(
                _one(_DOCUMENTS, document_type, "document_type"),
                normal_document(_text(number, "document_number")),
            ),
            agency_area=_number(agency, "agency_area"),
            insurance_type=_one(_INSURANCES, insurance, "insurance_type"),
            paid=_paid(paid) if any(paid) else None,
            person_category=_one(_CATEGORIES, category, "person_category"),
            groups=tuple(_text(groups, "groups").split(";")) if groups else (),
            begins_on=_day(begins_on, "begins_on"),
            ends_on=_day(ends_on, "ends_on") if ends_on else None,
        )
    except _Unreadable as fault:
        return _refused(fault)


def read_contribution(cells: Sequence[str]) -> EnrolmentLine | Refused:
    """A line of contributions."""
    try:
        _count(cells, ImportNoun.contributions)
        document_type, number, agency, insurance, *paid = cells
        return EnrolmentLine(
            document=(
                _one(_DOCUMENTS, document_type, "document_type"),
                normal_document(_text(number, "document_number")),
            ),
            agency_area=_number(agency, "agency_area"),
            insurance_type=_one(_INSURANCES, insurance, "insurance_type"),
            paid=_paid(paid),
        )
    except _Unreadable as fault:
        return _refused(fault)


def read_move(cells: Sequence[str]) -> MoveLine | Refused:
    """A line of moves."""
    try:
        _count(cells, ImportNoun.moves)
        document_type, number, insurance, from_agency, to_agency, moves_on = cells
        return MoveLine(
            document=(
                _one(_DOCUMENTS, document_type, "document_type"),
                normal_document(_text(number, "document_number")),
            ),
            insurance_type=_one(_INSURANCES, insurance, "insurance_type"),
            from_agency=_number(from_agency, "from_agency"),
            to_agency=_number(to_agency, "to_agency"),
            moves_on=_day(moves_on, "moves_on"),
        )
    except _Unreadable as fault:
        return _refused(fault)


def _refused(fault: _Unreadable) -> Refused:
    return Refused(LINE_UNREADABLE, {"column": fault.column, "fault": fault.fault})


def _count(cells: Sequence[str], noun: ImportNoun) -> None:
    if len(cells) != len(COLUMNS[noun]):
        raise _Unreadable("*", f"{len(cells)} ≠ {len(COLUMNS[noun])}")


def _paid(cells: Sequence[str]) -> PaidMonths:
    first, last, base, employer, personal, paid_on = cells
    return PaidMonths(
        _number(first, "first_month"),
        _number(last, "last_month"),
        _number(base, "base_fen"),
        _number(employer, "employer_fen"),
        _number(personal, "personal_fen"),
        _day(paid_on, "paid_on") if paid_on else None,
    )


def _text(cell: str, column: str) -> str:
    if not cell or len(cell) > TEXT_MAX or "\0" in cell:
        raise _Unreadable(column, "empty" if not cell else "too long")
    return cell


def _phone(cell: str) -> str:
    if len(cell) > 20 or not (cell.isascii() and cell.isdigit()):
        raise _Unreadable("phone", "not digits")
    return cell


def _one(words: dict[str, Any], cell: str, column: str) -> Any:
    found = words.get(cell)
    if found is None:
        raise _Unreadable(column, f"“{cell[:20]}”")
    return found


def _number(cell: str, column: str) -> int:
    if not 0 < len(cell) <= 15 or not (cell.isascii() and cell.isdigit()):
        raise _Unreadable(column, f"“{cell[:20]}”")
    return int(cell)


def _day(cell: str, column: str) -> date:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        raise _Unreadable(column, f"“{cell[:20]}”") from None
    if not 1850 <= day.year <= 2200 or len(cell) != 10:
        raise _Unreadable(column, f"“{cell[:20]}”")
    return day
