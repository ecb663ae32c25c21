"""The credential's life: issued, activated, suspended, revoked.

Keeps: credentials (signed statements). Promises: one credential per (name, document type, document number); names and
numbers are kept only as a digest. Units: UTC instants. Callers: bindings, activations, entitlement, settlement, the
wallet. 中文: 医保电子凭证。
"""

from openyibao.rooms.credentials.records import (
    CREDENTIAL_REVOKED,
    CREDENTIAL_SUSPENDED,
    Credential,
    CredentialState,
    PersonToIssue,
)
from openyibao.rooms.credentials.service import (
    find_credential,
    issue,
    lock_usable,
    mark_activated,
    redirect,
    revoke,
    suspend,
)
from openyibao.rooms.credentials.telling import expected_of_credentials

__all__ = [
    "CREDENTIAL_REVOKED",
    "CREDENTIAL_SUSPENDED",
    "Credential",
    "CredentialState",
    "PersonToIssue",
    "expected_of_credentials",
    "find_credential",
    "issue",
    "lock_usable",
    "mark_activated",
    "redirect",
    "revoke",
    "suspend",
]
