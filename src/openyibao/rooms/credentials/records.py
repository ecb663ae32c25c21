"""Records of credentials and bindings, and the reasons this room refuses for. 中文: 凭证记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from openyibao.kit.outcome import reason

SERIALS = 10**10

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
ACTIVATION_TOO_OFTEN = reason(
    "activation_too_often",
    zh="一小时内获取验证码次数过多",
    en="Too many codes were asked for within an hour",
    next_zh="请一小时后再试",
    next_en="Try again in an hour",
)
ACTIVATION_UNKNOWN = reason(
    "activation_unknown",
    zh="没有正在进行的激活",
    en="No activation is under way",
    next_zh="请重新获取验证码",
    next_en="Ask for a new code",
)
ACTIVATION_EXPIRED = reason(
    "activation_expired",
    zh="验证码已过期",
    en="The code has expired",
    next_zh="请重新获取验证码",
    next_en="Ask for a new code",
)
ACTIVATION_CODE_WRONG = reason(
    "activation_code_wrong",
    zh="验证码不正确, 还可再试 {attempts_left} 次",
    en="The code is wrong; {attempts_left} tries are left",
    next_zh="请核对短信中的验证码; 次数用完后请重新获取",
    next_en="Check the code in the message; when no tries are left, ask for a new one",
)
BINDING_UNKNOWN = reason(
    "binding_unknown",
    zh="没有找到有效的绑定",
    en="There is no active binding",
    next_zh="请在该设备上重新激活",
    next_en="Activate again on this device",
)


class CredentialState(StrEnum):
    """The credential's life (凭证状态)."""

    issued = "issued"
    activated = "activated"
    suspended = "suspended"
    revoked = "revoked"


class BindingKind(StrEnum):
    """Whose credential the device shows: the holder's own or a relative's (本人/亲情)."""

    own = "own"
    family = "family"


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


class Binding(msgspec.Struct, frozen=True, kw_only=True):
    """One credential on one device or channel (绑定). The secret stays sealed."""

    bucket: int
    binding_id: int
    credential_id: int
    person_id: int
    serial: int
    province: int
    kind: BindingKind
    channel_code: str
    device_name: str
    secret_sealed: bytes
    bound_at: datetime
    ended_at: datetime | None = None


class Activation(msgspec.Struct, frozen=True, kw_only=True):
    """An activation under way: a code was sent (激活)."""

    bucket: int
    activation_id: int
    person_id: int
    expires_at: datetime


class Activated(msgspec.Struct, frozen=True, kw_only=True):
    """A finished activation. ``session_secret`` is shown this once; only its digest is kept."""

    binding: Binding
    session_secret: str

    def __repr__(self) -> str:
        return f"Activated(binding_id={self.binding.binding_id})"


class DayKey(msgspec.Struct, frozen=True, kw_only=True):
    """What a wallet holds to show codes offline on one Shanghai day (日密钥)."""

    on: date
    secret: bytes

    def __repr__(self) -> str:
        return f"DayKey(on={self.on})"
