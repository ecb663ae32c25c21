"""What the audit is told of stock movements and the no-code list, and what it must have been told. 中文: 进销存审计内容。

Packs are told of by their movements: a pack's row is what ``moving.fold`` makes of them, and verify folds them again.
A movement of a stock act has an event of its own; of those of a bill its settlement's event tells, as of its fee lines.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent, named_subject
from openyibao.rooms.goods import moving, store
from openyibao.rooms.goods.records import DrugIdentification, Pack, PackState, StockMovement, TraceExemption


class PackHistory(msgspec.Struct, frozen=True, kw_only=True):
    """One pack for verify: its row (None where it is gone), what its movements make of it, and these."""

    row: Pack | None
    folded: Pack
    movements: tuple[StockMovement, ...]
    unbroken: bool
    """Whether the turns run from 1 without a gap."""

    @property
    def where(self) -> str:
        """How a fault names the pack."""
        return f"pack {self.folded.bucket}-{self.folded.trace_code}"

    @property
    def stands(self) -> bool:
        """Whether the row is what the movements make of it."""
        return self.row is not None and self.row == self.folded


def moved_events(movements: Sequence[StockMovement], *, actor: str) -> list[AuditEvent]:
    """What the audit is told of movements."""
    return [
        AuditEvent(
            kind="stock_moved", cell=one.cell, subject_id=one.movement_id, actor=actor, content=content_of_movement(one)
        )
        for one in movements
    ]


def content_of_movement(movement: StockMovement) -> bytes:
    """The whole row."""
    return sm3(msgspec.msgpack.encode(msgspec.structs.astuple(movement)))


def content_of_exemption(exemption: TraceExemption) -> bytes:
    """The whole row."""
    return sm3(msgspec.msgpack.encode(msgspec.structs.astuple(exemption)))


def expected_of_movement(movement: StockMovement) -> ExpectedEvent:
    """What must have been told of one movement."""
    return ExpectedEvent(
        kind="stock_moved",
        subject_id=movement.movement_id,
        content=content_of_movement(movement),
        where=f"stock movement {movement.bucket}-{movement.movement_id}",
    )


async def expected_of_exemptions(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of the no-code list; it is short, and read whole."""
    rows = await store.read_exemptions(reading)
    for begin in range(0, len(rows), most):
        yield [
            ExpectedEvent(
                kind="trace_exempted",
                subject_id=row.exemption_id,
                content=content_of_exemption(row),
                where=f"trace exemption {row.exemption_id}",
            )
            for row in rows[begin : begin + most]
        ]


def identified_events(rows: Sequence[DrugIdentification], *, actor: str) -> list[AuditEvent]:
    """What the audit is told of drug identifications."""
    told = [_told_of_identification(row) for row in rows]
    return [
        AuditEvent(kind=each.kind, cell=0, subject_id=each.subject_id, actor=actor, content=each.content)
        for each in told
    ]


async def expected_of_identifications(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told last of each drug identification; they are in every process's memory anyway."""
    rows = await store.read_identifications(reading)
    for begin in range(0, len(rows), most):
        yield [_told_of_identification(row) for row in rows[begin : begin + most]]


def _told_of_identification(row: DrugIdentification) -> ExpectedEvent:
    return ExpectedEvent(
        kind="drug_identified",
        subject_id=named_subject(row.identification),
        content=sm3(f"{row.identification}|{row.item_code}".encode()),
        where=f"drug identification {row.identification}",
    )


async def histories(reading: Reading, *, most: int) -> AsyncIterator[list[PackHistory]]:
    """Every pack with its movements, ``most`` packs at a time; movements without a pack too."""
    after, movements_after = (-1, ""), (-1, "", 0)
    waiting: list[StockMovement] = []
    while True:
        packs = await store.list_packs(reading, after=after, most=most)
        last = (packs[-1].bucket, packs[-1].trace_code) if len(packs) == most else None
        if packs:
            after = (packs[-1].bucket, packs[-1].trace_code)
        mine, waiting = _parted(waiting, last)
        while not waiting and (chunk := await store.list_all_movements(reading, after=movements_after, most=most)):
            movements_after = (chunk[-1].bucket, chunk[-1].trace_code, chunk[-1].turn)
            more, waiting = _parted(chunk, last)
            mine += more
        yield list(_joined(packs, mine))
        if last is None:
            return


def _parted(
    movements: list[StockMovement], last: tuple[int, str] | None
) -> tuple[list[StockMovement], list[StockMovement]]:
    """Movements of packs up to the last of a chunk, and those after it."""
    if last is None:
        return list(movements), []
    mine = [one for one in movements if (one.bucket, one.trace_code.encode()) <= (last[0], last[1].encode())]
    return mine, movements[len(mine) :]


def _joined(packs: Sequence[Pack], movements: Sequence[StockMovement]) -> Iterator[PackHistory]:
    rows = {(pack.bucket, pack.trace_code): pack for pack in packs}
    moved: dict[tuple[int, str], list[StockMovement]] = {}
    for one in movements:
        moved.setdefault((one.bucket, one.trace_code), []).append(one)
    for name in sorted({*rows, *moved}):
        mine = moved.get(name, [])
        folded = moving.unseen(*name)
        for one in mine:
            folded = moving.fold(folded, one)
        unbroken = [one.turn for one in mine] == list(range(1, len(mine) + 1))
        yield PackHistory(row=rows.get(name), folded=folded, movements=tuple(mine), unbroken=unbroken)


def says_nothing(pack: Pack) -> bool:
    """An empty row, left by a bill that asked for the pack and was refused."""
    return pack.state is PackState.unseen and pack == moving.unseen(pack.bucket, pack.trace_code)
