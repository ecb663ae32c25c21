"""What the audit is told of cards, and what it must have been told, from the rows. 中文: 卡审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.cards import store
from openyibao.rooms.cards.records import CardReport, InsuranceCard

ENTERED, REPORTED = "card_entered", "card_reported"


def _content(one: InsuranceCard | CardReport) -> bytes:
    return sm3(msgspec.msgpack.encode(msgspec.structs.astuple(one)))


def card_event(one: InsuranceCard) -> AuditEvent:
    """Told when a card is handed out."""
    return AuditEvent(
        kind=ENTERED, cell=one.bucket, subject_id=one.card_id, actor=one.entered_by, content=_content(one)
    )


def report_event(one: CardReport) -> AuditEvent:
    """Told when a card is reported lost or found."""
    return AuditEvent(
        kind=REPORTED, cell=one.bucket, subject_id=one.report_id, actor=one.reported_by, content=_content(one)
    )


async def expected_of_cards(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every card."""
    after = (-1, -1)
    while found := await store.list_all_cards(reading, after=after, most=most):
        after = (found[-1].bucket, found[-1].card_id)
        yield [
            ExpectedEvent(
                kind=ENTERED,
                subject_id=one.card_id,
                content=_content(one),
                where=f"card {one.bucket}-{one.card_id}",
            )
            for one in found
        ]


async def expected_of_card_reports(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every report."""
    after = (-1, -1)
    while found := await store.list_all_reports(reading, after=after, most=most):
        after = (found[-1].bucket, found[-1].report_id)
        yield [
            ExpectedEvent(
                kind=REPORTED,
                subject_id=one.report_id,
                content=_content(one),
                where=f"card report {one.bucket}-{one.report_id}",
            )
            for one in found
        ]
