"""SQL of credentials."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.credentials.records import Credential, CredentialState

_CREDENTIAL = (
    "bucket, credential_id, person_id, state, insured_cell, insured_area, statement, statement_signature, "
    "issuer_key_id, issued_at, activated_at, area_changes"
)


def _credential(row: Any) -> Credential:
    return Credential(**{**dict(row), "state": CredentialState(row["state"])})


async def insert_credentials(tx: Tx, credentials: Sequence[Credential], digests: Sequence[bytes]) -> set[int]:
    """Issue what is not there yet; the ids that were made. Sorted, so that two batches can't wait for each other."""
    pairs = sorted(zip(credentials, digests, strict=True), key=lambda pair: (pair[0].bucket, pair[1]))
    made = await tx.fetch(
        "insert into credentials (bucket, credential_id, person_id, identity_digest, state, insured_cell, insured_area, "
        "statement, statement_signature, issuer_key_id, issued_at, state_changed_at) "
        "select b, c, p, d, 'issued', ic, ia, s, g, k, t, t from unnest($1::int[], $2::bigint[], $3::bigint[], "
        "$4::bytea[], $5::int[], $6::int[], $7::bytea[], $8::bytea[], $9::int[], $10::timestamptz[]) "
        "as u(b, c, p, d, ic, ia, s, g, k, t) on conflict do nothing returning credential_id",
        [c.bucket for c, _ in pairs],
        [c.credential_id for c, _ in pairs],
        [c.person_id for c, _ in pairs],
        [digest for _, digest in pairs],
        [c.insured_cell for c, _ in pairs],
        [c.insured_area for c, _ in pairs],
        [c.statement for c, _ in pairs],
        [c.statement_signature for c, _ in pairs],
        [c.issuer_key_id for c, _ in pairs],
        [c.issued_at for c, _ in pairs],
    )
    return {row[0] for row in made}


async def list_by_digests(
    reading: Reading, buckets: Sequence[int], digests: Sequence[bytes]
) -> dict[tuple[int, bytes], Credential]:
    """Credentials by (bucket, identity digest)."""
    rows = await reading.fetch(
        f"select {_CREDENTIAL}, identity_digest from credentials where bucket = any($1) and identity_digest = any($2)",
        list(buckets),
        list(digests),
    )
    found = {}
    for row in rows:
        fields = dict(row)
        digest = fields.pop("identity_digest")
        found[row["bucket"], digest] = _credential(fields)
    return found


async def lock_credential(tx: Tx, bucket: int, person_id: int) -> Credential | None:
    """Lock the newest credential of a person."""
    rows = await tx.fetch(
        f"select {_CREDENTIAL} from credentials where bucket = any($1) and person_id = any($2) "
        "order by bucket, credential_id for update",
        [bucket],
        [person_id],
    )
    return _credential(rows[-1]) if rows else None


async def set_state(tx: Tx, bucket: int, credential_id: int, *, state: CredentialState, at: datetime) -> None:
    """Move a credential to another state."""
    await tx.execute(
        "update credentials set state = $3, state_changed_at = $4, "
        "activated_at = case when $3 = 'activated' then coalesce(activated_at, $4) else activated_at end "
        "where bucket = $1 and credential_id = $2",
        bucket,
        credential_id,
        state.value,
        at,
    )


async def set_insured_area(tx: Tx, credential: Credential) -> None:
    """Write which insured area a locked credential leads to."""
    await tx.execute(
        "update credentials set insured_cell = $3, insured_area = $4, area_changes = $5 "
        "where bucket = $1 and credential_id = $2",
        credential.bucket,
        credential.credential_id,
        credential.insured_cell,
        credential.insured_area,
        credential.area_changes,
    )


async def find_identity_digest(reading: Reading, bucket: int, credential_id: int) -> bytes:
    """The digest of name and document that a credential was issued for."""
    row = await reading.fetchrow(
        "select identity_digest from credentials where bucket = $1 and credential_id = $2", bucket, credential_id
    )
    return bytes(row[0])


async def find_credential(reading: Reading, bucket: int, person_id: int) -> Credential | None:
    """The newest credential of a person, not locked."""
    row = await reading.fetchrow(
        f"select {_CREDENTIAL} from credentials where bucket = $1 and person_id = $2 order by credential_id desc limit 1",
        bucket,
        person_id,
    )
    return None if row is None else _credential(row)


async def list_credentials(
    reading: Reading, *, after: tuple[int, int], most: int
) -> list[tuple[Credential, bytes, datetime, bool | None]]:
    """Credentials in the order of their key: each with its identity digest, its last change, and whether one of its
    bindings was made when it was activated; None where it has none.
    """  # noqa: D205 one sentence leads to the other
    rows = await reading.fetch(
        f"select {_CREDENTIAL}, identity_digest, state_changed_at, "
        "(select bool_or(b.bound_at is not distinct from c.activated_at) from bindings b "
        "where b.bucket = c.bucket and b.credential_id = c.credential_id) as bound_then "
        "from credentials c where (bucket, credential_id) > ($1, $2) order by bucket, credential_id limit $3",
        *after,
        most,
    )
    found = []
    for row in rows:
        fields = dict(row)
        more = [fields.pop(name) for name in ("identity_digest", "state_changed_at", "bound_then")]
        found.append((_credential(fields), more[0], more[1], more[2]))
    return found
