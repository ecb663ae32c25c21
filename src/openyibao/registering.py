"""Bringing a platform into service: files of institutions, staff and the catalogue, checked as wholes. 中文: 机构与目录登记。

A file is CSV with a header. Every line is checked before any is written; a file with a fault changes nothing.
"""

from __future__ import annotations

import base64
import csv
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Tx
from openyibao.kit.ids import Randomness
from openyibao.rooms import catalogue, institutions
from openyibao.rooms.catalogue import CatalogueItem, CatalogueKind, PaymentClass
from openyibao.rooms.institutions import (
    Institution,
    InstitutionKind,
    InstitutionLevel,
    InstitutionState,
    NewOperator,
    PaymentStanding,
    Practitioner,
    PractitionerKind,
    Service,
    ServiceAgreement,
    Terminal,
    hash_password,
)

LINES_MAX, FILE_OCTETS_MAX, FAULTS_MOST = 300_000, 200_000_000, 20
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=30, pattern=r"^[\x21-\x7e]+$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Text = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00]*$")]
AreaCode = Annotated[int, msgspec.Meta(ge=100_000, le=999_999)]
Fen = Annotated[int, msgspec.Meta(ge=0, le=10**10)]
Micro = Annotated[int, msgspec.Meta(ge=0, le=10**14)]


class Noun(StrEnum):
    """What a file may hold."""

    institutions = "institutions"
    agreements = "agreements"
    practitioners = "practitioners"
    terminals = "terminals"
    operators = "operators"


class InstitutionLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A designated hospital or pharmacy."""

    institution_code: Code
    name: Name
    kind: InstitutionKind
    grade: Annotated[int, msgspec.Meta(ge=1, le=14)]
    level: InstitutionLevel
    price_limit_level: InstitutionLevel
    treatment_area: AreaCode


class AgreementLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an institution agreed; an empty last day is open."""

    institution_code: Code
    pooling_area: AreaCode
    service: Service
    valid_from: date
    valid_until: date | None = None


class PractitionerLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who treats or dispenses there."""

    institution_code: Code
    practitioner_code: Code
    name: Name
    kind: PractitionerKind


class TerminalLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place where codes are scanned."""

    institution_code: Code
    terminal_code: Code
    kind: Code


class OperatorLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who signs in at a counter."""

    institution_code: Code
    operator_code: Code
    name: Name
    role: Code


class ItemLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A catalogue row; an empty limit is none. Limits are the highest unit price in scope, in 10⁻⁶ yuan."""

    item_code: Code
    catalogue_area: Annotated[int, msgspec.Meta(ge=0, le=999_999)]
    name: Name
    kind: CatalogueKind
    payment_class: PaymentClass
    first_share_bp: Annotated[int, msgspec.Meta(ge=0, le=10_000)] = 0
    first_share_fixed_fen: Fen = 0
    limit_community: Micro | None = None
    limit_primary: Micro | None = None
    limit_secondary: Micro | None = None
    limit_tertiary: Micro | None = None
    limit_ministry: Micro | None = None
    restricted: bool = False
    trace_due: bool = False
    unit: Text = ""
    specification: Text = ""
    valid_from: date
    valid_until: date | None = None


LINES: dict[Noun, type[msgspec.Struct]] = {
    Noun.institutions: InstitutionLine,
    Noun.agreements: AgreementLine,
    Noun.practitioners: PractitionerLine,
    Noun.terminals: TerminalLine,
    Noun.operators: OperatorLine,
}
T = TypeVar("T", bound=msgspec.Struct)


class UnfitLinesError(Exception):
    """A file that can't be taken; ``faults`` says which lines and why, at most twenty."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


def read_lines(path: Path, kind: type[T]) -> list[T]:
    """The lines of a file. Raises UnfitLinesError naming the lines that don't fit; columns that may be empty may be missing."""
    if path.stat().st_size > FILE_OCTETS_MAX:
        raise UnfitLinesError([f"the file has more than {FILE_OCTETS_MAX} octets: bring it in parts"])
    found, faults = [], []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=2):
                if number > LINES_MAX + 1:
                    raise UnfitLinesError([f"more than {LINES_MAX} lines: bring the file in parts"])
                given = {name: value.strip() for name, value in row.items() if name and value and value.strip()}
                if None in row:
                    faults.append(f"line {number}: more values than the header has columns")
                    continue
                try:
                    found.append(msgspec.convert(given, kind, strict=False))
                except msgspec.ValidationError as fault:
                    faults.append(f"line {number}: {fault}")
                if len(faults) == FAULTS_MOST:
                    break
    except (UnicodeDecodeError, csv.Error) as fault:
        raise UnfitLinesError([f"no UTF-8 text with commas: {fault}"]) from fault
    if faults or not found:
        raise UnfitLinesError(faults or ["the file has no lines"])
    return found


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """What was entered: how many lines, and what each new operator signs in with, told once."""

    count: int
    handed_over: tuple[tuple[str, str, str, str], ...] = ()
    """(institution code, operator code, first password, second factor as base32)."""


async def register(tx: Tx, clock: Clock, sealer: Sealer, *, noun: Noun, lines: Sequence[Any], actor: str) -> Registered:
    """Enter the lines of one file. Raises UnfitLinesError where they don't fit what stands already; then nothing is kept."""
    directory = institutions.Directory(sealer)
    await directory.fresh(tx)
    done: Registered = await _REGISTRARS[noun](tx, clock, sealer, directory, lines, actor)
    return done


