import pytest
from rules.glossary import (
    GLOSSARY,
    find_own_words_not_in_code,
    find_records_without_a_word,
    find_words_built_meanwhile,
    find_words_not_in_code,
)
from rules.source import SourceTree, planted

RECORDS = "src/openyibao/rooms/people/records.py"
PEOPLE = """
    class InsuredPerson:
        birth_on: date

        def age(self): ...

    class Sex:
        male = "male"

    def find_person(tx, *, document_number): ...
"""


def glossary(names: str, home: str) -> dict[str, str]:
    return {
        GLOSSARY: f"| 中文 | term | in code | home |\n|---|---|---|---|\n| 参保人 | insured person | {names} | {home} |\n"
    }


def test_every_word_of_the_glossary_is_found_where_it_says(repository: SourceTree) -> None:
    assert find_words_not_in_code(repository) == []


def test_no_word_marked_later_is_built(repository: SourceTree) -> None:
    assert find_words_built_meanwhile(repository) == []


def test_every_public_record_has_its_word(repository: SourceTree) -> None:
    assert find_records_without_a_word(repository) == []


def test_no_own_word_outlives_its_record(repository: SourceTree) -> None:
    assert find_own_words_not_in_code(repository) == []


def test_the_glossary_is_read_at_all(repository: SourceTree) -> None:
    emptied = SourceTree({GLOSSARY: repository.texts[GLOSSARY]})
    assert len(find_words_not_in_code(emptied)) > 50


@pytest.mark.parametrize(
    "names", ["`Insured`", "`InsuredPerson.death_on`", "`Sex.unknown`", "`find_people()`", "`death_on`", "`birth_on()`"]
)
def test_a_word_the_code_does_not_have_is_a_fault(names: str) -> None:
    assert len(find_words_not_in_code(planted(RECORDS, PEOPLE, **glossary(names, "people")))) == 1


def test_a_word_in_another_room_than_its_home_is_a_fault() -> None:
    assert len(find_words_not_in_code(planted(RECORDS, PEOPLE, **glossary("`InsuredPerson`", "areas")))) == 1


def test_words_the_code_has_are_none() -> None:
    names = (
        "`InsuredPerson`, `InsuredPerson.birth_on`, `InsuredPerson.age`, `Sex.male`, `find_person()`, `document_number`"
    )
    assert find_words_not_in_code(planted(RECORDS, PEOPLE, **glossary(names, "people"))) == []
    assert find_words_not_in_code(planted(RECORDS, PEOPLE, **glossary("`Channel`, `day_cut`", "later"))) == []


def test_a_word_marked_later_that_is_built_is_a_fault() -> None:
    tree = planted(RECORDS, PEOPLE, **glossary("`InsuredPerson`, `find_person()`, `Channel`", "later"))
    assert len(find_words_built_meanwhile(tree)) == 2


def test_a_public_record_without_a_word_is_a_fault() -> None:
    faults = find_records_without_a_word(planted(RECORDS, PEOPLE, **glossary("`InsuredPerson.birth_on`", "people")))
    assert [fault.says.split()[1] for fault in faults] == ["Sex"]


def test_a_record_among_the_own_words_or_a_private_one_is_none() -> None:
    own = {GLOSSARY: "## Own words\n- `InsuredPerson`, `Sex`\n"}
    assert find_records_without_a_word(planted(RECORDS, PEOPLE + "\n    class _Row: ...\n", **own)) == []


def test_an_own_word_without_a_record_is_a_fault() -> None:
    own = {GLOSSARY: "# Words\n\n## Own words\n\n- people: `Sex`,\n  `Height`.\n\n## Naming\n- `Name`\n"}
    (fault,) = find_own_words_not_in_code(planted(RECORDS, PEOPLE, **own))
    assert (fault.line, fault.says.partition(":")[0]) == (6, "Height")
