"""SQL of bindings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.bindings.records import Binding, BindingKind

_BINDING = (
    "bucket, binding_id, credential_id, person_id, serial, province, kind, channel_code, device_name, secret_sealed, "
    "bound_at, ended_at"
)


def _binding(row: Any) -> Binding:
    return Binding(**{**dict(row), "kind": BindingKind(row["kind"])})


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


async def list_bindings(reading: Reading, bucket: int, credential_id: int) -> list[Binding]:
    """The active bindings of a credential, oldest first."""
    rows = await reading.fetch(
        f"select {_BINDING} from bindings where bucket = $1 and credential_id = $2 and state = 'active' "
        "order by binding_id",
        bucket,
        credential_id,
    )
    return [_binding(row) for row in rows]


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


async def find_channel_binding(reading: Reading, bucket: int, binding_id: int, channel_code: str) -> Binding | None:
    """A channel's own binding that lives, or None."""
    row = await reading.fetchrow(
        f"select {_BINDING} from bindings where bucket = $1 and binding_id = $2 and channel_code = $3 and state = 'active'",
        bucket,
        binding_id,
        channel_code,
    )
    return _binding(row) if row else None


async def list_channel_bindings(
    reading: Reading, channel_code: str, *, after: tuple[int, int], most: int
) -> list[Binding]:
    """A channel's bindings that live, by key."""
    rows = await reading.fetch(
        f"select {_BINDING} from bindings where channel_code = $1 and (bucket, binding_id) > ($2, $3) "
        "and state = 'active' order by bucket, binding_id limit $4",
        channel_code,
        *after,
        most,
    )
    return [_binding(row) for row in rows]


async def list_by_ids(reading: Reading, names: Sequence[tuple[int, int]]) -> list[Binding]:
    """Bindings by (bucket, binding_id), ended ones too."""
    rows = await reading.fetch(
        f"select {_BINDING} from bindings where (bucket, binding_id) in (select b, i from unnest($1::int[], $2::bigint[]) "
        "as w(b, i))",
        [name[0] for name in names],
        [name[1] for name in names],
    )
    return [_binding(row) for row in rows]


async def list_by_credentials(reading: Reading, names: Sequence[tuple[int, int]]) -> list[Binding]:
    """Bindings by (bucket, credential_id), ended ones too."""
    rows = await reading.fetch(
        f"select {_BINDING} from bindings where (bucket, credential_id) in (select b, i from unnest($1::int[], "
        "$2::bigint[]) as w(b, i))",
        [name[0] for name in names],
        [name[1] for name in names],
    )
    return [_binding(row) for row in rows]


async def list_by_persons(reading: Reading, person_ids: Sequence[int]) -> list[Binding]:
    """Bindings of persons whose buckets the asker doesn't know, ended ones too."""
    rows = await reading.fetch(f"select {_BINDING} from bindings where person_id = any($1)", list(person_ids))
    return [_binding(row) for row in rows]
