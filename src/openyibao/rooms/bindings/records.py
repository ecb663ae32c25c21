"""Records of bindings: one credential on one device or channel. 中文: 绑定记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from openyibao.kit.outcome import reason
from openyibao.rooms.credentials import Credential
from openyibao.rooms.people import InsuredPerson

SERIALS = 10**10

BINDING_UNKNOWN = reason(
    "binding_unknown",
    zh="没有找到有效的绑定",
    en="There is no active binding",
    next_zh="请在该设备上重新激活",
    next_en="Activate again on this device",
)


BINDINGS_TOO_MANY = reason(
    "bindings_too_many",
    zh="该凭证已绑定 {most} 台设备或渠道, 不能再绑定",
    en="The credential is bound to {most} devices or channels, and that is the most",
    next_zh="请先在“我的绑定”中解除不用的设备",
    next_en="Unbind a device that is not used under “My bindings” first",
)
CALLER_UNPROVED = reason(
    "caller_not_proved",
    zh="来电人身份核验不足: 至少核对 {least} 项, 并登记回拨号码",
    en="The caller is not proved: {least} facts at least, and the number called back",
    next_zh="请再核对一项; 无法核对的, 请来电人到经办窗口办理",
    next_en="Ask one more fact; who can't tell any comes to a counter",
)
CALLS_TOO_MANY = reason(
    "calls_too_many",
    zh="今天已有 {calls} 次来电未能核验此人, 热线今天不再受理",
    en="{calls} calls about this person were not proved today; the hotline takes no more",
    next_zh="请来电人带证件到任一经办窗口; 账户有风险的, 由窗口冻结",
    next_en="Have the caller come to any counter with the document",
)


class BindingKind(StrEnum):
    """What a credential is bound to: the holder's own device, a relative's, an ID card, a printed code (绑定方式)."""

    own = "own"
    family = "family"
    carrier = "carrier"
    printed = "printed"


class UnbindGround(StrEnum):
    """Why a binding ended (解绑原因)."""

    holder = "holder"
    lost = "lost"
    counter = "counter"
    hotline = "hotline"
    identity_changed = "identity_changed"
    channel = "channel"
    replaced = "replaced"


class HotlineFact(StrEnum):
    """What a caller was asked and told rightly (电话核验项)."""

    registered_phone = "registered_phone"
    insured_area = "insured_area"
    last_visit = "last_visit"
    birth_date = "birth_date"
    bound_devices = "bound_devices"
    relative = "relative"


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
    renames: int = 0
    carrier_digest: bytes | None = None
    """Of the ID card that carries the credential, where one does."""
    end_ground: UnbindGround | None = None


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A binding as its holder sees it: with its last use (设备)."""

    binding: Binding
    last_used_at: datetime | None
    last_institution_id: int | None
    last_purpose: str | None


class LostCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call to the hotline by someone whose phone is lost, as the officer took it (电话挂失)."""

    facts_checked: tuple[HotlineFact, ...]
    call_back_number: str
    officer: str
    why: str


class NewCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call about to be kept: what the caller was asked, and what of it they told rightly."""

    bucket: int
    person_id: int
    facts_asked: tuple[HotlineFact, ...]
    facts_right: tuple[HotlineFact, ...]
    call_back_number: str
    institution_id: int
    officer: str
    why: str


class HotlineCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call to the hotline, proved or not (热线来电). The number that is called back is kept as a digest."""

    bucket: int
    call_id: int
    person_id: int
    facts_asked: tuple[HotlineFact, ...]
    facts_right: tuple[HotlineFact, ...]
    call_back_digest: bytes
    institution_id: int
    officer: str
    why: str
    proved: bool
    called_at: datetime


class HotlineAct(msgspec.Struct, frozen=True, kw_only=True):
    """What the hotline did (电话挂失记录). The number that was called back is kept as a digest."""

    bucket: int
    act_id: int
    person_id: int
    facts_checked: tuple[str, ...]
    call_back_digest: bytes
    officer: str
    why: str
    bindings_ended: tuple[int, ...]
    acted_at: datetime


class IdentityChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A person's identity as it is now (身份变更结果). ``credential`` is None where they had none that could be replaced."""

    person: InsuredPerson
    credential: Credential | None
    bindings_ended: int


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """A binding just made. ``session_secret`` is shown this once; only its digest is kept."""

    binding: Binding
    session_secret: str

    def __repr__(self) -> str:
        return f"Bound(binding_id={self.binding.binding_id})"


class DayKey(msgspec.Struct, frozen=True, kw_only=True):
    """What a wallet holds to show codes offline on one Shanghai day (日密钥)."""

    on: date
    secret: bytes
    aliases: tuple[int, ...]
    """The serial to show in each of the day's 24 hours."""

    def __repr__(self) -> str:
        return f"DayKey(on={self.on})"
