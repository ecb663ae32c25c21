"""Pure rules of credentials: identities, statements, states that refuse. 中文: 凭证规则。"""

from __future__ import annotations

from datetime import datetime

import msgspec

from openyibao.kit.outcome import Refused
from openyibao.rooms.credentials import records
from openyibao.rooms.credentials.records import Credential, CredentialState, PersonToIssue


def identity_text(person: PersonToIssue) -> str:
    """What makes two credentials the same one: name, kind and number of the document, as JSON.

    JSON marks where each part ends, so that no name can read like another person's name and document.
    """
    return msgspec.json.encode([person.name, person.document_type, person.document_number.upper()]).decode()


def write_statement(
    *, credential_id: int, identity_digest: bytes, insured_area: int | None, issued_at: datetime
) -> bytes:
    """The canonical JSON the issuer signs: keys in order, no spaces; it names no person in clear."""
    return msgspec.json.encode(
        {
            "credential_id": credential_id,
            "identity_digest": identity_digest.hex(),
            "insured_area": insured_area,
            "issued_at": issued_at,
        },
        order="deterministic",
    )


def refuse_state(credential: Credential | None) -> Refused | None:
    """Why a credential can't be used: credential_unknown, _revoked, _suspended; None where it can."""
    if credential is None:
        return Refused(records.CREDENTIAL_UNKNOWN)
    if credential.state is CredentialState.revoked:
        return Refused(records.CREDENTIAL_REVOKED)
    if credential.state is CredentialState.suspended:
        return Refused(records.CREDENTIAL_SUSPENDED)
    return None
