"""What the audit is told of scans, and what it must have been told, from the rows as they stand.

A refused scan that leads to no binding is counted, not told. 中文: 扫码审计内容。
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import BUCKETS, Reading
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.presentation import store

SHOWN = "carrier_shown"
BUCKETS_AT_ONCE = 16
"""A bucket is a thousandth of the nation; its tokens are joined to its presentations in one statement."""
_TOKEN_REPEATS = tuple(name for name in store.TOKENS if name != "token_digest")


def content_of_presentation(row: Sequence[Any], token_digest: bytes | None) -> bytes:
    """The whole row, in the order of the store's columns, and the digest of its visit token.

    Mandate and card stand last and are left out where there is neither, as it was before there were any.
    """
    told = tuple(row) if row[-1] is not None or row[-2] is not None else tuple(row[:-2])
    return sm3(msgspec.msgpack.encode((told, token_digest)))


def content_of_refusal(row: Sequence[Any]) -> bytes:
    """The whole row, in the order of the store's columns; the facts by their names, since the database keeps no order."""
    return sm3(msgspec.msgpack.encode(tuple(row), order="deterministic"))


async def expected_of_presentations(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every accepted scan with its visit token, some buckets at a time."""
    for begin in range(0, BUCKETS, BUCKETS_AT_ONCE):
        rows = await store.list_with_tokens(reading, begin, begin + BUCKETS_AT_ONCE - 1)
        if rows:
            yield [_expected(row) for row in rows]


def _expected(row: Any) -> ExpectedEvent:
    place = [row[name] for name in store.PLACES]
    name = row["presentation_id"] if row["presentation_id"] is not None else row["t_presentation_id"]
    return ExpectedEvent(
        kind="scan_accepted",
        subject_id=name,
        content=content_of_presentation(place, row["t_token_digest"]),
        where=f"presentation {row['bucket'] if row['bucket'] is not None else row['t_bucket']}-{name}",
        stands=all(row[column] == row[f"t_{column}"] for column in _TOKEN_REPEATS),
    )


async def expected_of_refused_scans(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every refused scan of a known binding, ``most`` rows at a time."""
    after = (-1, -1)
    while rows := await store.list_refusals(reading, after=after, most=most):
        after = (rows[-1][0], rows[-1][1])
        yield [
            ExpectedEvent(
                kind="scan_refused",
                subject_id=row[1],
                content=content_of_refusal(row),
                where=f"refused scan {row[0]}-{row[1]}",
            )
            for row in rows
        ]


def showing_event(row: Sequence[Any], actor: str) -> AuditEvent:
    """Told when a card or a paper is shown: what was seen beside it."""
    return AuditEvent(kind=SHOWN, cell=row[0], subject_id=row[1], actor=actor, content=content_of_showing(row))


def content_of_showing(row: Sequence[Any]) -> bytes:
    """The whole row, in the order of the store's columns."""
    return sm3(msgspec.msgpack.encode(tuple(row)))


async def expected_of_carrier_showings(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every card and paper that was shown, ``most`` rows at a time."""
    after = (-1, -1)
    while rows := await store.list_showings(reading, after=after, most=most):
        after = (rows[-1][0], rows[-1][1])
        yield [
            ExpectedEvent(
                kind=SHOWN,
                subject_id=row[1],
                content=content_of_showing(tuple(row)),
                where=f"carrier showing {row[0]}-{row[1]}",
            )
            for row in rows
        ]
