"""Numbers of every kind of document: what can be one, and what is said of one that can't. All are made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openyibao.kit.outcome import Refused
from openyibao.rooms.people import (
    DocumentType,
    check_digit,
    document_fault,
    organisation_check_digits,
    organisation_fault,
)


def checked(first_17: str) -> str:
    return first_17 + check_digit(first_17)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("identity_card", checked("99900119900307123")),
        ("identity_card", " " + checked("99900119491231002").lower()),
        ("residence_permit", checked("81999919900307123")),
        ("residence_permit", checked("83999919900307124")),
        ("hong_kong_macao_permit", "H99900001"),
        ("hong_kong_macao_permit", "M9990000102"),
        ("taiwan_permit", "99900001"),
        ("taiwan_permit", "9990000101"),
        ("taiwan_permit", "9990000101B"),
        ("foreign_permanent_residence", checked("99900119850214001")),
        ("foreign_permanent_residence", "ZZZ999985021401"),
        ("passport", "E99900001"),
        ("passport", "X1234"),
        ("birth_certificate", "Z999000001"),
        ("household_register", "999000001"),
        ("household_register", checked("99900120260307123")),
    ],
)
def test_a_number_of_its_kind_is_taken(kind: str, number: str) -> None:
    assert document_fault(DocumentType(kind), number) is None


@pytest.mark.parametrize(
    ("kind", "number", "code", "facts"),
    [
        ("identity_card", checked("99900119900307123")[:-1], "document_length_wrong", {"length": 17, "expected": "18"}),
        ("identity_card", "", "document_length_wrong", {"length": 0}),
        ("identity_card", "9990O1199003071233", "document_character_wrong", {"position": 5}),
        ("identity_card", "9990011990030712XX", "document_character_wrong", {"position": 17}),
        ("identity_card", "99900119900307123Y", "document_character_wrong", {"position": 18}),
        ("identity_card", "９９９００１199003071233", "document_character_wrong", {"position": 1}),
        ("identity_card", checked("99900119900230123"), "document_date_wrong", {"first": 7, "last": 14}),
        ("residence_permit", checked("84999919900307123"), "document_character_wrong", {"position": 2}),
        ("residence_permit", checked("99900119900307123"), "document_character_wrong", {"position": 1}),
        ("hong_kong_macao_permit", "K99900001", "document_character_wrong", {"position": 1}),
        ("hong_kong_macao_permit", "H999000010", "document_length_wrong", {"expected": "9/11"}),
        ("taiwan_permit", "T9900001", "document_character_wrong", {"position": 1}),
        ("foreign_permanent_residence", checked("89900119850214001"), "document_character_wrong", {"position": 1}),
        ("foreign_permanent_residence", "ZZZ999985134001", "document_date_wrong", {"first": 8, "last": 13}),
        ("foreign_permanent_residence", "ZZZ99998502", "document_length_wrong", {"expected": "15/18"}),
        ("passport", "E9990-001", "document_character_wrong", {"position": 6}),
        ("passport", "E1", "document_length_wrong", {"expected": "5-17"}),
        ("birth_certificate", "9999000001", "document_character_wrong", {"position": 1}),
        ("household_register", "99", "document_length_wrong", {"length": 2}),
    ],
)
def test_a_number_that_cannot_be_one_is_told_where(kind: str, number: str, code: str, facts: dict[str, object]) -> None:
    refused = document_fault(DocumentType(kind), number)
    assert isinstance(refused, Refused)
    assert (refused.code, {**refused.facts, **facts}) == (code, refused.facts)
    for language in ("zh", "en"):
        assert "—" not in refused.sentence(language) + refused.next_step(language)
        assert len(number) < 8 or number not in refused.sentence(language)


@given(st.integers(0, 16), st.integers(1, 9))
def test_no_wrong_digit_passes_for_an_identity_card(position: int, more: int) -> None:
    number = checked("99900119900307123")
    wrong = number[:position] + str((int(number[position]) + more) % 10) + number[position + 1 :]
    assert document_fault(DocumentType.identity_card, wrong) is not None


@pytest.mark.parametrize("first_16", ["91999900MA0000001"[:16], "93999900ABCDEFGH"[:16], "5199990099900001"])
def test_the_last_characters_of_a_credit_code_check_the_others(first_16: str) -> None:
    assert organisation_fault(first_16 + organisation_check_digits(first_16)) is None


def test_a_known_credit_code_holds() -> None:
    # The standard's own example (GB 32100).
    assert organisation_fault("91350100M000100Y43") is None


@pytest.mark.parametrize(
    ("change", "code", "position"),
    [
        (lambda n: n[:-1], "document_length_wrong", None),
        (lambda n: "I" + n[1:], "document_character_wrong", 1),
        (lambda n: n[:4] + "A" + n[5:], "document_character_wrong", 5),
        (lambda n: n[:12] + ("1" if n[12] != "1" else "2") + n[13:], "organisation_check_wrong", 17),
        (lambda n: n[:2] + ("1" if n[2] != "1" else "2") + n[3:], "organisation_check_wrong", 18),
    ],
)
def test_a_wrong_credit_code_is_told_where(change: object, code: str, position: int | None) -> None:
    assert callable(change)
    refused = organisation_fault(change("5199990099900001" + organisation_check_digits("5199990099900001")))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.facts.get("position")) == (code, position)
