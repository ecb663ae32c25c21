"""The made-up population: pure generation from a seed, and its writing through the rooms' doors. 中文: 演示人群。"""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from openyibao.demo.goods import make_catalogue
from openyibao.demo.places import POOLING_AREA, DemoOperator, Places, make_places
from openyibao.demo.stocking import stock_shelves
from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Tx
from openyibao.kit.ids import SeededRandomness
from openyibao.rooms.areas import Areas, load_divisions
from openyibao.rooms.catalogue import CatalogueItem, import_items
from openyibao.rooms.institutions import (
    Directory,
    NewOperator,
    add_operators,
    add_practitioners,
    add_terminals,
    hash_password,
    register_institutions,
)
from openyibao.rooms.people import (
    DocumentType,
    Enrolment,
    EntitlementPeriod,
    EntitlementState,
    InsuranceType,
    InsuredPerson,
    NewEnrolment,
    NewPerson,
    PersonCategory,
    Sex,
    check_digit,
    enrol,
    register_persons,
)

CELLS = {POOLING_AREA: 2}
"""Beijing's made-up pool has two cells, so that a demo meets both."""

ACTOR = "demo"
_FAMILY = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
_GIVEN = (
    "安",
    "宁",
    "明",
    "悦",
    "子涵",
    "思远",
    "晓晨",
    "文博",
    "雨桐",
    "嘉禾",
    "建国",
    "淑兰",
    "一诺",
    "海峰",
    "春梅",
    "志强",
)
_AGENCIES = (110101, 110102, 110105, 110106, 110108, 110112)
_BEGINS_ON = date(2020, 1, 1)
_PERIOD_FUNDS = ("large_sum", "pooled_fund")
_DEMO_COST = 10


class DemoPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Someone made up, with the one enrolment they get and what stands on their personal account at first."""

    person: NewPerson
    agency_area: int
    insurance_type: InsuranceType
    person_category: PersonCategory
    account_fen: int
    state: EntitlementState
    groups: tuple[str, ...] = ()


class Population(msgspec.Struct, frozen=True, kw_only=True):
    """All that is made up from one seed."""

    people: tuple[DemoPerson, ...]
    places: Places
    catalogue: tuple[CatalogueItem, ...]

    @property
    def operators(self) -> tuple[DemoOperator, ...]:
        """How to sign in at the counters."""
        return self.places.operators


class Installed(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, in the order of ``Population.people``: for the ledger to open accounts, and for the printing."""

    persons: tuple[InsuredPerson, ...]
    enrolments: tuple[Enrolment, ...]
    accounts_fen: tuple[int, ...]
    operators: tuple[DemoOperator, ...]


def make_population(
    seed: int = 1, *, people: int = 1_000, institutions: int = 20, catalogue_lines: int = 300
) -> Population:
    """Make a population. The first four people are always: employee, retired, employee in arrears, resident child."""
    source = SeededRandomness(seed)
    return Population(
        people=tuple(_person(number, source) for number in range(people)),
        places=make_places(institutions, source),
        catalogue=make_catalogue(catalogue_lines, source),
    )


async def install(tx: Tx, clock: Clock, sealer: Sealer, *, population: Population) -> Installed:
    """Write divisions, areas, institutions, catalogue, packs and people into an empty database, in this transaction.

    Personal accounts are the ledger's: open them from ``enrolments`` and ``accounts_fen``.
    """
    await load_divisions(tx, clock, cells=CELLS)
    areas = Areas()
    await areas.fresh(tx)  # this cache lives no longer than the transaction
    await _install_places(tx, clock, sealer, population.places)
    await import_items(tx, clock, rows=population.catalogue)
    places = population.places.institutions
    await stock_shelves(tx, clock, Directory(sealer), places=places, catalogue=population.catalogue)
    news = [each.person for each in population.people]
    answers = await register_persons(tx, clock, sealer, persons=news, actor=ACTOR)
    persons = [each for each in answers if isinstance(each, InsuredPerson)]
    wanted = [_enrolment(made, each) for made, each in zip(persons, population.people, strict=True)]
    enrolled = await enrol(tx, clock, areas, enrolments=wanted, actor=ACTOR)
    enrolments = [each for each in enrolled if isinstance(each, Enrolment)]
    if len(enrolments) != len(persons):
        raise RuntimeError("the made-up population does not fit the areas")
    return Installed(
        persons=tuple(persons),
        enrolments=tuple(enrolments),
        accounts_fen=tuple(each.account_fen for each in population.people),
        operators=population.operators,
    )


