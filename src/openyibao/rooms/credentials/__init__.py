"""The credential's life: issued, activated, suspended, revoked; and its bindings to devices and channels.

Keeps: credentials (signed statements), bindings (serial and sealed secret), activations under way. Promises: one
credential per (name, document type, document number); unbinding kills every code of that binding at once; codes,
session and binding secrets are kept only as digests or sealed; a serial leads to its bucket.
Units: UTC instants, Shanghai dates. Callers: presentation, the wallet. 中文: 医保电子凭证。
"""

from openyibao.rooms.credentials.records import (
    CREDENTIAL_REVOKED,
    CREDENTIAL_SUSPENDED,
    Activated,
    Activation,
    Binding,
    BindingKind,
    Credential,
    CredentialState,
    DayKey,
    PersonToIssue,
)
from openyibao.rooms.credentials.rules import derive_day_key, place_serial
from openyibao.rooms.credentials.service import (
    bind,
    complete_activation,
    day_keys,
    find_credential,
    find_session,
    issue,
    list_bindings,
    redirect,
    revoke,
    start_activation,
    suspend,
    unbind,
)
from openyibao.rooms.credentials.telling import expected_of_bindings, expected_of_credentials

__all__ = [
    "CREDENTIAL_REVOKED",
    "CREDENTIAL_SUSPENDED",
    "Activated",
    "Activation",
    "Binding",
    "BindingKind",
    "Credential",
    "CredentialState",
    "DayKey",
    "PersonToIssue",
    "bind",
    "complete_activation",
    "day_keys",
    "derive_day_key",
    "expected_of_bindings",
    "expected_of_credentials",
    "find_credential",
    "find_session",
    "issue",
    "list_bindings",
    "place_serial",
    "redirect",
    "revoke",
    "start_activation",
    "suspend",
    "unbind",
]
