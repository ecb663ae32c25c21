"""SQL of policy documents."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from openyibao.kit.db import Reading, Tx


class StoredDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A published document as it stands in the database."""

    document_hash: str
    pooling_area: int
    insurance_type: str
    valid_from: date
    valid_until: date | None
    title: str
    body: str
    published_at: datetime


async def insert_document(tx: Tx, document: StoredDocument) -> bool:
    """Publish; False where the same document stands already."""
    made = await tx.fetch(
        "insert into policy_documents (document_hash, pooling_area, insurance_type, valid_from, valid_until, title, "
        "body, published_at) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (document_hash) do nothing "
        "returning 1",
        *msgspec.structs.astuple(document),
    )
    if made:
        await tx.execute("update reference_versions set version = version + 1 where noun = 'policies'")
    return bool(made)


async def list_documents(reading: Reading) -> list[StoredDocument]:
    """All published documents."""
    rows = await reading.fetch("select * from policy_documents order by pooling_area, insurance_type, valid_from")
    return [StoredDocument(**dict(row)) for row in rows]


async def read_versions(reading: Reading) -> dict[str, int]:
    """The version of each noun that is cached in memory."""
    rows = await reading.fetch("select noun, version from reference_versions")
    return {row[0]: row[1] for row in rows}
