"""Records of credentials, and the reasons this room refuses for. 中文: 凭证记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from openyibao.kit.outcome import reason

CREDENTIAL_UNKNOWN = reason(
    "credential_unknown",
    zh="该参保人尚未签发医保电子凭证",
    en="No credential has been issued to this person",
    next_zh="请先在参保地办理医保电子凭证签发",
    next_en="Have the credential issued by the insured area first",
)
CREDENTIAL_SUSPENDED = reason(
    "credential_suspended",
    zh="医保电子凭证已暂停使用",
    en="The credential is suspended",
    next_zh="请参保人联系参保地医保经办机构恢复后再使用",
    next_en="The person may ask the agency of the insured area to resume it",
)
CREDENTIAL_REVOKED = reason(
    "credential_revoked",
    zh="医保电子凭证已注销",
    en="The credential is revoked",
    next_zh="请参保人联系参保地医保经办机构",
    next_en="The person should contact the agency of the insured area",
)


class CredentialState(StrEnum):
    """The credential's life (凭证状态)."""

    issued = "issued"
    activated = "activated"
    suspended = "suspended"
    revoked = "revoked"


class PersonToIssue(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets a credential, and the cell of the base enrolment it leads to."""

    bucket: int
    person_id: int
    name: str
    document_type: str
    document_number: str
    insured_cell: int | None
    insured_area: int | None


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """One person's credential (医保电子凭证). ``statement`` is canonical JSON signed by the issuer."""

    bucket: int
    credential_id: int
    person_id: int
    state: CredentialState
    insured_cell: int | None
    insured_area: int | None
    statement: bytes
    statement_signature: bytes
    issuer_key_id: int
    issued_at: datetime
    activated_at: datetime | None
    area_changes: int = 0
    """How often the person chose another insured area; the statement keeps the one it was issued for."""
