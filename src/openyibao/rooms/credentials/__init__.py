"""The credential's life: issued, activated, suspended, revoked; its signed statement and its place in a status list.

Keeps: credentials, the roles of their holders. Promises: one credential per (name, document type, document number), held
by the database; states move by one table; what was superseded leads to what took its place; names and numbers are kept
only as a digest, and a statement tells them to nobody without its salt; a statement is signed anew before its key retires. Units: UTC instants.
Callers: bindings, activations, entitlement, settlement, the wallet, the issuer's commands. 中文: 医保电子凭证。
"""

from openyibao.rooms.credentials.holding import activate_holder, find_holder
from openyibao.rooms.credentials.issuing import (
    end_role,
    issue,
    issue_holders,
    list_roles,
    list_without,
    signed_statement,
    supersede,
)
from openyibao.rooms.credentials.publishing import StatusShelf
from openyibao.rooms.credentials.records import (
    CREDENTIAL_REVOKED,
    CREDENTIAL_SUSPENDED,
    CREDENTIAL_UNKNOWN,
    Credential,
    CredentialAct,
    CredentialRole,
    CredentialState,
    HolderKind,
    HolderToIssue,
    PersonToIssue,
    SignedStatement,
    StatusList,
    StopGround,
)
from openyibao.rooms.credentials.resigning import count_signed_by, sign_anew
from openyibao.rooms.credentials.service import (
    find_by_id,
    find_credential,
    list_history,
    lock_usable,
    mark_activated,
    redirect,
    resume,
    revoke,
    stop_holder,
    suspend,
)
from openyibao.rooms.credentials.telling import expected_of_credentials, expected_of_roles

__all__ = [
    "CREDENTIAL_REVOKED",
    "CREDENTIAL_SUSPENDED",
    "CREDENTIAL_UNKNOWN",
    "Credential",
    "CredentialAct",
    "CredentialRole",
    "CredentialState",
    "HolderKind",
    "HolderToIssue",
    "PersonToIssue",
    "SignedStatement",
    "StatusList",
    "StatusShelf",
    "StopGround",
    "activate_holder",
    "count_signed_by",
    "end_role",
    "expected_of_credentials",
    "expected_of_roles",
    "find_by_id",
    "find_credential",
    "find_holder",
    "issue",
    "issue_holders",
    "list_history",
    "list_roles",
    "list_without",
    "lock_usable",
    "mark_activated",
    "redirect",
    "resume",
    "revoke",
    "sign_anew",
    "signed_statement",
    "stop_holder",
    "supersede",
    "suspend",
]
