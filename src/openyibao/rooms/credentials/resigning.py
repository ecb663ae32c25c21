"""Signing statements anew before an issuer key retires: a stretch a transaction, may break off and go on. 中文: 凭证重签。"""

from __future__ import annotations

import msgspec

from openyibao.kit.crypto import Signer
from openyibao.kit.db import Reading, Tx
from openyibao.rooms.credentials import rules, store, telling
from openyibao.rooms.credentials.service import note

COUNTED_MAX = 1_000_000


async def sign_anew(tx: Tx, signer: Signer, *, retiring_key_id: int, issuer_key_id: int, most: int, actor: str) -> int:
    """Sign statements that one key signed by another; how many. What is done is found no more, so a run goes on where it broke off.

    Raises ValueError for one and the same key.
    """
    if retiring_key_id == issuer_key_id:
        raise ValueError("a key does not relieve itself")
    done = []
    for one, digest in await store.lock_signed_by(tx, retiring_key_id, most=most):
        statement = rules.restate(one.statement, issuer_key_id=issuer_key_id)
        signed = msgspec.structs.replace(
            one,
            statement=statement,
            statement_signature=signer.sign(statement),
            issuer_key_id=issuer_key_id,
            signings=one.signings + 1,
        )
        content = telling.content_of_credential(signed, digest)
        note(tx, "credential_resigned", one.bucket, one.credential_id, actor, content)
        done.append(signed)
    if done:
        await store.set_statements(tx, done)
    return len(done)


async def count_signed_by(reading: Reading, *, issuer_key_id: int) -> int:
    """How many credentials that are not revoked carry a key's signature, at most a million counted."""
    return await store.count_signed_by(reading, issuer_key_id, most=COUNTED_MAX)
