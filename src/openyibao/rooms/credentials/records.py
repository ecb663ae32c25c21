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
CREDENTIAL_NOT_SUSPENDED = reason(
    "credential_not_suspended",
    zh="医保电子凭证没有暂停, 无需恢复",
    en="The credential is not suspended: there is nothing to resume",
    next_zh="请直接使用; 仍不能使用的, 请联系参保地医保经办机构",
    next_en="Just use it; if it does not work, ask the agency of the insured area",
)
STOPPED_BY_ANOTHER = reason(
    "credential_stopped_by_another",
    zh="医保电子凭证不是由您暂停的, 不能由您恢复",
    en="It was not you who suspended the credential, so you can't resume it",
    next_zh="请联系参保地医保经办机构了解暂停原因",
    next_en="Ask the agency of the insured area why it was suspended",
)
HOLDER_UNKNOWN = reason(
    "holder_unknown",
    zh="没有登记过这个{what}",
    en="There is no such {what} on record",
    next_zh="请先登记机构或人员, 再签发凭证",
    next_en="Register the institution or the practitioner first, then issue the credential",
)
HOLDER_NAME_DIFFERS = reason(
    "holder_name_differs",
    zh="姓名或名称与已登记的不一致",
    en="The name is not the one on record",
    next_zh="请核对证件与登记信息, 以登记机关的为准",
    next_en="Compare the document with the record and correct the one that is wrong",
)

HOLDER_IS_INSURED = reason(
    "holder_is_insured",
    zh="该凭证属于参保人, 须由本人激活",
    en="This credential is of an insured person, who activates it themself",
    next_zh="请本人在手机上激活, 或到医保经办窗口办理",
    next_en="The person activates on their phone, or at an insurance counter",
)


class CredentialState(StrEnum):
    """The credential's life (凭证状态)."""

    issued = "issued"
    activated = "activated"
    suspended = "suspended"
    revoked = "revoked"


class CredentialAct(StrEnum):
    """What moves a credential from state to state (凭证状态变更)."""

    activate = "activate"
    suspend = "suspend"
    resume = "resume"
    revoke = "revoke"


class StopGround(StrEnum):
    """Why a credential was suspended or revoked (停用原因); a stronger ground stays when a weaker one comes after it."""

    holder = "holder"
    agency = "agency"
    departed = "departed"
    merged = "merged"
    superseded = "superseded"


class HolderKind(StrEnum):
    """As what somebody besides an insured person takes part (参与方身份)."""

    agency_staff = "agency_staff"
    doctor = "doctor"
    nurse = "nurse"
    pharmacist = "pharmacist"
    technician = "technician"
    hospital = "hospital"
    pharmacy = "pharmacy"
    company = "company"


class PersonToIssue(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets a credential, and the cell of the base enrolment it leads to."""

    bucket: int
    person_id: int
    name: str
    document_type: str
    document_number: str
    insured_cell: int | None
    insured_area: int | None


class HolderToIssue(msgspec.Struct, frozen=True, kw_only=True):
    """Who gets a credential as staff, practitioner or organisation, and the subject on record it leads to.

    ``institution_id`` and ``subject_code`` name a hospital or pharmacy and its practitioner; an agency's officer has a
    code alone, a company neither: its document names it.
    """

    name: str
    document_type: str
    document_number: str
    kind: HolderKind
    institution_id: int = 0
    subject_code: str = ""


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """One holder's credential (医保电子凭证). ``statement`` is canonical JSON signed by the issuer.

    ``person_id`` is None for who isn't insured here: an organisation, a practitioner from elsewhere.
    """

    bucket: int
    credential_id: int
    person_id: int | None
    state: CredentialState
    insured_cell: int | None
    insured_area: int | None
    statement: bytes
    statement_signature: bytes
    issuer_key_id: int
    status_index: int
    """Its place among the credentials of its bucket; where the status list tells whether it holds."""
    issued_at: datetime
    activated_at: datetime | None
    area_changes: int = 0
    """How often it was led to a person or to another insured area; the statement keeps what it was issued for."""
    supersedes: int | None = None
    superseded_by: int | None = None
    stop_ground: StopGround | None = None
    signings: int = 0
    """How often its statement was signed anew, by another issuer key."""
    activated_by: str | None = None
    """The officers who activated it where no binding did: of staff, practitioners, organisations."""


class CredentialRole(msgspec.Struct, frozen=True, kw_only=True):
    """As what a credential's holder takes part, and the subject on record it leads to (凭证身份)."""

    bucket: int
    role_id: int
    credential_id: int
    kind: HolderKind
    institution_id: int
    subject_code: str
    entered_at: datetime
    ended_at: datetime | None = None


class StatusList(msgspec.Struct, frozen=True, kw_only=True):
    """Which of 65,536 credentials of one bucket are stopped, signed (状态列表)."""

    list_name: str
    content: bytes
    signature: bytes
    issuer_key_id: int
    next_update_at: datetime


class SignedStatement(msgspec.Struct, frozen=True, kw_only=True):
    """A credential's statement with what its holder needs to show that it is theirs: the salt (凭证声明)."""

    statement: bytes
    signature: bytes
    salt: bytes

    def __repr__(self) -> str:
        return f"SignedStatement(octets={len(self.statement)})"
