from collections.abc import Iterator
from datetime import date, timedelta

import msgspec
import pytest

from openyibao.demo import install, make_population
from openyibao.kit.clock import FakeClock, unix_seconds
from openyibao.kit.crypto import KeyPurpose, KeyRing, Sealer, Suite, make_data_key
from openyibao.kit.db import Tx
from openyibao.kit.ids import SeededRandomness
from openyibao.kit.outcome import Refused
from openyibao.rooms.catalogue import NATIONAL, Catalogue, PaymentClass, import_items
from openyibao.rooms.institutions import (
    Directory,
    Operator,
    issue_session_keys,
    resume,
    second_factor_code,
    sign_in,
    suspend,
)
from openyibao.rooms.people import (
    Enrolment,
    enjoyed_enrolment,
    find_by_document,
    find_registered,
    funds_stopped,
    lock_enrolments,
    parse_identity_number,
    read_enrolments,
    read_persons,
    register_persons,
)

ON = date(2026, 11, 23)


@pytest.fixture
def sealer() -> Iterator[Sealer]:
    made = [
        make_data_key(key_id=number, purpose=purpose, suite=Suite.national, made_on=ON)
        for number, purpose in enumerate((KeyPurpose.seal, KeyPurpose.digest), 1)
    ]
    return Sealer(KeyRing(made))


def test_the_same_seed_makes_the_same_population():
    assert make_population(7, people=50) == make_population(7, people=50)
    assert make_population(7, people=50) != make_population(8, people=50)


def test_made_up_people_have_valid_numbers_that_were_never_issued():
    population = make_population(people=3_000)
    numbers = [each.person.document_number for each in population.people]
    assert len(set(numbers)) == len(numbers)
    for each in population.people:
        facts = parse_identity_number(each.person.document_number)
        assert not isinstance(facts, Refused)
        assert (facts.birth_on, facts.sex) == (each.person.birth_on, each.person.sex)
        assert each.person.document_number.startswith("999")


def test_the_catalogue_has_every_kind_of_line():
    rows = make_population(people=1).catalogue
    assert len(rows) == 300
    assert len({row.item_code for row in rows}) == 300
    assert {row.payment_class for row in rows} == set(PaymentClass)
    assert any(row.first_share_bp for row in rows)
    assert any(row.first_share_fixed_fen for row in rows)
    assert any(row.restricted for row in rows)
    assert any(row.trace_due for row in rows)
    assert any(row.price_limit_micro for row in rows)


async def test_an_installed_population_is_found_again(tx: Tx, clock: FakeClock, sealer: Sealer):
    population = make_population(people=120)
    installed = await install(tx, clock, sealer, population=population)
    person, made = installed.persons[2], population.people[2]
    found = await find_by_document(tx, sealer, made.person.document_type, made.person.document_number.lower())
    assert found == person
    stranger = made.person.document_number[:-4] + "0000"
    assert await find_by_document(tx, sealer, made.person.document_type, stranger) is None
    assert await read_persons(tx, sealer, [(person.bucket, person.person_id), (1, 2)]) == {
        (person.bucket, person.person_id): person
    }
    again = await register_persons(tx, clock, sealer, persons=[made.person, made.person], actor="test")
    assert [each.code for each in again if isinstance(each, Refused)] == ["person_already_registered"] * 2


async def test_enrolments_are_read_by_cell_and_person(tx: Tx, clock: FakeClock, sealer: Sealer):
    installed = await install(tx, clock, sealer, population=make_population(people=120))
    assert {each.cell for each in installed.enrolments} == {11010000, 11010001}
    wanted = [(each.cell, each.person_id) for each in installed.enrolments[:5]]
    other = (wanted[0][0] ^ 1, wanted[0][1])
    locked = await lock_enrolments(tx, [*wanted, other])
    assert locked == await read_enrolments(tx, [*wanted, other])
    assert locked[other] == []
    assert await read_enrolments(tx, []) == {}
    in_arrears = enjoyed_enrolment(locked[wanted[2]], ON)
    assert isinstance(in_arrears, Enrolment)
    assert in_arrears == installed.enrolments[2]
    assert funds_stopped(in_arrears, ON) == ("large_sum", "pooled_fund")


