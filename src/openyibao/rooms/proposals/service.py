"""Verbs of proposals."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.proposals import records, rules, store, telling
from openyibao.rooms.proposals.records import Decision, NewProposal, Proposal, ProposalKind

_MADE_DAYS = timedelta(days=3)


def _proposal_of(sealer: Sealer, row: Any) -> Proposal:
    fields = dict(row)
    fields["body"] = sealer.unseal(fields.pop("body_sealed"), where=rules.body_place(fields["proposal_id"]))
    fields["kind"] = ProposalKind(fields["kind"])
    fields["decision"] = None if fields["decision"] is None else Decision(fields["decision"])
    return Proposal(**fields)


async def propose(tx: Tx, clock: Clock, sealer: Sealer, new: NewProposal) -> Proposal | Refused:
    """Propose an act. Refuses: proposals_too_many."""
    at = clock.now()
    waiting = await store.count_waiting(tx, new.institution_id, new.maker, at=at)
    if waiting >= rules.WAITING_MAX:
        return Refused(records.PROPOSALS_TOO_MANY, {"waiting": waiting})
    proposal_id = tx.ids.next()
    row = {
        "bucket": new.bucket,
        "proposal_id": proposal_id,
        "kind": new.kind.value,
        "person_id": new.person_id,
        "body_sealed": sealer.seal(new.body, where=rules.body_place(proposal_id)),
        "institution_id": new.institution_id,
        "maker": new.maker,
        "why": new.why.strip(),
        "made_at": at,
        "expires_at": at + rules.LIFETIMES[new.kind],
        **dict.fromkeys((*store.DECIDED, "done_at")),
    }
    await store.insert_proposal(tx, [row[name] for name in store.COLUMNS])
    tx.audit.append(telling.made_event(row))
    return _proposal_of(sealer, row)


async def lock_waiting(
    tx: Tx, clock: Clock, sealer: Sealer, *, bucket: int, proposal_id: int, institution_id: int, officer: str
) -> Proposal | Refused:
    """The locked proposal, where this officer may decide it now. Refuses, in order: proposal_unknown · _decided ·
    _same_officer · _expired.
    """  # noqa: D205 one sentence
    row = await store.lock_proposal(tx, bucket, proposal_id)
    one = None if row is None else _proposal_of(sealer, row)
    refused = rules.judge_decision(one, institution_id=institution_id, officer=officer, at=clock.now())
    if refused is not None or one is None:
        return refused or Refused(records.PROPOSAL_UNKNOWN)
    return one


async def conclude(tx: Tx, clock: Clock, sealer: Sealer, *, proposal: Proposal, officer: str, done: bool) -> Proposal:
    """A locked proposal is approved; ``done`` where the act was done in this very transaction."""
    return await _decide(tx, clock, sealer, proposal, Decision.approved, officer, done=done)


async def reject(tx: Tx, clock: Clock, sealer: Sealer, *, proposal: Proposal, officer: str) -> Proposal:
    """A locked proposal is rejected; nothing is done."""
    return await _decide(tx, clock, sealer, proposal, Decision.rejected, officer, done=False)


async def _decide(
    tx: Tx, clock: Clock, sealer: Sealer, proposal: Proposal, decision: Decision, officer: str, *, done: bool
) -> Proposal:
    at = clock.now()
    row = dict(await store.lock_proposal(tx, proposal.bucket, proposal.proposal_id))
    row |= {"decision": decision.value, "decided_by": officer, "decided_at": at, "done_at": at if done else None}
    await store.set_decision(tx, row)
    tx.audit.append(telling.decided_event(row))
    if done:
        tx.audit.append(telling.done_event(row))
    return _proposal_of(sealer, row)


async def lock_approved(
    tx: Tx, clock: Clock, sealer: Sealer, *, bucket: int, proposal_id: int, institution_id: int, maker: str
) -> Proposal | Refused:
    """The locked proposal whose act its maker finishes now. Refuses, in order: proposal_unknown · _decided (done) ·
    _not_approved · _expired.
    """  # noqa: D205 one sentence
    row = await store.lock_proposal(tx, bucket, proposal_id)
    one = None if row is None else _proposal_of(sealer, row)
    refused = rules.judge_doing(one, institution_id=institution_id, maker=maker, at=clock.now())
    if refused is not None or one is None:
        return refused or Refused(records.PROPOSAL_UNKNOWN)
    return one


async def finish(tx: Tx, clock: Clock, sealer: Sealer, *, proposal: Proposal) -> Proposal:
    """What was approved is done, in this transaction."""
    row = dict(await store.lock_proposal(tx, proposal.bucket, proposal.proposal_id)) | {"done_at": clock.now()}
    await store.set_decision(tx, row)
    tx.audit.append(telling.done_event(row))
    return _proposal_of(sealer, row)


async def list_waiting(
    reading: Reading, clock: Clock, sealer: Sealer, *, institution_id: int, kinds: Collection[ProposalKind]
) -> list[Proposal]:
    """What waits for a decision at an institution, the oldest first; at most fifty."""
    names = sorted(kind.value for kind in kinds)
    rows = await store.list_waiting(reading, institution_id, names, at=clock.now(), most=rules.LISTED_MAX)
    return [_proposal_of(sealer, row) for row in rows]


async def list_made(
    reading: Reading, clock: Clock, sealer: Sealer, *, institution_id: int, maker: str, kinds: Collection[ProposalKind]
) -> list[Proposal]:
    """What an officer proposed in the last three days, the newest first; at most fifty."""
    names = sorted(kind.value for kind in kinds)
    since = clock.now() - _MADE_DAYS
    rows = await store.list_made(reading, institution_id, maker, names, since=since, most=rules.LISTED_MAX)
    return [_proposal_of(sealer, row) for row in rows]
