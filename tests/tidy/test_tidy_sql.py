import pytest
from exceptions import SQL
from rules.source import SourceTree, let_through, planted
from rules.sql import find_sql_outside_stores, find_sql_time

RULES, STORE = "src/openyibao/rooms/people/rules.py", "src/openyibao/rooms/people/store.py"
MIGRATION = "src/openyibao/migrations/versions/0001_ground.sql"


def test_the_repository_has_sql_in_stores_only(repository: SourceTree) -> None:
    assert let_through(find_sql_outside_stores(repository), SQL) == []


def test_the_repository_asks_no_database_for_the_time(repository: SourceTree) -> None:
    assert find_sql_time(repository) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select name from persons",
        "SELECT 1 FROM persons",
        "select pg_advisory_xact_lock($1)",
        "insert into persons (name) values ($1)",
        "update persons set name = $1",
        "update persons as p set (name, sex) = ($1, $2)",
        "copy persons (name) from stdin",
        "delete from persons",
        "with late as (select 1) select * from late",
        "create table persons (cell int)",
        "alter table persons add column sex text",
        " where cell = any($1) and person_id = any($2)",
        "set local statement_timeout = 1000",
    ],
)
def test_sql_outside_a_store_is_a_fault(sql: str) -> None:
    code = f'QUERY = """{sql}"""\n'
    assert len(find_sql_outside_stores(planted(RULES, code))) == 1
    assert len(find_sql_outside_stores(planted("src/openyibao/fronts/api/people.py", code))) == 1
    for allowed in (
        STORE,
        "src/openyibao/kit/db.py",
        "src/openyibao/kit/requests.py",
        "src/openyibao/migrations/env.py",
    ):
        assert find_sql_outside_stores(planted(allowed, code)) == []


def test_sql_in_an_f_string_is_a_fault_once() -> None:
    assert len(find_sql_outside_stores(planted(RULES, 'query = f"select {columns} from {table} where cell = $1"'))) == 1


@pytest.mark.parametrize(
    "sentence",
    [
        "Select a person from the list",
        "update the page and set it aside",
        "delete a binding from any channel",
        "where the visit was",
        "copy of the slip",
        "insert the card",
    ],
)
def test_a_sentence_is_no_sql(sentence: str) -> None:
    assert find_sql_outside_stores(planted(RULES, f"HELP = {sentence!r}")) == []


def test_sql_in_a_docstring_is_none() -> None:
    assert find_sql_outside_stores(planted(RULES, '"""select name from persons"""\n')) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select now()",
        "select name from persons where born = current_date",
        "insert into persons (at) values (CURRENT_TIMESTAMP)",
        "select localtimestamp",
        "select clock_timestamp()",
        "select opened_at::date from encounters",
        "select cast(opened_at as date) from encounters",
        "select 'today'::text",
        "create table persons (at timestamptz default now())",
    ],
)
def test_sql_that_asks_for_the_time_is_a_fault_in_store_and_migration(sql: str) -> None:
    assert len(find_sql_time(planted(STORE, f'QUERY = """{sql}"""\n'))) == 1
    assert len(find_sql_time(planted(MIGRATION, f"-- now() in a comment\n{sql};\n"))) == 1


def test_a_fault_in_a_migration_is_found_at_its_line() -> None:
    assert [
        fault.line for fault in find_sql_time(planted(MIGRATION, "/* two\nlines */\nselect 1;\nselect now();\n"))
    ] == [4]


@pytest.mark.parametrize(
    "sql",
    ["select * from unnest($1::date[], $12::date)", "select null::date", "select know(1)", "select 1 -- not now()"],
)
def test_a_typed_parameter_says_no_time(sql: str) -> None:
    assert find_sql_time(planted(STORE, f"QUERY = {sql!r}")) == []
    assert find_sql_time(planted(MIGRATION, sql)) == []


def test_time_words_in_a_docstring_or_alone_are_none() -> None:
    code = '"""Never now() or current_date."""\nWORDS = ("today", "current_date")\n'
    assert find_sql_time(planted(STORE, code)) == []
