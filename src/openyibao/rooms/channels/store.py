"""All SQL of channels. 中文: 渠道存储。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.db import Reading, Tx
from openyibao.rooms.channels.records import (
    Channel,
    ChannelKey,
    ChannelTerms,
    Endpoint,
    KeptAssertion,
    Message,
)
from openyibao.rooms.channels.rules import home_of, nonce_bucket

_TERMS = ChannelTerms.__struct_fields__
_CHANNEL = tuple(name for name in Channel.__struct_fields__ if name != "terms")
_KEY = ChannelKey.__struct_fields__
_ENDPOINT = Endpoint.__struct_fields__
_ASSERTION = KeptAssertion.__struct_fields__
_CHANNEL_COLUMNS = ", ".join((*_CHANNEL, *_TERMS))
ENDPOINT_LASTING = ("bucket", "channel_id", "url", "events", "secret_sealed", "state", "made_at")
_SORTED = frozenset({"scopes", "steps"})


def _channel(row: Any) -> Channel:
    return msgspec.convert(
        {**{name: row[name] for name in _CHANNEL}, "terms": {name: row[name] for name in _TERMS}}, Channel
    )


def _plain(name: str, value: Any) -> Any:
    return sorted(value) if name in _SORTED else getattr(value, "value", value)


async def read_version(reading: Reading) -> int:
    """The version of the channels."""
    row = await reading.fetchrow("select version from reference_versions where noun = 'channels'")
    return int(row["version"])


async def bump_version(tx: Tx) -> None:
    """Tell every process that a channel's state has changed."""
    await tx.execute("update reference_versions set version = version + 1 where noun = 'channels'")


async def lock_version(tx: Tx) -> None:
    """One registration at a time."""
    await tx.fetch("select version from reference_versions where noun = 'channels' for update")


async def read_standing(reading: Reading) -> list[tuple[str, str, str, bool]]:
    """Of every channel: its code, its name in both languages, and whether it may not act now."""
    rows = await reading.fetch("select channel_code, name, name_en, state <> 'active' from channels")
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def insert_channel(tx: Tx, channel: Channel) -> bool:
    """Register; False where the code is taken."""
    values = [_plain(name, getattr(channel, name)) for name in _CHANNEL]
    values += [_plain(name, getattr(channel.terms, name)) for name in _TERMS]
    holes = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    made = await tx.fetch(
        f"insert into channels ({_CHANNEL_COLUMNS}) values ({holes}) on conflict do nothing returning channel_id",
        *values,
    )
    return bool(made)


async def list_channels(
    reading: Reading, *, after: str = "", most: int = 100, kind: str | None = None, state: str | None = None
) -> list[Channel]:
    """Channels by code, a page."""
    rows = await reading.fetch(
        f"select {_CHANNEL_COLUMNS} from channels where channel_code > $1 and ($3::text is null or kind = $3) "
        "and ($4::text is null or state = $4) order by channel_code limit $2",
        after,
        most,
        kind,
        state,
    )
    return [_channel(row) for row in rows]


async def count_channels(reading: Reading) -> dict[tuple[str, str], int]:
    """How many there are, by kind and state."""
    rows = await reading.fetch("select kind, state, count(*)::int from channels group by kind, state")
    return {(row[0], row[1]): row[2] for row in rows}


async def count_of(reading: Reading, *, prefix: str) -> int:
    """How many channels have codes that begin so; no pattern."""
    row = await reading.fetchrow("select count(*)::int from channels where starts_with(channel_code, $1)", prefix)
    return int(row[0])


async def read_channels(reading: Reading, channel_ids: Sequence[int]) -> dict[int, Channel]:
    """Channels by id."""
    rows = await reading.fetch(
        f"select {_CHANNEL_COLUMNS} from channels where channel_id = any($1)", sorted(set(channel_ids))
    )
    return {row["channel_id"]: _channel(row) for row in rows}


async def find_channels(reading: Reading, codes: Sequence[str]) -> dict[str, Channel]:
    """Channels by code."""
    rows = await reading.fetch(f"select {_CHANNEL_COLUMNS} from channels where channel_code = any($1)", list(codes))
    return {row["channel_code"]: _channel(row) for row in rows}


async def lock_channel(tx: Tx, channel_code: str) -> Channel | None:
    """Lock one channel."""
    rows = await tx.fetch(f"select {_CHANNEL_COLUMNS} from channels where channel_code = $1 for update", channel_code)
    return _channel(rows[0]) if rows else None


async def set_state(tx: Tx, channel: Channel) -> None:
    """Write a locked channel's new state."""
    await tx.execute(
        "update channels set state = $2, changes = $3, changed_at = $4 where channel_id = $1",
        channel.channel_id,
        channel.state.value,
        channel.changes,
        channel.changed_at,
    )


