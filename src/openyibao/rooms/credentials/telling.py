"""What the audit is told of credentials, and what it must have been told, from the rows as they stand.

A row's lasting columns are told when it is made, each state with its instant when it comes. 中文: 凭证审计内容。
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

import msgspec

from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading
from openyibao.rooms.audit import ExpectedEvent
from openyibao.rooms.credentials import store
from openyibao.rooms.credentials.records import Credential, CredentialRole, CredentialState

STOPPED = frozenset({CredentialState.suspended, CredentialState.revoked})
"""States that a credential is told to be in; the others follow from its issue and its first binding."""


def content_of_credential(credential: Credential, identity_digest: bytes) -> bytes:
    """What is issued and lasts: all but the state, its instants, who set it and what it stands on.

    One that was never signed anew tells as it did before there was a count of that.
    """
    lasting = msgspec.structs.asdict(credential) | {
        "state": CredentialState.issued,
        "activated_at": None,
        "stop_ground": None,
        "superseded_by": None,
    }
    del lasting["activated_by"]
    if not credential.signings:
        del lasting["signings"]
    return sm3(msgspec.msgpack.encode((lasting, identity_digest)))


def content_of_activation(credential: Credential) -> bytes:
    """That officers activated a credential, and when."""
    return sm3(msgspec.msgpack.encode((credential.credential_id, credential.activated_at, credential.activated_by)))


def content_of_state(credential: Credential, at: datetime) -> bytes:
    """That a credential was suspended, resumed or revoked, when, on which ground, and what took its place."""
    facts = (credential.credential_id, credential.state, at, credential.stop_ground, credential.superseded_by)
    return sm3(msgspec.msgpack.encode(facts))


def content_of_role(role: CredentialRole) -> bytes:
    """A role as it was entered."""
    return sm3(msgspec.msgpack.encode(msgspec.structs.replace(role, ended_at=None)))


def content_of_role_end(role_id: int, at: datetime | None) -> bytes:
    """That a role ended, and when."""
    return sm3(msgspec.msgpack.encode((role_id, at)))


async def expected_of_credentials(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every credential and its state, ``most`` rows at a time."""
    after = (-1, -1)
    while rows := await store.list_credentials(reading, after=after, most=most):
        after = (rows[-1][0].bucket, rows[-1][0].credential_id)
        expected: list[ExpectedEvent] = []
        for credential, identity_digest, changed_at, bound_then in rows:
            name, where = credential.credential_id, f"credential {credential.bucket}-{credential.credential_id}"
            content = content_of_credential(credential, identity_digest)
            stands = _state_stands(credential, bound_then=bound_then)
            expected.append(
                ExpectedEvent(
                    kind="credential_issued",
                    subject_id=name,
                    content=content,
                    where=where,
                    stands=stands,
                    changed="credential_redirected",
                    also_changed="credential_resigned",
                    changes=credential.area_changes + credential.signings,
                )
            )
            if credential.activated_by is not None:
                content = content_of_activation(credential)
                expected.append(
                    ExpectedEvent(kind="credential_activated", subject_id=name, content=content, where=where)
                )
            kind = _state_event(credential, changed_at)
            if kind is not None:
                content = content_of_state(credential, changed_at)
                expected.append(ExpectedEvent(kind=kind, subject_id=name, content=content, where=where))
        yield expected


def _state_stands(credential: Credential, *, bound_then: bool | None) -> bool:
    """A credential was activated by a binding, or by officers, where it is past being issued.

    Not by the binding of the earliest instant: who waited for the credential's lock had looked at the clock before.
    """
    activated_at = credential.activated_at
    by_officers = credential.activated_by is not None
    if by_officers and activated_at is None:
        return False
    if not by_officers and (bound_then is False or (bound_then is None) != (activated_at is None)):
        return False
    if credential.state is CredentialState.issued:
        return activated_at is None
    return credential.state is not CredentialState.activated or activated_at is not None


def _state_event(credential: Credential, changed_at: datetime) -> str | None:
    """What must have been told of the last change; nothing of issuing and of the first binding, which tell themselves."""
    if credential.state in STOPPED:
        return f"credential_{credential.state}"
    began = credential.issued_at if credential.activated_at is None else credential.activated_at
    return None if changed_at == began else "credential_resumed"


async def expected_of_roles(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every role and its end, ``most`` rows at a time."""
    after = (-1, -1)
    while roles := await store.list_all_roles(reading, after=after, most=most):
        after = (roles[-1].bucket, roles[-1].role_id)
        expected = []
        for role in roles:
            where = f"credential role {role.bucket}-{role.role_id}"
            content = content_of_role(role)
            expected.append(
                ExpectedEvent(kind="credential_role_entered", subject_id=role.role_id, content=content, where=where)
            )
            if role.ended_at is not None:
                content = content_of_role_end(role.role_id, role.ended_at)
                expected.append(
                    ExpectedEvent(kind="credential_role_ended", subject_id=role.role_id, content=content, where=where)
                )
        yield expected
