"""What the audit is told of areas, and what it must have been told: each row whole, whenever it is set. 中文: 区划审计内容。"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading, Tx
from openyibao.rooms.areas import store
from openyibao.rooms.audit import AuditEvent, ExpectedEvent, named_subject


async def tell_pools(tx: Tx, pooling_areas: Collection[int], *, actor: str) -> None:
    """Tell of pooling areas as they stand now."""
    rows = [row for row in await store.list_pooling_rows(tx) if row["pooling_area"] in pooling_areas]
    tx.audit += [_event(_pool(row), actor) for row in rows]


async def tell_agencies(tx: Tx, names: Collection[tuple[Any, ...]], *, actor: str) -> None:
    """Tell of rows of the dated table (agency_area, valid_from) as they stand now."""
    rows = [row for row in await store.list_agency_rows(tx) if (row["agency_area"], row["valid_from"]) in names]
    tx.audit += [_event(_agency(row), actor) for row in rows]


async def expected_of_areas(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told last of pooling areas and of the dated table; they are in every process's memory anyway."""
    rows = [_pool(row) for row in await store.list_pooling_rows(reading)]
    rows += [_agency(row) for row in await store.list_agency_rows(reading)]
    for begin in range(0, len(rows), most):
        yield rows[begin : begin + most]


def _pool(row: Mapping[str, Any]) -> ExpectedEvent:
    return ExpectedEvent(
        kind="pooling_area_set",
        subject_id=row["pooling_area"],
        content=_content(row),
        where=f"pooling area {row['pooling_area']}",
    )


def _agency(row: Mapping[str, Any]) -> ExpectedEvent:
    return ExpectedEvent(
        kind="agency_area_set",
        subject_id=named_subject(row["agency_area"], row["valid_from"]),
        content=_content(row),
        where=f"agency area {row['agency_area']} from {row['valid_from']}",
    )


def _content(row: Mapping[str, Any]) -> bytes:
    """The whole row; settings as they are stored, since defaults may change."""
    return sm3(msgspec.json.encode(dict(row), order="sorted"))


def _event(told: ExpectedEvent, actor: str) -> AuditEvent:
    return AuditEvent(kind=told.kind, cell=0, subject_id=told.subject_id, actor=actor, content=told.content)