async def _install_places(tx: Tx, clock: Clock, sealer: Sealer, places: Places) -> None:
    await register_institutions(tx, clock, institutions=places.institutions, actor=ACTOR)
    await add_practitioners(tx, clock, practitioners=places.practitioners, actor=ACTOR)
    await add_terminals(tx, clock, terminals=places.terminals, actor=ACTOR)
    operators = [
        NewOperator(
            institution_id=each.institution_id,
            operator_code=each.operator_code,
            name=each.name,
            role=each.role,
            # The salt follows from the made-up secret: the same seed, the same rows. Cheap, since it is printed anyway.
            password_hash=hash_password(each.password, each.second_factor_secret[:16], cost=_DEMO_COST),
            second_factor_secret=each.second_factor_secret,
        )
        for each in places.operators
    ]
    await add_operators(tx, clock, sealer, operators=operators, actor=ACTOR)


def _enrolment(person: InsuredPerson, made: DemoPerson) -> NewEnrolment:
    return NewEnrolment(
        person_id=person.person_id,
        agency_area=made.agency_area,
        insurance_type=made.insurance_type,
        person_category=made.person_category,
        groups=made.groups,
        birth_on=person.birth_on,
        begins_on=max(_BEGINS_ON, person.birth_on),
        entitlements=tuple(
            EntitlementPeriod(fund=fund, begins_on=max(_BEGINS_ON, person.birth_on), ends_on=None, state=made.state)
            for fund in _PERIOD_FUNDS
        ),
    )


def _person(number: int, source: SeededRandomness) -> DemoPerson:
    """In a hundred: 66 employees (one in arrears), 28 retired, 6 residents, who have no policy in the demo."""
    turn = number % 100
    insurance, state = InsuranceType.employee, EntitlementState.paid
    if turn == 2:
        state = EntitlementState.arrears
    if turn in {1, *range(10, 37)}:
        category, born = PersonCategory.retired, date(1945, 1, 1)
    elif turn in {3, 95, 96, 97, 98, 99}:
        insurance, category, born = InsuranceType.resident, PersonCategory.resident_child, date(2012, 1, 1)
    else:
        category, born = PersonCategory.employee, date(1970, 1, 1)
    birth_on = born + timedelta(days=source.below(365 * 14 if category is not PersonCategory.employee else 365 * 30))

    has_account = insurance is InsuranceType.employee
    return DemoPerson(
        person=_new_person(number, birth_on, source),
        agency_area=_AGENCIES[source.below(len(_AGENCIES))],
        insurance_type=insurance,
        person_category=category,
        account_fen=50_000 + source.below(750_000) if has_account else 0,
        state=state,
    )


def _new_person(number: int, birth_on: date, source: SeededRandomness) -> NewPerson:
    male = source.below(2)
    # 999 was never issued as an area; number spreads over area and sequence so that no two are equal.
    first_17 = f"999{number // 500 % 1000:03d}{birth_on:%Y%m%d}{number % 500 * 2 + male:03d}"
    name = _FAMILY[source.below(len(_FAMILY))] + _GIVEN[source.below(len(_GIVEN))]
    return NewPerson(
        name=name,
        document_type=DocumentType.identity_card,
        document_number=first_17 + check_digit(first_17),
        sex=Sex.male if male else Sex.female,
        birth_on=birth_on,
        phone=f"100{number:08d}",
    )
