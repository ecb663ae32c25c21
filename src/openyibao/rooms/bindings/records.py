"""Records of bindings: one credential on one device or channel. 中文: 绑定记录。"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from openyibao.kit.outcome import reason

SERIALS = 10**10

BINDING_UNKNOWN = reason(
    "binding_unknown",
    zh="没有找到有效的绑定",
    en="There is no active binding",
    next_zh="请在该设备上重新激活",
    next_en="Activate again on this device",
)


class BindingKind(StrEnum):
    """Whose credential the device shows: the holder's own or a relative's (本人/亲情)."""

    own = "own"
    family = "family"


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

    def __repr__(self) -> str:
        return f"DayKey(on={self.on})"
