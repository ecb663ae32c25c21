"""Verbs of the audit: close a batch with its link, hold the chains against themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

from openyibao.kit.clock import Clock, unix_microseconds
from openyibao.kit.crypto import MerkleTree, Signer, Verifier, merkle_root
from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import slot_of
from openyibao.rooms.audit import store
from openyibao.rooms.audit.records import AuditEvent, AuditFault, AuditLink, EventProof, StoredEvent
from openyibao.rooms.audit.rules import FIRST_HASH, hash_link, leaf_of

LINKS_AT_ONCE = 500
EVENTS_AFTER_MOST = 20_000
"""So many events of its chain may stand between a subject's id and its event: more than any batch tells."""


class ChainCloser:
    """Writes one link a batch in this carrier's chain; knows the chain's head without asking the database."""

    def __init__(self, clock: Clock, signer: Signer, *, key_id: int) -> None:
        self._clock, self._signer, self._key_id = clock, signer, key_id
        self._seq, self._hash = 0, FIRST_HASH
        self._next: tuple[int, bytes] | None = None

    async def attach(self, connection: Any, slot: int) -> None:
        """Read where the chain of this writer slot stands."""
        self._seq, self._hash = await store.last_link(connection, slot) or (0, FIRST_HASH)
        self._next = None

    async def close(self, tx: Tx) -> None:
        """Write the batch's events and its signed link, with all writes still gathered. No events, no link."""
        self._next = None
        if tx.audit:
            await self._link(tx, tx.audit)
        await tx.send_writes()

    async def _link(self, tx: Tx, events: list[AuditEvent]) -> None:
        at, seq = self._clock.now(), self._seq + 1
        ids = tx.ids.take(len(events))
        at_micro = unix_microseconds(at)
        root = merkle_root(
            [leaf_of(event, event_id=i, at_micro=at_micro) for event, i in zip(events, ids, strict=True)]
        )
        link_hash = hash_link(
            chain=tx.chain,
            seq=seq,
            event_count=len(events),
            first_event_id=ids[0],
            root=root,
            previous=self._hash,
            at=at,
        )
        # A third of a millisecond, once a batch; handing it to a thread costs about as much again in switching.
        signature = self._signer.sign(link_hash)
        await store.insert_events(tx, events, ids, seq=seq, at=at)
        link = AuditLink(
            chain=tx.chain,
            seq=seq,
            event_count=len(events),
            first_event_id=ids[0],
            root=root,
            previous_hash=self._hash,
            link_hash=link_hash,
            signature=signature,
            key_id=self._key_id,
            linked_at=at,
        )
        await store.insert_link(tx, link)
        self._next = (seq, link_hash)

    def kept(self) -> None:
        """The commit succeeded: the chain's head moves."""
        if self._next is not None:
            self._seq, self._hash = self._next
            self._next = None


def _leaf(event: StoredEvent) -> bytes:
    plain = AuditEvent(
        kind=event.kind, cell=event.cell, subject_id=event.subject_id, actor=event.actor, content=event.content
    )
    return leaf_of(plain, event_id=event.event_id, at_micro=unix_microseconds(event.happened_at))


async def verify_chains(
    reading: Reading, verifier_of: Callable[[int], Verifier | None]
) -> AsyncIterator[AuditFault | tuple[AuditLink, list[StoredEvent]]]:
    """Walk every chain: yields each link with its events, and a fault for each thing that does not hold."""
    for chain in await store.list_chains(reading):
        previous, seq = FIRST_HASH, 0
        while True:
            links = await store.list_links(reading, chain, after_seq=seq, most=LINKS_AT_ONCE)
            if not links:
                break
            events = await store.list_events(reading, chain, seq_from=links[0].seq, seq_to=links[-1].seq)
            by_seq: dict[int, list[StoredEvent]] = {}
            for event in events:
                by_seq.setdefault(event.seq, []).append(event)
            for link in links:
                own = by_seq.get(link.seq, [])
                for fault in _link_faults(link, own, previous=previous, seq=seq, verifier=verifier_of(link.key_id)):
                    yield fault
                yield link, own
                previous, seq = link.link_hash, link.seq
    strays = await store.count_stray_events(reading)
    if strays:
        yield AuditFault(
            kind="events_without_link",
            where="audit_events",
            zh=f"有 {strays} 条审计事件没有所属链环",
            en=f"{strays} audit events stand in no link",
        )


def _link_faults(
    link: AuditLink, events: list[StoredEvent], *, previous: bytes, seq: int, verifier: Verifier | None
) -> list[AuditFault]:
    where = f"chain {link.chain} link {link.seq}"
    faults = []

    def fault(kind: str, zh: str, en: str) -> None:
        faults.append(AuditFault(kind=kind, where=where, zh=zh, en=en))

    if link.seq != seq + 1:
        fault("link_missing", f"{where}: 前面缺少链环 {seq + 1}", f"{where}: link {seq + 1} before it is missing")
    if link.previous_hash != previous:
        fault("link_broken", f"{where}: 与前一链环不相连", f"{where}: does not join the link before it")
    if len(events) != link.event_count:
        fault(
            "event_missing",
            f"{where}: 应有 {link.event_count} 条事件, 实有 {len(events)} 条",
            f"{where}: {link.event_count} events were linked, {len(events)} are there",
        )
    elif merkle_root([_leaf(event) for event in events]) != link.root:
        fault("event_altered", f"{where}: 审计事件被改动", f"{where}: an audit event was altered")
    expected = hash_link(
        chain=link.chain,
        seq=link.seq,
        event_count=link.event_count,
        first_event_id=link.first_event_id,
        root=link.root,
        previous=link.previous_hash,
        at=link.linked_at,
    )
    if expected != link.link_hash:
        fault("link_altered", f"{where}: 链环被改动", f"{where}: the link was altered")
    if verifier is None or not verifier.verify(link.link_hash, link.signature):
        fault("signature_wrong", f"{where}: 签名不符", f"{where}: the signature does not hold")
    return faults


async def prove(reading: Reading, kind: str, *, subject_id: int) -> EventProof | None:
    """The proof that an event was told, for a subject whose id was drawn in the event's transaction; None where none is found."""
    event = await store.find_event_after(
        reading, slot_of(subject_id), kind, subject_id=subject_id, most=EVENTS_AFTER_MOST
    )
    link = None if event is None else await store.read_link(reading, event.chain, event.seq)
    if event is None or link is None:
        return None
    events = await store.list_leaves(reading, link)
    at = next((n for n, one in enumerate(events) if one.event_id == event.event_id), None)
    tree = MerkleTree([_leaf(one) for one in events])
    if at is None or tree.root != link.root:
        return None
    return EventProof(event=event, leaf_no=at, leaf_count=tree.count, path=tree.path(at), link=link)
