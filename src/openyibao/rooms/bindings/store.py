"""SQL of bindings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.bindings.records import Binding, BindingKind, HotlineCall, HotlineFact, UnbindGround

_BINDING = (
    "bucket, binding_id, credential_id, person_id, serial, province, kind, channel_code, device_name, secret_sealed, "
    "bound_at, ended_at, renames, carrier_digest, end_ground"
)
_GROUNDS = {each.value: each for each in UnbindGround}
ACT_COLUMNS = (
    *("bucket", "act_id", "person_id", "facts_checked", "call_back_digest", "officer", "why", "bindings_ended"),
    "acted_at",
)
CALL_COLUMNS = HotlineCall.__struct_fields__


def _binding(row: Any) -> Binding:
    return Binding(**{**dict(row), "kind": BindingKind(row["kind"]), "end_ground": _GROUNDS.get(row["end_ground"])})


async def insert_binding(tx: Tx, binding: Binding, session_digest: bytes | None) -> bool:
    """Bind; False where the serial is taken."""
    return bool(
        await tx.fetch(
            "insert into bindings (bucket, binding_id, credential_id, person_id, serial, province, kind, channel_code, "
            "device_name, secret_sealed, session_digest, carrier_digest, state, bound_at) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'active', $13) "
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
            binding.carrier_digest,
            binding.bound_at,
        )
    )


async def end_bindings(
    tx: Tx, bucket: int, *, binding_id: int | None, credential_id: int | None, at: datetime, ground: UnbindGround
) -> list[Binding]:
    """End one active binding, or all of a credential; those that ended."""
    rows = await tx.fetch(
        "update bindings set state = 'ended', ended_at = $4, end_ground = $5 where bucket = $1 and state = 'active' "
        f"and ($2::bigint is null or binding_id = $2) and ($3::bigint is null or credential_id = $3) "
        f"and ($2::bigint is not null or $3::bigint is not null) returning {_BINDING}",
        bucket,
        binding_id,
        credential_id,
        at,
        ground.value,
    )
    return sorted((_binding(row) for row in rows), key=lambda one: one.binding_id)


async def rename_binding(tx: Tx, bucket: int, binding_id: int, device_name: str) -> tuple[Binding, bytes | None] | None:
    """Give an active binding another name; it with its session digest, or None where none is active."""
    rows = await tx.fetch(
        "update bindings set device_name = $3, renames = renames + 1 where bucket = $1 and binding_id = $2 "
        f"and state = 'active' returning {_BINDING}, session_digest",
        bucket,
        binding_id,
        device_name,
    )
    if not rows:
        return None
    fields = dict(rows[0])
    session_digest = fields.pop("session_digest")
    return _binding(fields), session_digest


async def count_active(reading: Reading, bucket: int, credential_id: int) -> int:
    """How many bindings of a credential are active."""
    row = await reading.fetchrow(
        "select count(*) from bindings where bucket = $1 and credential_id = $2 and state = 'active'",
        bucket,
        credential_id,
    )
    return int(row[0])


async def find_by_carrier(reading: Reading, bucket: int, digests: Sequence[bytes]) -> Binding | None:
    """The active binding that a card carries."""
    row = await reading.fetchrow(
        f"select {_BINDING} from bindings where bucket = $1 and carrier_digest = any($2) and state = 'active'",
        bucket,
        list(digests),
    )
    return _binding(row) if row else None


async def list_last_uses(reading: Reading, bucket: int, binding_ids: Sequence[int]) -> dict[int, Any]:
    """The last presentation of each binding, one look into the key each."""
    rows = await reading.fetch(
        "select n.binding_id, p.presented_at, p.institution_id, p.purpose from unnest($2::bigint[]) as n(binding_id) "
        "join lateral (select presented_at, institution_id, purpose from presentations p where p.bucket = $1 "
        "and p.binding_id = n.binding_id order by p.bucket desc, p.binding_id desc, p.step desc limit 1) p on true",
        bucket,
        list(binding_ids),
    )
    return {row[0]: row for row in rows}


async def insert_act(tx: Tx, row: Sequence[Any]) -> None:
    """Keep what the hotline did."""
    await tx.execute(
        f"insert into hotline_acts ({', '.join(ACT_COLUMNS)}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)", *row
    )


async def list_acts(reading: Reading, *, after: tuple[int, int], most: int) -> list[Any]:
    """What the hotline did, in the order of the key."""
    return await reading.fetch(
        f"select {', '.join(ACT_COLUMNS)} from hotline_acts where (bucket, act_id) > ($1, $2) "
        "order by bucket, act_id limit $3",
        *after,
        most,
    )


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


async def insert_call(tx: Tx, row: Sequence[Any]) -> None:
    """Keep a call to the hotline."""
    await tx.insert("hotline_calls", CALL_COLUMNS, [row])


async def count_unproved(reading: Reading, bucket: int, person_id: int, *, since: datetime) -> int:
    """How many calls about a person proved nothing since an instant."""
    row = await reading.fetchrow(
        "select count(*) from hotline_calls where bucket = $1 and person_id = $2 and not proved and called_at >= $3",
        bucket,
        person_id,
        since,
    )
    return int(row[0])


def _call(row: Any) -> HotlineCall:
    facts = {name: tuple(HotlineFact(one) for one in row[name]) for name in ("facts_asked", "facts_right")}
    return HotlineCall(**{**dict(row), **facts})


async def find_call(reading: Reading, bucket: int, call_id: int) -> HotlineCall | None:
    """One call, or None."""
    row = await reading.fetchrow(
        f"select {', '.join(CALL_COLUMNS)} from hotline_calls where bucket = $1 and call_id = $2", bucket, call_id
    )
    return None if row is None else _call(row)


async def list_calls(reading: Reading, institution_id: int, *, since: datetime, most: int) -> list[HotlineCall]:
    """The calls that one desk took since an instant, the newest first."""
    rows = await reading.fetch(
        f"select {', '.join(CALL_COLUMNS)} from hotline_calls where institution_id = $1 and called_at >= $2 "
        "order by called_at desc, call_id desc limit $3",
        institution_id,
        since,
        most,
    )
    return [_call(row) for row in rows]


async def list_call_rows(reading: Reading, *, after: tuple[int, int], most: int) -> list[Any]:
    """All calls in the order of their key."""
    return await reading.fetch(
        f"select {', '.join(CALL_COLUMNS)} from hotline_calls where (bucket, call_id) > ($1, $2) "
        "order by bucket, call_id limit $3",
        *after,
        most,
    )
