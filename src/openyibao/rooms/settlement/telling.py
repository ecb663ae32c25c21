"""What the audit is told of corrections, and what it must have been told. 中文: 更正审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.settlement import store
from openyibao.rooms.settlement.records import CorrectedSettlement, Correction, SettlementKind


def content_of_correction(correction: Correction | None, settlements: Sequence[CorrectedSettlement]) -> bytes:
    """The whole row and those of its settlements, in their order."""
    return sm3(msgspec.msgpack.encode((correction, tuple(settlements))))


def corrected_event(correction: Correction, settlements: Sequence[CorrectedSettlement]) -> AuditEvent:
    """What the audit is told of a correction."""
    return AuditEvent(
        kind="corrected",
        cell=correction.cell,
        subject_id=correction.correction_id,
        actor=f"{correction.maker}/{correction.approver}",
        content=content_of_correction(correction, settlements),
    )


async def expected_of_corrections(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every correction; each of its reversals must be one of what it says was reversed."""
    after = (-1, -1)
    while names := await store.list_corrections(reading, after=after, most=most):
        after = names[-1]
        found = await store.read_corrections(reading, names)
        links = [link for _, all_of in found.values() for link in all_of]
        ids = {
            (link.cell, one) for link in links for one in (link.reversal_id, link.new_settlement_id) if one is not None
        }
        booked = await store.read_settlements(reading, sorted(ids))
        expected = []
        for name in names:
            correction, settlements = found.get(name, (None, ()))
            stands = correction is not None
            for link in settlements:
                reversal = booked.get((link.cell, link.reversal_id))
                stands &= reversal is not None and reversal.original_settlement_id == link.settlement_id
                if link.new_settlement_id is not None:
                    made = booked.get((link.cell, link.new_settlement_id))
                    stands &= made is not None and made.kind is SettlementKind.settlement
                    stands &= made is None or reversal is None or made.encounter_id == reversal.encounter_id
            expected.append(
                ExpectedEvent(
                    kind="corrected",
                    subject_id=name[1],
                    content=content_of_correction(correction, settlements),
                    where=f"correction {name[0]}-{name[1]}",
                    stands=stands,
                )
            )
        yield expected