async def insert_key(tx: Tx, key: ChannelKey) -> None:
    """Write a new key."""
    await tx.insert("channel_keys", _KEY, [tuple(_plain(name, getattr(key, name)) for name in _KEY)])


async def end_public_keys(tx: Tx, channel_id: int, *, at: datetime) -> list[ChannelKey]:
    """Let the registered keys of a channel end at an instant; those that had no end before."""
    rows = await tx.fetch(
        "update channel_keys set ended_at = $2 where channel_id = $1 and kind = 'public' and ended_at is null "
        f"returning {', '.join(_KEY)}",
        channel_id,
        at,
    )
    return [msgspec.convert(dict(row), ChannelKey) for row in rows]


async def read_key(reading: Reading, key_id: int) -> ChannelKey | None:
    """A key, whether it is good or not."""
    row = await reading.fetchrow(f"select {', '.join(_KEY)} from channel_keys where key_id = $1", key_id)
    return None if row is None else msgspec.convert(dict(row), ChannelKey)


async def list_keys(reading: Reading, *, after: int, most: int) -> list[ChannelKey]:
    """Keys in the order of their ids."""
    rows = await reading.fetch(
        f"select {', '.join(_KEY)} from channel_keys where key_id > $1 order by key_id limit $2", after, most
    )
    return [msgspec.convert(dict(row), ChannelKey) for row in rows]


async def list_open_keys(reading: Reading, channel_id: int, *, at: datetime) -> list[ChannelKey]:
    """The registered public keys of a channel that are good now, newest last."""
    rows = await reading.fetch(
        f"select {', '.join(_KEY)} from channel_keys where channel_id = $1 and kind = 'public' "
        "and (ended_at is null or ended_at > $2) order by key_id",
        channel_id,
        at,
    )
    return [msgspec.convert(dict(row), ChannelKey) for row in rows]


# ── admitting messages ──────────────────────────────────────────────────────────────────────────────────────────────


async def read_good_keys(reading: Reading, key_ids: Sequence[int], *, at: datetime) -> set[tuple[int, int]]:
    """Which of these keys are good now, with whose they are."""
    rows = await reading.fetch(
        "select key_id, channel_id from channel_keys where key_id = any($1) and (ended_at is null or ended_at > $2) "
        "and (expires_at is null or expires_at > $2)",
        sorted(set(key_ids)),
        at,
    )
    return {(row[0], row[1]) for row in rows}


async def claim_nonces(tx: Tx, messages: Sequence[Message], *, at: datetime) -> set[tuple[int, str]]:
    """Keep the nonces, sorted; which of them are new."""
    rows = sorted((nonce_bucket(one.nonce), one.channel_id, one.nonce) for one in messages)
    made = await tx.fetch(
        "insert into channel_nonces (bucket, channel_id, nonce, seen_at) select b, c, n, $1 "
        "from unnest($2::int[], $3::bigint[], $4::text[]) as t(b, c, n) on conflict do nothing returning channel_id, nonce",
        at,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
    )
    return {(row[0], row[1]) for row in made}


async def raise_counts(tx: Tx, noun: str, begins_at: datetime, raised: Mapping[int, int]) -> dict[int, int]:
    """Count for channels, sorted; the totals before."""
    names = sorted((home_of(channel_id), channel_id) for channel_id in raised)
    rows = await tx.fetch(
        "insert into channel_counts as c (bucket, channel_id, noun, begins_at, total) select b, i, $1, $2, n "
        "from unnest($3::int[], $4::bigint[], $5::int[]) as t(b, i, n) on conflict (bucket, channel_id, noun, begins_at) "
        "do update set total = c.total + excluded.total returning channel_id, total",
        noun,
        begins_at,
        [name[0] for name in names],
        [name[1] for name in names],
        [raised[name[1]] for name in names],
    )
    return {row[0]: row[1] - raised[row[0]] for row in rows}


async def sweep(tx: Tx, *, nonces: datetime, counts: datetime, answers: datetime, most: int) -> int:
    """Clear away what is too old to matter, a bounded number of each; how many rows went."""
    gone = 0
    for table, key, column, before in (
        ("channel_nonces", "bucket, channel_id, nonce", "seen_at", nonces),
        ("channel_counts", "bucket, channel_id, noun, begins_at", "begins_at", counts),
        ("channel_answers", "bucket, answer_id", "made_at", answers),
    ):
        tag = await tx.execute(
            f"delete from {table} where ({key}) in (select {key} from {table} where {column} < $1 limit $2)",
            before,
            most,
        )
        gone += int(tag.split()[-1])
    return gone


async def insert_answer(tx: Tx, bucket: int, answer_id: int, answer_sealed: bytes, *, at: datetime) -> None:
    """Keep what was answered."""
    await tx.insert(
        "channel_answers", ("bucket", "answer_id", "answer_sealed", "made_at"), [(bucket, answer_id, answer_sealed, at)]
    )