def _ids_of(directory: institutions.Directory, lines: Sequence[Any]) -> dict[str, int]:
    """The institutions that lines name. Raises UnfitLinesError for those that are not registered."""
    places = {code: directory.by_code(code) for code in {line.institution_code for line in lines}}
    unknown = sorted(code for code, place in places.items() if place is None)
    if unknown:
        raise UnfitLinesError([f"{code} is not registered" for code in unknown[:FAULTS_MOST]])
    return {code: place.institution_id for code, place in places.items() if place is not None}


def _refuse_known(names: Sequence[Any], known: Callable[[Any], bool]) -> None:
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    there = [name for name in names if known(name)]
    faults = [f"{name} stands twice in the file" for name in twice] + [
        f"{name} is registered already" for name in there
    ]
    if faults:
        raise UnfitLinesError(faults[:FAULTS_MOST])


async def _institutions(
    tx: Tx, clock: Clock, _: Sealer, directory: institutions.Directory, lines: Sequence[InstitutionLine], actor: str
) -> Registered:
    _refuse_known([line.institution_code for line in lines], lambda code: directory.by_code(code) is not None)
    first = max((one.institution_id for one in directory.list_all()), default=1_000) + 1
    rows = [
        Institution(
            institution_id=first + n,
            state=InstitutionState.active,
            public_key=None,
            agreements=(),
            **msgspec.structs.asdict(line),
        )
        for n, line in enumerate(lines)
    ]
    await institutions.register_institutions(tx, clock, institutions=rows, actor=actor)
    return Registered(count=len(rows))


async def _agreements(
    tx: Tx, clock: Clock, _: Sealer, directory: institutions.Directory, lines: Sequence[AgreementLine], actor: str
) -> Registered:
    ids = _ids_of(directory, lines)
    rows = [ServiceAgreement(institution_id=ids[one.institution_code], **_rest(one)) for one in lines]
    try:
        await institutions.agree_services(tx, clock, agreements=rows, actor=actor)
    except ValueError as fault:
        raise UnfitLinesError([str(fault)]) from fault
    return Registered(count=len(rows))


async def _practitioners(
    tx: Tx, clock: Clock, _: Sealer, directory: institutions.Directory, lines: Sequence[PractitionerLine], actor: str
) -> Registered:
    ids = _ids_of(directory, lines)
    names = [(line.institution_code, line.practitioner_code) for line in lines]
    _refuse_known(names, lambda name: directory.practitioner(ids[name[0]], name[1]) is not None)
    rows = [
        Practitioner(institution_id=ids[one.institution_code], payment_standing=PaymentStanding.good, **_rest(one))
        for one in lines
    ]
    await institutions.add_practitioners(tx, clock, practitioners=rows, actor=actor)
    return Registered(count=len(rows))


async def _terminals(
    tx: Tx, clock: Clock, _: Sealer, directory: institutions.Directory, lines: Sequence[TerminalLine], actor: str
) -> Registered:
    ids = _ids_of(directory, lines)
    names = [(line.institution_code, line.terminal_code) for line in lines]
    _refuse_known(names, lambda name: directory.terminal(ids[name[0]], name[1]) is not None)
    rows = [Terminal(institution_id=ids[one.institution_code], active=True, **_rest(one)) for one in lines]
    await institutions.add_terminals(tx, clock, terminals=rows, actor=actor)
    return Registered(count=len(rows))


async def _operators(
    tx: Tx, clock: Clock, sealer: Sealer, directory: institutions.Directory, lines: Sequence[OperatorLine], actor: str
) -> Registered:
    ids, randomness = _ids_of(directory, lines), Randomness()
    names = [(line.institution_code, line.operator_code) for line in lines]
    _refuse_known(names, lambda name: directory.operator(ids[name[0]], name[1]) is not None)
    rows, handed = [], []
    for line in lines:
        password, factor = randomness.octets(9).hex(), randomness.octets(20)
        rows.append(
            NewOperator(
                institution_id=ids[line.institution_code],
                password_hash=hash_password(password, randomness.octets(16)),
                second_factor_secret=factor,
                **_rest(line),
            )
        )
        handed.append((line.institution_code, line.operator_code, password, base64.b32encode(factor).decode()))
    await institutions.add_operators(tx, clock, sealer, operators=rows, actor=actor)
    return Registered(count=len(rows), handed_over=tuple(handed))


def _rest(line: msgspec.Struct) -> dict[str, Any]:
    """A line without the institution's code."""
    return {name: value for name, value in msgspec.structs.asdict(line).items() if name != "institution_code"}


_REGISTRARS: Mapping[Noun, Callable[..., Any]] = {
    Noun.institutions: _institutions,
    Noun.agreements: _agreements,
    Noun.practitioners: _practitioners,
    Noun.terminals: _terminals,
    Noun.operators: _operators,
}


async def enter_items(tx: Tx, clock: Clock, *, lines: Sequence[ItemLine], actor: str) -> int:
    """Enter rows of the catalogue. Raises UnfitLinesError where a code would have two rows of one area on one day."""
    rows = []
    for made_id, line in zip(tx.ids.take(len(lines)), lines, strict=True):
        fields = msgspec.structs.asdict(line)
        limits = {
            level.value: limit
            for level in InstitutionLevel
            if (limit := fields.pop(f"limit_{level.value}")) is not None
        }
        rows.append(CatalogueItem(catalogue_item_id=made_id, price_limit_micro=limits, **fields))
    try:
        await catalogue.import_items(tx, clock, rows=rows, actor=actor)
    except ValueError as fault:
        raise UnfitLinesError([str(fault)]) from fault
    return len(rows)
