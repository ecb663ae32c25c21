"""Verbs of credentials."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer, Signer
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.credentials import records, rules, store, telling
from openyibao.rooms.credentials.records import Credential, CredentialState, PersonToIssue


def _note(tx: Tx, kind: str, bucket: int, subject_id: int, actor: str, content: bytes) -> None:
    tx.audit.append(AuditEvent(kind=kind, cell=bucket, subject_id=subject_id, actor=actor, content=content))


async def issue(
    tx: Tx, clock: Clock, sealer: Sealer, signer: Signer, *, persons: Sequence[PersonToIssue], issuer_key_id: int
) -> list[Credential]:
    """Issue one credential per identity; an identity that has one gets that one back."""
    at = clock.now()
    drafts: dict[tuple[int, bytes], Credential] = {}
    keys = [(p.bucket, sealer.digest(rules.identity_text(p), purpose="credentials.identity")) for p in persons]
    for person, key in zip(persons, keys, strict=True):
        if key in drafts:
            continue
        credential_id = tx.ids.next()
        statement = rules.write_statement(
            credential_id=credential_id, identity_digest=key[1], insured_area=person.insured_area, issued_at=at
        )
        drafts[key] = Credential(
            bucket=person.bucket,
            credential_id=credential_id,
            person_id=person.person_id,
            state=CredentialState.issued,
            insured_cell=person.insured_cell,
            insured_area=person.insured_area,
            statement=statement,
            statement_signature=signer.sign(statement),
            issuer_key_id=issuer_key_id,
            issued_at=at,
            activated_at=None,
        )
    made = await store.insert_credentials(tx, list(drafts.values()), [key[1] for key in drafts])
    for key, credential in drafts.items():
        if credential.credential_id in made:
            content = telling.content_of_credential(credential, key[1])
            _note(tx, "credential_issued", key[0], credential.credential_id, "issuer", content)
    found = await store.list_by_digests(tx, sorted({key[0] for key in keys}), sorted({key[1] for key in keys}))
    return [found[key] for key in keys]


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
        await store.set_state(tx, credential.bucket, credential.credential_id, state=CredentialState.activated, at=at)


async def suspend(tx: Tx, clock: Clock, *, bucket: int, person_id: int, actor: str) -> Credential | Refused:
    """Suspend a person's credential. A revoked one stays revoked."""
    return await _move(tx, clock, bucket=bucket, person_id=person_id, actor=actor, state=CredentialState.suspended)


async def revoke(tx: Tx, clock: Clock, *, bucket: int, person_id: int, actor: str) -> Credential | Refused:
    """Revoke a person's credential, for good."""
    return await _move(tx, clock, bucket=bucket, person_id=person_id, actor=actor, state=CredentialState.revoked)


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
    await store.set_insured_area(tx, led)
    content = telling.content_of_credential(led, await store.find_identity_digest(tx, bucket, credential.credential_id))
    _note(tx, "credential_redirected", bucket, credential.credential_id, actor, content)
    return led


async def _move(
    tx: Tx, clock: Clock, *, bucket: int, person_id: int, actor: str, state: CredentialState
) -> Credential | Refused:
    credential = await store.lock_credential(tx, bucket, person_id)
    if credential is None:
        return Refused(records.CREDENTIAL_UNKNOWN)
    if credential.state is CredentialState.revoked:
        return Refused(records.CREDENTIAL_REVOKED)
    at = clock.now()
    await store.set_state(tx, bucket, credential.credential_id, state=state, at=at)
    content = telling.content_of_state(credential.credential_id, state, at)
    _note(tx, f"credential_{state}", bucket, credential.credential_id, actor, content)
    return msgspec.structs.replace(credential, state=state)


async def find_credential(reading: Reading, *, bucket: int, person_id: int) -> Credential | None:
    """The newest credential of a person, or None: for its state and the area it leads to."""
    return await store.find_credential(reading, bucket, person_id)