async def read_answer(reading: Reading, bucket: int, answer_id: int) -> bytes | None:
    """What was answered, or None where it is cleared away."""
    row = await reading.fetchrow(
        "select answer_sealed from channel_answers where bucket = $1 and answer_id = $2", bucket, answer_id
    )
    return None if row is None else bytes(row[0])


# ── assertions ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def insert_assertion(tx: Tx, one: KeptAssertion) -> bool:
    """Keep an assertion for good; False where its nonce was used before."""
    values = [_plain(name, getattr(one, name)) for name in _ASSERTION]
    holes = ", ".join(f"${n}" for n in range(1, len(values) + 1))
    made = await tx.fetch(
        f"insert into channel_assertions ({', '.join(_ASSERTION)}) values ({holes}) on conflict do nothing returning nonce",
        *values,
    )
    return bool(made)


async def list_assertions(reading: Reading, *, after: tuple[int, int, str], most: int) -> list[KeptAssertion]:
    """Assertions in the order of their key."""
    rows = await reading.fetch(
        f"select {', '.join(_ASSERTION)} from channel_assertions where (bucket, channel_id, nonce) > ($1, $2, $3) "
        "order by bucket, channel_id, nonce limit $4",
        *after,
        most,
    )
    return [msgspec.convert(dict(row), KeptAssertion) for row in rows]


# ── webhooks ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _endpoint(row: Any) -> Endpoint:
    return msgspec.convert({name: row[name] for name in _ENDPOINT}, Endpoint)


async def write_endpoint(tx: Tx, endpoint: Endpoint, *, state: str) -> None:
    """Set where a channel is told; the earlier address and secret go."""
    await tx.execute(
        "insert into channel_endpoints (bucket, channel_id, url, events, secret_sealed, state, failures, resume_at, made_at) "
        "values ($1, $2, $3, $4, $5, $6, 0, $7, $8) on conflict (bucket, channel_id) do update set url = excluded.url, "
        "events = excluded.events, secret_sealed = excluded.secret_sealed, state = excluded.state, failures = 0, "
        "resume_at = excluded.resume_at, made_at = excluded.made_at",
        endpoint.bucket,
        endpoint.channel_id,
        endpoint.url,
        sorted(endpoint.events),
        endpoint.secret_sealed,
        state,
        endpoint.resume_at,
        endpoint.made_at,
    )


async def read_endpoints(reading: Reading, channel_ids: Sequence[int] | None = None) -> dict[int, Endpoint]:
    """The active endpoints of these channels, or of all."""
    rows = await reading.fetch(
        f"select {', '.join(_ENDPOINT)} from channel_endpoints where state = 'active' "
        "and ($1::bigint[] is null or (bucket = any($2::int[]) and channel_id = any($1)))",
        None if channel_ids is None else sorted(channel_ids),
        None if channel_ids is None else sorted({home_of(one) for one in channel_ids}),
    )
    return {row["channel_id"]: _endpoint(row) for row in rows}


async def list_endpoint_rows(reading: Reading, *, after: tuple[int, int], most: int) -> list[dict[str, Any]]:
    """What lasts of endpoints, ended ones too, in the order of their key: all but how deliveries fare."""
    rows = await reading.fetch(
        f"select {', '.join(ENDPOINT_LASTING)} from channel_endpoints where (bucket, channel_id) > ($1, $2) "
        "order by bucket, channel_id limit $3",
        *after,
        most,
    )
    return [dict(row) for row in rows]


async def note_delivery(tx: Tx, channel_id: int, *, failures: int, resume_at: datetime) -> None:
    """Keep how an endpoint fares."""
    await tx.execute(
        "update channel_endpoints set failures = $3, resume_at = $4 where bucket = $1 and channel_id = $2",
        home_of(channel_id),
        channel_id,
        failures,
        resume_at,
    )


FOLLOWER_LOCK_SPACE = 7_302


async def try_follow(tx: Tx) -> bool:
    """Whether this transaction is the one that follows the audit now."""
    row = await tx.fetchrow("select pg_try_advisory_xact_lock($1, 1)", FOLLOWER_LOCK_SPACE)
    return bool(row[0])


async def read_positions(reading: Reading) -> dict[int, int]:
    """How far each chain was told."""
    rows = await reading.fetch("select chain, seq from webhook_positions")
    return {row[0]: row[1] for row in rows}


async def set_positions(tx: Tx, positions: Mapping[int, int]) -> None:
    """Keep how far each chain was told."""
    chains = sorted(positions)
    await tx.execute(
        "insert into webhook_positions (chain, seq) select c, s from unnest($1::int[], $2::bigint[]) as t(c, s) "
        "on conflict (chain) do update set seq = excluded.seq",
        chains,
        [positions[chain] for chain in chains],
    )
