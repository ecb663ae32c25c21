"""Asking for the six-digit password before an act that needs it, and changing it. 中文: 口令验证。

Whoever asks holds a binding, a card or a paper already: a stranger can't reach this, so can't lock anybody's password. Hashing is awaited in a thread and
outside of any transaction; what it gave is then counted in one, where the lock is looked at again.
"""

from __future__ import annotations

import asyncio

from openyibao.fronts.shared.platform import Platform
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms import activations
from openyibao.rooms.bindings import Binding

PASSWORD_MAX = 20
PASSWORD_NEEDED = reason(
    "password_needed",
    zh="这一步需要输入医保码口令",
    en="This needs the password of the code",
    next_zh="请输入 6 位口令; 忘记口令可在“医保码口令”里重设",
    next_en="Enter the six digits; a forgotten one is set anew under “Password of the code”",
)


async def refuse_untyped(platform: Platform, binding: Binding) -> Refused:
    """Why an act that needs the password is not done where none was typed; it counts as no try.

    Refuses, in order: way_locked, password_not_set, password_needed.
    """
    async with platform.readers.reading() as reading:
        kept = await activations.find_hash(
            reading,
            platform.clock,
            platform.sealer,
            person=(binding.bucket, binding.person_id),
            credential_id=binding.credential_id,
        )
    return kept if isinstance(kept, Refused) else Refused(PASSWORD_NEEDED)


async def authenticate_by_password(platform: Platform, binding: Binding, password: str) -> Refused | None:
    """None where it is the password of the binding's credential. Refuses, in order: way_locked, password_not_set,
    password_wrong.
    """  # noqa: D205 one sentence
    return await hold_password(platform, (binding.bucket, binding.person_id), binding.credential_id, password)


async def hold_password(
    platform: Platform, person: tuple[int, int], credential_id: int, password: str
) -> Refused | None:
    """The same for a credential whose card or paper is here. Whoever calls has seen that it is."""
    async with platform.readers.reading() as reading:
        kept = await activations.find_hash(
            reading, platform.clock, platform.sealer, person=person, credential_id=credential_id
        )
    if isinstance(kept, Refused):
        return kept
    held = await asyncio.to_thread(activations.password_holds, password[:PASSWORD_MAX], kept)

    async def run(tx: Tx) -> Refused | None:
        return await activations.note_try(tx, platform.clock, person=person, held=held)

    refused: Refused | None = await platform.lane.submit("work", Work(run=run))
    return refused


async def change_password(platform: Platform, binding: Binding, *, old: str, new: str) -> Refused | None:
    """Another password for the old one; None where it was taken. Reasons: those of ``authenticate_by_password``, then of a weak one."""
    person = (binding.bucket, binding.person_id)
    async with platform.readers.reading() as reading:
        weak = await activations.refuse_weak(reading, platform.sealer, person, new)
    refused = await authenticate_by_password(platform, binding, old)
    if refused is not None or weak is not None:
        return refused or weak
    salt = platform.randomness.octets(16)
    hashed = await asyncio.to_thread(activations.hash_password, new, salt=salt)

    async def run(tx: Tx) -> None:
        await activations.put_password(
            tx,
            platform.clock,
            platform.sealer,
            person=person,
            credential_id=binding.credential_id,
            hashed=hashed,
            set_by="password",
            actor=binding.channel_code,
        )

    await platform.lane.submit("work", Work(run=run))
    return None
