"""Nonsense in every field of the officers' desk."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from family_house import person_of
from journey_house import House
from route_places import Place
from test_office import PERSON, Desk


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    made = Desk(house)
    try:
        yield made
    finally:
        await made.close()


async def test_nonsense_in_every_field_is_answered_calmly(desk: Desk) -> None:
    nonsense = (
        "",
        " ",
        "\x00",
        "<b>x</b>",
        "9" * 200,
        "-1",
        "张" * 41,
        "'; drop table persons",
        "9-9",
        "1-" + "9" * 19,
    )
    await desk.find(person_of(desk.house, PERSON))
    forms: dict[Place, dict[str, tuple[str, ...]]] = {
        Place.office_officer: {
            "propose/enter_kinship": ("guardian_name", "guardian_number", "basis", "proof", "proof_number"),
            "propose/consent_mandate": ("named",),
            "propose/change_identity": ("new_name", "new_document_type", "new_document_number"),
            "propose/what": ("x",),
            "password": ("named", "password", "password_again"),
            "transfers": ("named", "act", "on", "words"),
            "disputes/Y-1": ("finding", "words"),
            "person": ("name", "document_type", "document_number", "why"),
        },
        Place.office_approver: {"approvals": ("named", "decision")},
        Place.office_hotline: {
            "hotline": ("name", "document_type", "document_number", "call_back", "why", "last_visit"),
            "hotline/act": ("named", "act", "call_back"),
        },
        Place.office_security: {
            "roles": ("act", "institution_code", "operator_code", "role", "why"),
            "roles/decide": ("named", "decision"),
        },
    }
    for role, paths in forms.items():
        for path, names in paths.items():
            for text in nonsense:
                answer = await desk.send(role, path, **dict.fromkeys(names, text))
                assert answer.status_code in {200, 303, 422}, (path, text, answer.status_code)
                assert "<b>x</b>" not in answer.text
