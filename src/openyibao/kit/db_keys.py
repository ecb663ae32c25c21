"""The data keys' rows: wrapped by the master key, read into a ring. 中文: 数据密钥存取。"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import (
    DataKey,
    KeyPurpose,
    KeyRing,
    MasterKey,
    Suite,
    Verifier,
    make_data_key,
    make_signer,
    read_verifier,
)

_SIGNING = (KeyPurpose.issuer, KeyPurpose.link)


class KeyState(StrEnum):
    """The life of an issuer's key (签发密钥状态): published before it signs, and for as long as what it signed must verify."""

    coming = "coming"
    signing = "signing"
    verifying = "verifying"
    retired = "retired"


KEY_MOVES = {
    (KeyState.coming, KeyState.signing),
    (KeyState.coming, KeyState.retired),
    (KeyState.signing, KeyState.verifying),
    (KeyState.verifying, KeyState.retired),
}


class PublishedKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key of the issuer as anybody may have it (签发公钥)."""

    key_id: int
    suite: Suite
    state: KeyState
    made_on: date
    public: Verifier


async def ensure_keys(connection: Any, master: MasterKey, clock: Clock, *, suite: Suite) -> KeyRing:
    """The ring of all data keys; makes those that are missing for the suite. Safe to run from two processes at once."""
    async with connection.transaction():
        await connection.execute("lock table data_keys in exclusive mode")
        rows = await connection.fetch(
            "select key_id, purpose, suite, made_on, wrapped, state from data_keys order by key_id"
        )
        keys = [_read(master, row) for row in rows]
        have = {(key.purpose, key.suite) for key in keys}
        for purpose in KeyPurpose:
            if (purpose, suite) in have:
                continue
            key = make_data_key(
                key_id=max((k.key_id for k in keys), default=0) + 1, purpose=purpose, suite=suite, made_on=clock.today()
            )
            public = make_signer(key.secret, suite=suite).public.der() if purpose in _SIGNING else None
            await connection.execute(
                "insert into data_keys (key_id, purpose, suite, made_on, wrapped, public_key) "
                "values ($1, $2, $3, $4, $5, $6)",
                key.key_id,
                key.purpose.value,
                key.suite.value,
                key.made_on,
                master.wrap(key.secret, key_id=key.key_id, label=key.label),
                public,
            )
            keys.append(key)
    return KeyRing(keys, suite=suite, idle={row[0] for row in rows if row[5] != KeyState.signing})


async def read_ring(reading: Any, master: MasterKey, *, suite: Suite) -> KeyRing:
    """The ring of all data keys as they stand now; makes none."""
    rows = await reading.fetch("select key_id, purpose, suite, made_on, wrapped, state from data_keys order by key_id")
    idle = {row[0] for row in rows if row[5] != KeyState.signing}
    return KeyRing([_read(master, row) for row in rows], suite=suite, idle=idle)


async def read_keys_version(reading: Any) -> int:
    """Raised whenever an issuer's key is made or moved."""
    row = await reading.fetchrow("select version from reference_versions where noun = 'data_keys'")
    return int(row[0])


async def _bump_version(tx: Any) -> None:
    await tx.execute("update reference_versions set version = version + 1 where noun = 'data_keys'")


def _read(master: MasterKey, row: Any) -> DataKey:
    blank = DataKey(key_id=row[0], purpose=KeyPurpose(row[1]), suite=Suite(row[2]), made_on=row[3], secret=b"")
    secret = master.unwrap(row[4], key_id=blank.key_id, label=blank.label)
    return DataKey(key_id=blank.key_id, purpose=blank.purpose, suite=blank.suite, made_on=blank.made_on, secret=secret)


async def read_public_keys(reading: Any) -> dict[int, Verifier]:
    """The published verifiers by key id: what anybody needs to check links, receipts and statements."""
    rows = await reading.fetch("select key_id, public_key from data_keys where public_key is not null")
    return {row[0]: read_verifier(row[1]) for row in rows}


async def list_issuer_keys(reading: Any) -> list[PublishedKey]:
    """The issuer's keys in every state, oldest first."""
    return await list_public_keys(reading, KeyPurpose.issuer)


async def list_public_keys(reading: Any, purpose: KeyPurpose) -> list[PublishedKey]:
    """The keys of a signing purpose in every state, oldest first."""
    rows = await reading.fetch(
        "select key_id, suite, state, made_on, public_key from data_keys "
        "where purpose = $1 and public_key is not null order by key_id",
        purpose.value,
    )
    return [
        PublishedKey(
            key_id=row[0],
            suite=Suite(row[1]),
            state=KeyState(row[2]),
            made_on=row[3],
            public=read_verifier(row[4]),
        )
        for row in rows
    ]


async def prepare_issuer_key(tx: Any, master: MasterKey, clock: Clock, *, suite: Suite) -> int:
    """Make an issuer's key that is to come; its id. The caller's transaction holds the table meanwhile."""
    await tx.execute("lock table data_keys in exclusive mode")
    row = await tx.fetchrow("select coalesce(max(key_id), 0) + 1 from data_keys")
    key = make_data_key(key_id=row[0], purpose=KeyPurpose.issuer, suite=suite, made_on=clock.today())
    await tx.execute(
        "insert into data_keys (key_id, purpose, suite, made_on, wrapped, public_key, state, state_changed_at) "
        "values ($1, 'issuer', $2, $3, $4, $5, 'coming', $6)",
        key.key_id,
        suite.value,
        key.made_on,
        master.wrap(key.secret, key_id=key.key_id, label=key.label),
        make_signer(key.secret, suite=suite).public.der(),
        clock.now(),
    )
    await _bump_version(tx)
    return key.key_id


async def move_issuer_key(tx: Any, clock: Clock, *, key_id: int, to: KeyState) -> bool:
    """Move a key to its next state; False where there is no such key or step. A key that begins to sign relieves the other
    of its suite. Only that way does a signing key stop signing, so that there is always one.
    """  # noqa: D205 one sentence leads to the other
    await tx.execute("lock table data_keys in exclusive mode")
    keys = {key.key_id: key for key in await list_issuer_keys(tx)}
    key = keys.get(key_id)
    if key is None or to is KeyState.verifying or (key.state, to) not in KEY_MOVES:
        return False
    moves: list[tuple[int, KeyState]] = [(key_id, to)]
    if to is KeyState.signing:
        moves += [
            (other.key_id, KeyState.verifying)
            for other in keys.values()
            if other.suite is key.suite and other.state is KeyState.signing
        ]
    for moved, state in moves:
        await tx.execute(
            "update data_keys set state = $2, state_changed_at = $3 where key_id = $1", moved, state.value, clock.now()
        )
    await _bump_version(tx)
    return True
