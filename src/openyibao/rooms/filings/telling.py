"""What the audit is told of filings and decisions, and what it must have been told, from the rows as they stand.

A filing's event tells of what never changes; what came later is told by the event of each decision. A filing whose state
isn't that of its decisions, or with a gap among them, contradicts itself. 中文: 备案审计内容。
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.filings import store
from openyibao.rooms.filings.records import Filing, FilingDecision
from openyibao.rooms.filings.rules import as_made, decided

MADE, DECIDED = "filing_made", "filing_decided"


def content_of_filing(filing: Filing) -> bytes:
    """Every column that never changes."""
    return sm3(msgspec.msgpack.encode(as_made(filing)))


def content_of_decision(decision: FilingDecision) -> bytes:
    """The whole row."""
    return sm3(msgspec.msgpack.encode(decision))


def filing_event(filing: Filing) -> AuditEvent:
    """Told when a filing is made."""
    return AuditEvent(
        kind=MADE, cell=filing.cell, subject_id=filing.filing_id, actor=filing.filer, content=content_of_filing(filing)
    )


def decision_event(decision: FilingDecision) -> AuditEvent:
    """Told of each decision."""
    return AuditEvent(
        kind=DECIDED,
        cell=decision.cell,
        subject_id=decision.decision_id,
        actor=decision.officer,
        content=content_of_decision(decision),
    )


async def expected_of_filings(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every filing and of the decisions on it, ``most`` filings at a time."""
    after = (-1, -1, -1)
    while found := await store.list_filings(reading, after=after, most=most):
        after = (found[-1].cell, found[-1].person_id, found[-1].filing_id)
        decisions = await store.read_decisions(reading, [(one.cell, one.filing_id) for one in found])
        expected = []
        for one in found:
            mine = decisions.pop((one.cell, one.filing_id), [])
            expected.append(
                ExpectedEvent(
                    kind=MADE,
                    subject_id=one.filing_id,
                    content=content_of_filing(one),
                    where=f"filing {one.cell}-{one.filing_id}",
                    stands=_stands(one, mine),
                )
            )
            expected += _expected_of_decisions(mine)
        yield expected


async def expected_of_stray_decisions(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """Decisions on filings that are gone: held like all others, so that they are not called missing too."""
    strays = await store.list_stray_decisions(reading, most=most)
    if strays:
        yield _expected_of_decisions(strays)


def _expected_of_decisions(decisions: Sequence[FilingDecision]) -> list[ExpectedEvent]:
    return [
        ExpectedEvent(
            kind=DECIDED,
            subject_id=one.decision_id,
            content=content_of_decision(one),
            where=f"filing decision {one.cell}-{one.filing_id}/{one.decision_no}",
        )
        for one in decisions
    ]


def _stands(filing: Filing, decisions: Sequence[FilingDecision]) -> bool:
    stood = as_made(filing)
    for number, decision in enumerate(decisions, start=1):
        if decision.decision_no != number:
            return False
        stood = decided(stood, decision)
    return stood == filing
