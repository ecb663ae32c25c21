"""Pure rules of credentials: identities, statements, states, status lists. 中文: 凭证规则。"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec

from openyibao.kit.crypto import Suite
from openyibao.kit.outcome import Reason, Refused
from openyibao.rooms.credentials import records
from openyibao.rooms.credentials.records import (
    Credential,
    CredentialAct,
    CredentialState,
    HolderToIssue,
    PersonToIssue,
    StopGround,
)

LIST_SIZE = 65_536
LISTS_MAX = 10**6
STATUS_SECONDS = 300
"""So long a status list holds; who verifies offline knows that nothing older is missing."""
SALT_OCTETS = 16
_HOLDS, _SUSPENDED, _REVOKED = 0, 1, 2
MARKS = {CredentialState.suspended: _SUSPENDED, CredentialState.revoked: _REVOKED}

_ISSUED, _ACTIVATED = CredentialState.issued, CredentialState.activated
_SUSPENDED_STATE, _REVOKED_STATE = CredentialState.suspended, CredentialState.revoked
MOVES: Mapping[tuple[CredentialState, CredentialAct], CredentialState | Reason] = {
    (_ISSUED, CredentialAct.activate): _ACTIVATED,
    (_ISSUED, CredentialAct.suspend): _SUSPENDED_STATE,
    (_ISSUED, CredentialAct.resume): records.CREDENTIAL_NOT_SUSPENDED,
    (_ISSUED, CredentialAct.revoke): _REVOKED_STATE,
    (_ACTIVATED, CredentialAct.activate): _ACTIVATED,
    (_ACTIVATED, CredentialAct.suspend): _SUSPENDED_STATE,
    (_ACTIVATED, CredentialAct.resume): records.CREDENTIAL_NOT_SUSPENDED,
    (_ACTIVATED, CredentialAct.revoke): _REVOKED_STATE,
    (_SUSPENDED_STATE, CredentialAct.activate): records.CREDENTIAL_SUSPENDED,
    (_SUSPENDED_STATE, CredentialAct.suspend): _SUSPENDED_STATE,
    (_SUSPENDED_STATE, CredentialAct.resume): _ACTIVATED,
    (_SUSPENDED_STATE, CredentialAct.revoke): _REVOKED_STATE,
    (_REVOKED_STATE, CredentialAct.activate): records.CREDENTIAL_REVOKED,
    (_REVOKED_STATE, CredentialAct.suspend): records.CREDENTIAL_REVOKED,
    (_REVOKED_STATE, CredentialAct.resume): records.CREDENTIAL_REVOKED,
    (_REVOKED_STATE, CredentialAct.revoke): records.CREDENTIAL_REVOKED,
}
"""Every state by every act. One that was never activated is resumed to issued."""
_GROUNDS = tuple(StopGround)


def move(
    credential: Credential, act: CredentialAct, ground: StopGround
) -> tuple[CredentialState, StopGround] | Refused:
    """The state an act leads to, and the ground it then stands on.

    Refused, in order: that of the table, credential_stopped_by_another. Who resumes names the ground to be taken away.
    """
    to = MOVES[credential.state, act]
    if isinstance(to, Reason):
        return Refused(to)
    if act is CredentialAct.resume:
        if credential.stop_ground is not ground:
            return Refused(records.STOPPED_BY_ANOTHER)
        return (_ISSUED if credential.activated_at is None else to), ground
    if credential.stop_ground is None or _GROUNDS.index(ground) >= _GROUNDS.index(credential.stop_ground):
        return to, ground
    return to, credential.stop_ground


def refuse_state(credential: Credential | None) -> Refused | None:
    """Why a credential can't be used: credential_unknown, _revoked, _suspended; None where it can."""
    if credential is None:
        return Refused(records.CREDENTIAL_UNKNOWN)
    if credential.state is CredentialState.revoked:
        return Refused(records.CREDENTIAL_REVOKED)
    if credential.state is CredentialState.suspended:
        return Refused(records.CREDENTIAL_SUSPENDED)
    return None


def identity_text(holder: PersonToIssue | HolderToIssue) -> str:
    """What makes two credentials the same one: name, kind and number of the document, as JSON.

    JSON marks where each part ends, so that no name can read like another person's name and document.
    """
    return msgspec.json.encode([holder.name, holder.document_type, holder.document_number.upper()]).decode()


def commit_identity(suite: Suite, salt: bytes, text: str) -> bytes:
    """What a statement says of its holder's identity: who has the salt, name and document can tell that it is theirs."""
    return suite.digest(b"openyibao identity\0" + salt + text.encode())


def write_statement(
    *,
    credential_id: int,
    issuer_key_id: int,
    commitment: bytes,
    insured_area: int | None,
    bucket: int,
    status_index: int,
    issued_at: datetime,
) -> bytes:
    """The canonical JSON the issuer signs: keys in order, no spaces; it names no person in clear."""
    return msgspec.json.encode(
        {
            "version": 1,
            "key_id": issuer_key_id,
            "credential_id": str(credential_id),
            "identity": commitment.hex(),
            "insured_area": insured_area,
            "issued_at": issued_at,
            "status_list": name_of_list(bucket, status_index),
            "status_index": status_index % LIST_SIZE,
        },
        order="deterministic",
    )


def restate(statement: bytes, *, issuer_key_id: int) -> bytes:
    """The same statement as another issuer key signs it: only the key's id changes, the commitment to the holder stays."""
    said = msgspec.json.decode(statement)
    return msgspec.json.encode({**said, "key_id": issuer_key_id}, order="deterministic")


def name_of_list(bucket: int, status_index: int) -> str:
    """The status list of a credential: its bucket, and which of the bucket's lists."""
    return f"{bucket}-{status_index // LIST_SIZE}"


def write_status(
    *, list_name: str, issuer_key_id: int, stopped: Iterable[tuple[int, CredentialState]], at: datetime
) -> tuple[bytes, datetime]:
    """The content of a status list, and until when it holds. Two bits a place: 0 holds, 1 suspended, 2 revoked; packed.

    ``stopped`` are places within the list. All that ask in one stretch of time get the same content.
    """
    bits = bytearray(LIST_SIZE // 4)
    for place, state in stopped:
        bits[place // 4] |= MARKS[state] << place % 4 * 2
    next_update_at = at + timedelta(seconds=STATUS_SECONDS)
    content = msgspec.json.encode(
        {
            "version": 1,
            "key_id": issuer_key_id,
            "list": list_name,
            "serial": int(at.timestamp()),
            "issued_at": at,
            "next_update_at": next_update_at,
            "stopped": base64.b64encode(zlib.compress(bytes(bits), 9)).decode(),
        },
        order="deterministic",
    )
    return content, next_update_at
