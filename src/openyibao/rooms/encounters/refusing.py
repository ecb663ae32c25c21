"""Refusals of the verbs about visits, stored and answered; and the keys of their requests. 中文: 拒绝登记与请求号。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import REASONS, Refused
from openyibao.kit.requests import (
    BARRED_DIGEST,
    KEY_CONFLICT,
    REQUEST_BARRED,
    ClaimedKey,
    KeyedRequest,
    claim_keys,
)
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.encounters import store, telling


async def refuse(
    tx: Tx,
    clock: Clock,
    verb: str,
    *,
    cell: int,
    institution_id: int,
    refusal_id: int,
    refused: Refused,
    person_id: int | None = None,
    encounter_id: int | None = None,
) -> Refused:
    """Store a refusal under its id and tell the audit; returns it."""
    at = clock.now()
    row = (cell, refusal_id, institution_id, verb, person_id, encounter_id, refused.code, dict(refused.facts), at)
    await store.insert_refusals(tx, [row])
    tx.audit.append(
        AuditEvent(
            kind="refused",
            cell=cell,
            subject_id=refusal_id,
            actor=str(institution_id),
            content=telling.content_of_refusal(row),
        )
    )
    return refused


def stored_refusal(code: str, facts: dict[str, Any]) -> Refused:
    """A refusal as it was answered the first time."""
    return Refused(REASONS[code], facts)


async def known_refusal(reading: Reading, cell: int, refusal_id: int) -> Refused:
    """The refusal that is stored under an id."""
    code, facts = (await store.read_refusals(reading, [(cell, refusal_id)]))[refusal_id]
    return stored_refusal(code, facts)


async def claim_or_refuse(
    tx: Tx, clock: Clock, verb: str, requests: Sequence[Any], cells: Sequence[int]
) -> list[ClaimedKey | Refused]:
    """Claim the keys of a batch. Reasons: request_barred · key_conflict."""
    keyed = [
        KeyedRequest(cell=cell, institution_id=one.institution_id, request_key=one.request_key, digest=one.digest)
        for one, cell in zip(requests, cells, strict=True)
    ]
    answers: list[ClaimedKey | Refused] = []
    for one, claim in zip(keyed, await claim_keys(tx, verb, keyed, at=clock.now()), strict=True):
        if claim.fresh or claim.digest == one.digest:
            answers.append(claim)
            continue
        barred = claim.digest == BARRED_DIGEST
        refused = Refused(REQUEST_BARRED) if barred else Refused(KEY_CONFLICT, {"request_key": one.request_key})
        conflict = await refuse(
            tx,
            clock,
            verb,
            cell=one.cell,
            institution_id=one.institution_id,
            refusal_id=tx.ids.next(),
            refused=refused,
        )
        answers.append(conflict)
    return answers
