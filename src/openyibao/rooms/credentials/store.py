"""SQL of credentials, bindings and activations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.credentials.records import Binding, BindingKind, Credential, CredentialState

_CREDENTIAL = (
    "bucket, credential_id, person_id, state, insured_cell, insured_area, statement, statement_signature, "
    "issuer_key_id, issued_at, activated_at, area_changes"
)
_BINDING = (
    "bucket, binding_id, credential_id, person_id, serial, province, kind, channel_code, device_name, secret_sealed, "
    "bound_at, ended_at"
)


def _credential(row: Any) -> Credential:
    return Credential(**{**dict(row), "state": CredentialState(row["state"])})


def _binding(row: Any) -> Binding:
    return Binding(**{**dict(row), "kind": BindingKind(row["kind"])})


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


async def lock_person(tx: Tx, bucket: int, person_id: int) -> bool:
    """Lock a person's row; False where there is none."""
    return bool(
        await tx.fetch(
            "select person_id from persons where bucket = any($1) and person_id = any($2) "
            "order by bucket, person_id for update",
            [bucket],
            [person_id],
        )
    )


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


async def insert_binding(tx: Tx, binding: Binding, session_digest: bytes) -> bool:
    """Bind; False where the serial is taken."""
    return bool(
        await tx.fetch(
            "insert into bindings (bucket, binding_id, credential_id, person_id, serial, province, kind, channel_code, "
            "device_name, secret_sealed, session_digest, state, bound_at) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active', $12) "
            "on conflict (bucket, serial) do nothing returning binding_id",
            binding.bucket,
            binding.binding_id,
            binding.credential_id,
            binding.person_id,
            binding.serial,
            binding.province,
            binding.kind.value,
            binding.channel_code,
            binding.device_name,
            binding.secret_sealed,
            session_digest,
            binding.bound_at,
        )
    )


async def end_binding(tx: Tx, bucket: int, binding_id: int, *, at: datetime) -> int | None:
    """End an active binding; its person, or None where none was active."""
    rows = await tx.fetch(
        "update bindings set state = 'ended', ended_at = $3 where bucket = $1 and binding_id = $2 "
        "and state = 'active' returning person_id",
        bucket,
        binding_id,
        at,
    )
    return rows[0][0] if rows else None


async def find_binding_by_session(reading: Reading, bucket: int, digests: Sequence[bytes]) -> Binding | None:
    """The active binding of a session."""
    row = await reading.fetchrow(
        f"select {_BINDING} from bindings where bucket = $1 and session_digest = any($2) and state = 'active'",
        bucket,
        list(digests),
    )
    return _binding(row) if row else None


async def find_credential(reading: Reading, bucket: int, person_id: int) -> Credential | None:
    """The newest credential of a person, not locked."""
    row = await reading.fetchrow(
        f"select {_CREDENTIAL} from credentials where bucket = $1 and person_id = $2 order by credential_id desc limit 1",
        bucket,
        person_id,
    )
    return None if row is None else _credential(row)


async def list_bindings(reading: Reading, bucket: int, credential_id: int) -> list[Binding]:
    """The active bindings of a credential, oldest first."""
    rows = await reading.fetch(
        f"select {_BINDING} from bindings where bucket = $1 and credential_id = $2 and state = 'active' "
        "order by binding_id",
        bucket,
        credential_id,
    )
    return [_binding(row) for row in rows]


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


async def list_all_bindings(
    reading: Reading, *, after: tuple[int, int], most: int
) -> list[tuple[Binding, bytes | None, str]]:
    """Bindings in the order of their key, ended ones too: each with its session digest and its state."""
    rows = await reading.fetch(
        f"select {_BINDING}, session_digest, state from bindings where (bucket, binding_id) > ($1, $2) "
        "order by bucket, binding_id limit $3",
        *after,
        most,
    )
    found = []
    for row in rows:
        fields = dict(row)
        session_digest, state = fields.pop("session_digest"), fields.pop("state")
        found.append((_binding(fields), session_digest, state))
    return found


async def count_activations(reading: Reading, bucket: int, person_id: int, *, after: datetime) -> int:
    """How many codes a person asked for since."""
    row = await reading.fetchrow(
        "select count(*) from activations where bucket = $1 and person_id = $2 and started_at > $3",
        bucket,
        person_id,
        after,
    )
    return int(row[0])


async def insert_activation(tx: Tx, columns: Sequence[Any]) -> None:
    """Begin an activation: bucket, id, person, phone, code digest, consent, channel, device, start, end."""
    await tx.execute(
        "insert into activations (bucket, activation_id, person_id, phone_sealed, code_digest, consent_version, "
        "channel_code, device_name, started_at, expires_at, state) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'code_sent')",
        *columns,
    )


async def lock_activation(tx: Tx, bucket: int, activation_id: int) -> Any:
    """Lock an activation under way, or None."""
    return await tx.fetchrow(
        "select person_id, code_digest, attempts, state, channel_code, device_name, expires_at from activations "
        "where bucket = $1 and activation_id = $2 for update",
        bucket,
        activation_id,
    )


async def set_activation(tx: Tx, bucket: int, activation_id: int, *, attempts: int, state: str) -> None:
    """Keep what an attempt did."""
    await tx.execute(
        "update activations set attempts = $3, state = $4 where bucket = $1 and activation_id = $2",
        bucket,
        activation_id,
        attempts,
        state,
    )


async def insert_message(
    tx: Tx, *, bucket: int, message_id: int, kind: str, content_sealed: bytes, at: datetime
) -> None:
    """Leave a message for the outbox, due at once."""
    await tx.execute(
        "insert into outbox (bucket, message_id, kind, content_sealed, state, due_at, made_at) "
        "values ($1, $2, $3, $4, 'waiting', $5, $5)",
        bucket,
        message_id,
        kind,
        content_sealed,
        at,
    )
