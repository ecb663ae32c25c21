"""Verbs of disputes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from openyibao.kit.clock import SHANGHAI, Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.disputes import records, rules, store, telling
from openyibao.rooms.disputes.records import Answer, Dispute, DisputeAnswers, Finding, NewDispute


def _dispute_of(sealer: Sealer, row: Any) -> Dispute:
    fields = dict(row)
    words, answer_sealed = fields.pop("words_sealed"), fields.pop("answer_sealed")
    name = fields["dispute_id"]
    fields["words"] = sealer.unseal(words, where=rules.words_place(name)).decode()
    if answer_sealed is not None:
        fields["answer"] = sealer.unseal(answer_sealed, where=rules.answer_place(name)).decode()
    fields["answers"] = DisputeAnswers(fields["answers"])
    fields["finding"] = None if fields["finding"] is None else Finding(fields["finding"])
    return Dispute(**fields)


async def raise_dispute(tx: Tx, clock: Clock, sealer: Sealer, new: NewDispute) -> Dispute | Refused:
    """Raise a dispute; about an entry that is disputed already, the open one. Refuses: disputes_too_many."""
    await store.lock_person(tx, new.bucket, new.person_id)
    standing = await store.list_open(tx, new.bucket, new.person_id)
    for row in standing:
        if (row["subject_kind"], row["subject_id"]) == (new.subject_kind, new.subject_id):
            return _dispute_of(sealer, row)
    if len(standing) >= rules.OPEN_MAX:
        return Refused(records.DISPUTES_TOO_MANY, {"open": len(standing)})
    dispute_id = tx.ids.next()
    row = {
        "bucket": new.bucket,
        "dispute_id": dispute_id,
        "person_id": new.person_id,
        "subject_kind": new.subject_kind,
        "subject_id": new.subject_id,
        "happened_at": new.happened_at,
        "institution_id": new.institution_id,
        "words_sealed": sealer.seal(new.words.encode(), where=rules.words_place(dispute_id)),
        "answers": new.answers.value,
        "promised_on": clock.today() + timedelta(days=new.answer_days),
        "raised_by": new.raised_by,
        "raised_at": clock.now(),
        **dict.fromkeys(("finding", "answer_sealed", "answered_by", "answered_at")),
    }
    await store.insert_dispute(tx, [row[name] for name in store.COLUMNS])
    tx.audit.append(telling.raised_event(row))
    return _dispute_of(sealer, row)


async def answer(
    tx: Tx, clock: Clock, sealer: Sealer, *, bucket: int, dispute_id: int, given: Answer
) -> Dispute | Refused:
    """Answer a dispute, once. Refuses, in order: dispute_unknown · dispute_answered."""
    row = await store.lock_dispute(tx, bucket, dispute_id)
    if row is None:
        return Refused(records.DISPUTE_UNKNOWN)
    if row["answered_at"] is not None:
        on = row["answered_at"].astimezone(SHANGHAI).date().isoformat()
        return Refused(records.DISPUTE_ANSWERED, {"on": on})
    after = {
        **dict(row),
        "finding": given.finding.value,
        "answer_sealed": sealer.seal(given.words.encode(), where=rules.answer_place(dispute_id)),
        "answered_by": given.officer,
        "answered_at": clock.now(),
    }
    await store.set_answer(
        tx,
        bucket,
        dispute_id,
        finding=after["finding"],
        answer_sealed=after["answer_sealed"],
        by=given.officer,
        at=after["answered_at"],
    )
    tx.audit.append(telling.answered_event(after))
    return _dispute_of(sealer, after)


async def find_dispute(reading: Reading, sealer: Sealer, *, bucket: int, dispute_id: int) -> Dispute | None:
    """One dispute, or None."""
    row = await store.find_dispute(reading, bucket, dispute_id)
    return None if row is None else _dispute_of(sealer, row)


async def list_disputes(reading: Reading, sealer: Sealer, *, bucket: int, person_id: int) -> list[Dispute]:
    """A person's disputes, the newest first; at most a hundred."""
    rows = await store.list_of_person(reading, bucket, person_id, most=rules.LISTED_MAX)
    return [_dispute_of(sealer, row) for row in rows]


async def list_waiting(reading: Reading, sealer: Sealer) -> list[Dispute]:
    """Disputes that wait for an answer, the first promised first; at most a hundred."""
    return [_dispute_of(sealer, row) for row in await store.list_waiting(reading, most=rules.LISTED_MAX)]
