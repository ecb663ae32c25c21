"""SQL of consents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.consents.records import Consent, ConsentPurpose

_COLUMNS = Consent.__struct_fields__
_CONSENTS = f"select {', '.join(_COLUMNS)} from consents"


def _consent_of(row: Any) -> Consent:
    purposes = tuple(ConsentPurpose(one) for one in row["purposes"])
    return Consent(**{**dict(row), "purposes": purposes})


async def insert_consent(tx: Tx, one: Consent) -> bool:
    """Keep a consent; False where the same one stands already."""
    row = await tx.fetchrow(
        f"insert into consents ({', '.join(_COLUMNS)}) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) "
        "on conflict (bucket, person_id, channel_code, text_version) where withdrawn_at is null do nothing "
        "returning consent_id",
        *msgspec.structs.astuple(msgspec.structs.replace(one, purposes=[each.value for each in one.purposes])),
    )
    return row is not None


async def find_standing(
    reading: Reading, bucket: int, person_id: int, *, channel_code: str, text_version: str
) -> Consent | None:
    """The consent to a text in a channel that was not withdrawn."""
    row = await reading.fetchrow(
        _CONSENTS + " where bucket = $1 and person_id = $2 and channel_code = $3 and text_version = $4 "
        "and withdrawn_at is null",
        bucket,
        person_id,
        channel_code,
        text_version,
    )
    return None if row is None else _consent_of(row)


async def find_for(
    reading: Reading, bucket: int, person_id: int, *, channel_code: str, purpose: ConsentPurpose
) -> Consent | None:
    """The newest consent for a purpose in a channel that was not withdrawn."""
    row = await reading.fetchrow(
        _CONSENTS + " where bucket = $1 and person_id = $2 and channel_code = $3 and $4 = any(purposes) "
        "and withdrawn_at is null order by consent_id desc limit 1",
        bucket,
        person_id,
        channel_code,
        purpose.value,
    )
    return None if row is None else _consent_of(row)


async def read_consents(reading: Reading, names: Sequence[tuple[int, int]]) -> list[Consent]:
    """Consents by (bucket, consent_id)."""
    if not names:
        return []
    rows = await reading.fetch(
        _CONSENTS + " where bucket = any($1) and consent_id = any($2)",
        sorted({name[0] for name in names}),
        sorted({name[1] for name in names}),
    )
    return [_consent_of(row) for row in rows]


async def list_of_person(reading: Reading, bucket: int, person_id: int, *, most: int) -> list[Consent]:
    """A person's consents, the newest first."""
    rows = await reading.fetch(
        _CONSENTS + " where bucket = $1 and person_id = $2 order by consent_id desc limit $3", bucket, person_id, most
    )
    return [_consent_of(row) for row in rows]


async def end_consent(tx: Tx, bucket: int, consent_id: int, *, person_id: int, by: str, at: datetime) -> Consent | None:
    """Note that a person's consent was withdrawn; None where none of theirs stood."""
    row = await tx.fetchrow(
        "update consents set withdrawn_by = $4, withdrawn_at = $5 where bucket = $1 and consent_id = $2 "
        f"and person_id = $3 and withdrawn_at is null returning {', '.join(_COLUMNS)}",
        bucket,
        consent_id,
        person_id,
        by,
        at,
    )
    return None if row is None else _consent_of(row)


async def list_consents(reading: Reading, *, after: tuple[int, int], most: int) -> list[Consent]:
    """All consents in the order of their key."""
    rows = await reading.fetch(
        _CONSENTS + " where (bucket, consent_id) > ($1, $2) order by bucket, consent_id limit $3", *after, most
    )
    return [_consent_of(row) for row in rows]
