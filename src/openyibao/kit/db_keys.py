"""The data keys' rows: wrapped by the master key, read into a ring. 中文: 数据密钥存取。"""

from __future__ import annotations

from typing import Any

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


async def ensure_keys(connection: Any, master: MasterKey, clock: Clock, *, suite: Suite) -> KeyRing:
    """The ring of all data keys; makes those that are missing for the suite. Safe to run from two processes at once."""
    async with connection.transaction():
        await connection.execute("lock table data_keys in exclusive mode")
        rows = await connection.fetch("select key_id, purpose, suite, made_on, wrapped from data_keys order by key_id")
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
    return KeyRing(keys, suite=suite)


def _read(master: MasterKey, row: Any) -> DataKey:
    blank = DataKey(key_id=row[0], purpose=KeyPurpose(row[1]), suite=Suite(row[2]), made_on=row[3], secret=b"")
    secret = master.unwrap(row[4], key_id=blank.key_id, label=blank.label)
    return DataKey(key_id=blank.key_id, purpose=blank.purpose, suite=blank.suite, made_on=blank.made_on, secret=secret)


async def read_public_keys(reading: Any) -> dict[int, Verifier]:
    """The published verifiers by key id: what anybody needs to check links, receipts and statements."""
    rows = await reading.fetch("select key_id, public_key from data_keys where public_key is not null")
    return {row[0]: read_verifier(row[1]) for row in rows}