async def test_an_areas_own_line_comes_before_the_national_one(tx: Tx, clock: FakeClock, sealer: Sealer):
    rows = make_population(people=1).catalogue
    own = msgspec.structs.replace(
        rows[0], catalogue_item_id=9001, catalogue_area=110100, valid_until=date(2026, 12, 31)
    )
    await import_items(tx, clock, rows=[*rows, own])
    catalogue = Catalogue()
    await catalogue.fresh(tx)
    assert catalogue.find(own.item_code, 110100, ON) == own
    assert catalogue.find(own.item_code, 110100, date(2027, 1, 1)) == rows[0]
    assert catalogue.find(own.item_code, 310100, ON) == rows[0]
    assert catalogue.find(own.item_code, NATIONAL, date(2023, 1, 1)) is None
    assert catalogue.find("unknown", 110100, ON) is None
    assert catalogue.by_id(9001) == own
    assert len(catalogue.list_area(110100, ON)) == 300
    later = msgspec.structs.replace(rows[1], catalogue_item_id=9002, valid_from=ON)
    with pytest.raises(ValueError, match="two rows"):
        await import_items(tx, clock, rows=[later])


async def test_an_operator_signs_in_with_two_factors_and_is_locked_after_five_failures(
    tx: Tx, clock: FakeClock, sealer: Sealer
):
    installed = await install(tx, clock, sealer, population=make_population(people=1))
    directory = Directory(sealer)
    await directory.fresh(tx)
    counter = installed.operators[0]

    async def attempt(password: str, *, apart: int = 0) -> Operator | Refused:
        step = unix_seconds(clock.now()) // 30 + apart
        return await sign_in(
            tx,
            clock,
            sealer,
            directory,
            institution_code=counter.institution_code,
            operator_code=counter.operator_code,
            password=password,
            second_factor=second_factor_code(counter.second_factor_secret, step),
        )

    assert isinstance(await attempt(counter.password), Operator)
    used_twice = await attempt(counter.password)
    assert isinstance(used_twice, Refused)
    assert used_twice.code == "sign_in_refused"
    clock.move(timedelta(minutes=1))
    for _ in range(4):
        assert isinstance(await attempt("wrong"), Refused)
    locked = await attempt(counter.password)
    assert isinstance(locked, Refused)
    assert locked.code == "sign_in_locked"
    clock.move(timedelta(minutes=15))
    assert isinstance(await attempt(counter.password), Operator)


async def test_a_suspended_institution_loses_its_session_keys(tx: Tx, clock: FakeClock, sealer: Sealer):
    installed = await install(tx, clock, sealer, population=make_population(people=1))
    directory = Directory(sealer)
    await directory.fresh(tx)
    counter = installed.operators[0]
    place = directory.by_code(counter.institution_code)
    assert place is not None
    assert directory.by_id(place.institution_id) == place
    assert directory.terminal(place.institution_id, "T01") is not None
    assert directory.terminal(place.institution_id, "T09") is None
    assert directory.operator(place.institution_id, counter.operator_code) is not None
    (key,) = await issue_session_keys(
        tx, clock, sealer, SeededRandomness(1), institution_ids=[place.institution_id], actor="test"
    )
    assert directory.session_key(key.session_key_id) is None
    assert await directory.load_session_key(tx, key.session_key_id) == key
    assert directory.session_key(key.session_key_id) == key
    assert await suspend(tx, clock, institution_ids=[place.institution_id], actor="test") == [place.institution_id]
    assert await suspend(tx, clock, institution_ids=[place.institution_id], actor="test") == []
    await directory.fresh(tx)
    assert directory.session_key(key.session_key_id) is None
    assert await directory.load_session_key(tx, key.session_key_id) is None
    assert await resume(tx, clock, institution_ids=[place.institution_id], actor="test") == [place.institution_id]


async def test_a_person_is_found_for_activation_only_with_name_number_and_registered_phone_together(
    tx: Tx, clock: FakeClock, sealer: Sealer
) -> None:
    installed = await install(tx, clock, sealer, population=make_population(people=2, institutions=1))
    made = make_population(people=2, institutions=1).people[0].person
    given = {"document_type": made.document_type, "number": made.document_number, "name": made.name}
    found = await find_registered(tx, sealer, **given, phone=made.phone)
    assert found is not None
    assert found.person_id == installed.persons[0].person_id
    assert await find_registered(tx, sealer, **given, phone="10099999999") is None
    assert await find_registered(tx, sealer, **{**given, "name": "别人"}, phone=made.phone) is None
