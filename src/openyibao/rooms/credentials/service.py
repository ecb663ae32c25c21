"""Verbs of the credential's states, and of whom and where it leads to. Issuing is in ``issuing``."""

from __future__ import annotations

from datetime import datetime

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.credentials import records, rules, store, telling
from openyibao.rooms.credentials.records import Credential, CredentialAct, CredentialState, StopGround

_STATE_EVENTS = {
    CredentialAct.suspend: "credential_suspended",
    CredentialAct.resume: "credential_resumed",
    CredentialAct.revoke: "credential_revoked",
}
HISTORY_MAX = 100


def note(tx: Tx, kind: str, bucket: int, subject_id: int, actor: str, content: bytes) -> None:
    """Tell the audit."""
    tx.audit.append(AuditEvent(kind=kind, cell=bucket, subject_id=subject_id, actor=actor, content=content))


async def lock_usable(tx: Tx, *, bucket: int, person_id: int) -> Credential | Refused:
    """Lock a person's newest credential. Refuses, in order: credential_unknown, _revoked, _suspended."""
    credential = await store.lock_credential(tx, bucket, person_id)
    refused = rules.refuse_state(credential)
    if refused or credential is None:
        return refused or Refused(records.CREDENTIAL_UNKNOWN)
    return credential


async def mark_activated(tx: Tx, credential: Credential, *, at: datetime) -> None:
    """A locked, issued credential was bound for the first time: it is activated; any other stays as it is."""
    if credential.state is CredentialState.issued:
        activated = msgspec.structs.replace(credential, state=CredentialState.activated, activated_at=at)
        await store.set_state(tx, activated, at=at)


async def suspend(
    tx: Tx, clock: Clock, *, bucket: int, person_id: int, actor: str, ground: StopGround = StopGround.agency
) -> Credential | Refused:
    """Suspend a person's credential. A revoked one stays revoked, a stronger ground stays."""
    return await _act(tx, clock, bucket, person_id, CredentialAct.suspend, ground, actor)


async def resume(
    tx: Tx, clock: Clock, *, bucket: int, person_id: int, actor: str, ground: StopGround
) -> Credential | Refused:
    """Let a suspended credential hold again.

    Refused, in order: credential_unknown, _revoked, _not_suspended, _stopped_by_another (on another ground).
    """
    return await _act(tx, clock, bucket, person_id, CredentialAct.resume, ground, actor)


async def revoke(
    tx: Tx, clock: Clock, *, bucket: int, person_id: int, actor: str, ground: StopGround = StopGround.agency
) -> Credential | Refused:
    """Revoke a person's credential, for good."""
    return await _act(tx, clock, bucket, person_id, CredentialAct.revoke, ground, actor)


async def stop_holder(
    tx: Tx, clock: Clock, *, bucket: int, credential_id: int, act: CredentialAct, ground: StopGround, actor: str
) -> Credential | Refused:
    """Suspend, resume or revoke any holder's credential by its id; refused as those verbs."""
    credential = await store.lock_by_id(tx, bucket, credential_id)
    if credential is None:
        return Refused(records.CREDENTIAL_UNKNOWN)
    return await stop(tx, credential, act, ground, at=clock.now(), actor=actor)


async def redirect(
    tx: Tx, clock: Clock, *, bucket: int, person_id: int, insured_cell: int, insured_area: int, actor: str
) -> Credential | Refused:
    """Lead a credential to another insured area of its holder; the caller has checked that they are insured there.

    Refuses, in order: credential_unknown, _revoked, _suspended.
    """
    credential = await lock_usable(tx, bucket=bucket, person_id=person_id)
    if isinstance(credential, Refused):
        return credential
    led = msgspec.structs.replace(
        credential, insured_cell=insured_cell, insured_area=insured_area, area_changes=credential.area_changes + 1
    )
    await store.set_lead(tx, led)
    content = telling.content_of_credential(led, await store.find_identity_digest(tx, bucket, credential.credential_id))
    note(tx, "credential_redirected", bucket, credential.credential_id, actor, content)
    return led


async def stop(
    tx: Tx,
    credential: Credential,
    act: CredentialAct,
    ground: StopGround,
    *,
    at: datetime,
    actor: str,
    superseded_by: int | None = None,
) -> Credential | Refused:
    """Move a locked credential by the table of states."""
    moved = rules.move(credential, act, ground)
    if isinstance(moved, Refused):
        return moved
    state, stands_on = moved
    stopped = state in telling.STOPPED
    after = msgspec.structs.replace(
        credential, state=state, stop_ground=stands_on if stopped else None, superseded_by=superseded_by
    )
    await store.set_state(tx, after, at=at)
    content = telling.content_of_state(after, at)
    note(tx, _STATE_EVENTS[act], after.bucket, after.credential_id, actor, content)
    return after


async def _act(
    tx: Tx, clock: Clock, bucket: int, person_id: int, act: CredentialAct, ground: StopGround, actor: str
) -> Credential | Refused:
    credential = await store.lock_credential(tx, bucket, person_id)
    if credential is None:
        return Refused(records.CREDENTIAL_UNKNOWN)
    return await stop(tx, credential, act, ground, at=clock.now(), actor=actor)


async def find_credential(reading: Reading, *, bucket: int, person_id: int) -> Credential | None:
    """The newest credential of a person, or None: for its state and the area it leads to."""
    return await store.find_credential(reading, bucket, person_id)


async def find_by_id(reading: Reading, *, bucket: int, credential_id: int) -> Credential | None:
    """One credential, or None."""
    return await store.find_by_id(reading, bucket, credential_id)


async def list_history(reading: Reading, *, bucket: int, person_id: int) -> list[Credential]:
    """All credentials a person has had, the newest first, at most 100."""
    return await store.list_of_person(reading, bucket, person_id, most=HISTORY_MAX)
