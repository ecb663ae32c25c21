"""What the audit is told of institutions, what they agreed and who works there: each row whole, whenever it is set.

Sealed and hashed columns are told as they are stored, so that nobody gives an operator another password behind the audit's
back. Session keys end by themselves, and are not held. 中文: 机构审计内容。
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent, named_subject
from openyibao.rooms.institutions import store


def told_of_institution(row: Mapping[str, Any]) -> ExpectedEvent:
    """An institution, without its agreements."""
    return _told("institution_set", row["institution_id"], row, "institution", "institution_code")


def told_of_agreement(row: Mapping[str, Any]) -> ExpectedEvent:
    """A service agreement."""
    return _named("service_agreed", row, "service agreement", *store.AGREEMENT_KEY)


def told_of_practitioner(row: Mapping[str, Any]) -> ExpectedEvent:
    """Who works at an institution."""
    return _named("practitioner_set", row, "practitioner", "institution_id", "practitioner_code")


def told_of_terminal(row: Mapping[str, Any]) -> ExpectedEvent:
    """A terminal."""
    return _named("terminal_set", row, "terminal", "institution_id", "terminal_code")


def told_of_operator(row: Mapping[str, Any]) -> ExpectedEvent:
    """Who signs in, as what, by which password and second factor."""
    return _named("operator_set", row, "operator", "institution_id", "operator_code")


async def expected_of_institutions(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told last of all of these; they are in every process's memory anyway."""
    tables = (
        (store.list_institution_rows, told_of_institution),
        (store.list_agreement_rows, told_of_agreement),
        (store.list_practitioner_rows, told_of_practitioner),
        (store.list_terminal_rows, told_of_terminal),
        (store.list_operator_rows, told_of_operator),
    )
    for rows_of, told_of in tables:
        rows = await rows_of(reading)
        for begin in range(0, len(rows), most):
            yield [told_of(row) for row in rows[begin : begin + most]]


def events(told: Iterable[ExpectedEvent], *, actor: str) -> list[AuditEvent]:
    """What the audit is told of rows."""
    return [
        AuditEvent(kind=each.kind, cell=0, subject_id=each.subject_id, actor=actor, content=each.content)
        for each in told
    ]


def _named(kind: str, row: Mapping[str, Any], noun: str, *key: str) -> ExpectedEvent:
    return _told(kind, named_subject(kind, *(row[name] for name in key)), row, noun, *key)


def _told(kind: str, subject_id: int, row: Mapping[str, Any], noun: str, *key: str) -> ExpectedEvent:
    where = f"{noun} {'-'.join(str(row[name]) for name in key)}"
    content = sm3(msgspec.json.encode(dict(row), order="sorted"))
    return ExpectedEvent(kind=kind, subject_id=subject_id, content=content, where=where)
