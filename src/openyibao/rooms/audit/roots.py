"""The day's root: once a day the heads of all chains are signed together and published, so that who kept yesterday's root
can tell whether anything before it was rewritten since, even by whoever holds database and keys. 中文: 每日审计根。
"""  # noqa: D205 one sentence

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import date

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Signer, Verifier, merkle_root
from openyibao.kit.db import Reading, Tx
from openyibao.rooms.audit import store
from openyibao.rooms.audit.records import AuditEvent, AuditFault, DayRoot, ExpectedEvent
from openyibao.rooms.audit.rules import FIRST_HASH, hash_root, head_leaf, root_subject

ROOTS_AT_ONCE = 100
SEALED = "day_sealed"


async def seal_day(tx: Tx, clock: Clock, signer: Signer, *, key_id: int, actor: str) -> DayRoot | None:
    """Sign the heads as they stand, once a Shanghai day; None where the day is sealed already, or nothing was ever written."""
    today, last = clock.today(), await store.last_root(tx)
    if last is not None and last.sealed_on >= today:
        return None
    heads = await store.list_heads(tx)
    if not heads:
        return None
    at, previous = clock.now(), FIRST_HASH if last is None else last.root_hash
    root = root_of(heads)
    root_hash = hash_root(sealed_on=today, sealed_at=at, chains=len(heads), root=root, previous=previous)
    made = DayRoot(
        sealed_on=today,
        heads=tuple(heads),
        root=root,
        previous_hash=previous,
        root_hash=root_hash,
        signature=signer.sign(root_hash),
        key_id=key_id,
        sealed_at=at,
    )
    if not await store.insert_root(tx, made):
        return None
    tx.audit.append(
        AuditEvent(kind=SEALED, cell=0, subject_id=root_subject(today), actor=actor, content=made.root_hash)
    )
    return made


def root_of(heads: Sequence[tuple[int, int, bytes]]) -> bytes:
    """The Merkle root over the heads, in the order of their chains."""
    return merkle_root([head_leaf(*head) for head in heads])


async def expected_of_roots(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every root."""
    after = date.min
    while found := await store.list_roots(reading, after=after, most=most):
        after = found[-1].sealed_on
        yield [
            ExpectedEvent(
                kind=SEALED,
                subject_id=root_subject(one.sealed_on),
                content=one.root_hash,
                where=f"root of {one.sealed_on}",
                stands=_holds(one),
            )
            for one in found
        ]


async def verify_roots(
    reading: Reading, verifier_of: Callable[[int], Verifier | None]
) -> AsyncIterator[AuditFault | DayRoot]:
    """Walk the roots: yields each, and a fault for each thing that does not hold between it and the chains."""
    after, previous = date.min, FIRST_HASH
    while found := await store.list_roots(reading, after=after, most=ROOTS_AT_ONCE):
        after = found[-1].sealed_on
        for root in found:
            for fault in await compare_root(reading, root, verifier_of(root.key_id)):
                yield fault
            if root.previous_hash != previous:
                yield _fault(root, "root_broken", "与前一日的审计根不相连", "does not join the root before it")
            yield root
            previous = root.root_hash


async def compare_root(reading: Reading, root: DayRoot, verifier: Verifier | None) -> list[AuditFault]:
    """What of a root, stored here or kept elsewhere since it was published, does not hold against the chains of now."""
    faults = []
    if not _holds(root):
        faults.append(_fault(root, "root_altered", "审计根被改动", "the root was altered"))
    if verifier is None or not verifier.verify(root.root_hash, root.signature):
        faults.append(_fault(root, "root_signature_wrong", "审计根签名不符", "its signature does not hold"))
    for chain, seq, link_hash in root.heads:
        link = await store.read_link(reading, chain, seq)
        if link is None or link.link_hash != link_hash:
            faults.append(
                _fault(
                    root,
                    "history_rewritten",
                    f"链 {chain} 的第 {seq} 环与当日公布的不同",
                    f"link {seq} of chain {chain} is not the one that was published that day",
                )
            )
    return faults


def _holds(root: DayRoot) -> bool:
    """Whether its heads give its root, and all of it its hash."""
    over = root_of(root.heads)
    expected = hash_root(
        sealed_on=root.sealed_on,
        sealed_at=root.sealed_at,
        chains=len(root.heads),
        root=over,
        previous=root.previous_hash,
    )
    return over == root.root and expected == root.root_hash


def _fault(root: DayRoot, kind: str, zh: str, en: str) -> AuditFault:
    where = f"root of {root.sealed_on}"
    return AuditFault(kind=kind, where=where, zh=f"{where}: {zh}", en=f"{where}: {en}")
