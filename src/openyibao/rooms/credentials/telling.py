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
from openyibao.rooms.credentials.records import Credential, CredentialState

STOPPED = frozenset({CredentialState.suspended, CredentialState.revoked})
"""States that a credential is told to be in; the others follow from its issue and its first binding."""


def content_of_credential(credential: Credential, identity_digest: bytes) -> bytes:
    """What is issued and lasts: all but the state and its instants."""
    lasting = msgspec.structs.replace(credential, state=CredentialState.issued, activated_at=None)
    return sm3(msgspec.msgpack.encode((lasting, identity_digest)))


def content_of_state(credential_id: int, state: CredentialState, at: datetime) -> bytes:
    """That a credential was suspended or revoked, and when."""
    return sm3(msgspec.msgpack.encode((credential_id, state, at)))


async def expected_of_credentials(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every credential and its state, ``most`` rows at a time."""
    after = (-1, -1)
    while rows := await store.list_credentials(reading, after=after, most=most):
        after = (rows[-1][0].bucket, rows[-1][0].credential_id)
        expected = []
        for credential, identity_digest, changed_at, bound_then in rows:
            name, where = credential.credential_id, f"credential {credential.bucket}-{credential.credential_id}"
            content = content_of_credential(credential, identity_digest)
            stands = _state_stands(credential, changed_at, bound_then=bound_then)
            expected.append(
                ExpectedEvent(
                    kind="credential_issued",
                    subject_id=name,
                    content=content,
                    where=where,
                    stands=stands,
                    changed="credential_redirected",
                    changes=credential.area_changes,
                )
            )
            if credential.state in STOPPED:
                kind, content = f"credential_{credential.state}", content_of_state(name, credential.state, changed_at)
                expected.append(ExpectedEvent(kind=kind, subject_id=name, content=content, where=where))
        yield expected


def _state_stands(credential: Credential, changed_at: datetime, *, bound_then: bool | None) -> bool:
    """A credential was activated by a binding, and is in the state of its last change.

    Not by the binding of the earliest instant: who waited for the credential's lock had looked at the clock before.
    """
    activated_at = credential.activated_at
    if bound_then is False or (bound_then is None) != (activated_at is None):
        return False
    if credential.state is CredentialState.issued:
        return activated_at is None and changed_at == credential.issued_at
    return credential.state is not CredentialState.activated or changed_at == activated_at is not None
