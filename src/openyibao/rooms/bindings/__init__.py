"""A credential on a device or channel: its serial, its secret, its session, its day keys.

Keeps: bindings (serial and sealed secret). Promises: unbinding kills every code of that binding at once; session and
binding secrets are kept only as digests or sealed; a serial leads to its bucket.
Units: UTC instants, Shanghai dates. Callers: activations, presentation, the wallet. 中文: 绑定。
"""

from openyibao.rooms.bindings.records import BINDING_UNKNOWN, Binding, BindingKind, Bound, DayKey
from openyibao.rooms.bindings.rules import derive_day_key, place_serial
from openyibao.rooms.bindings.service import (
    bind,
    day_keys,
    find_channel_binding,
    find_session,
    list_bindings,
    list_channel_bindings,
    list_told_of,
    unbind,
)
from openyibao.rooms.bindings.telling import expected_of_bindings

__all__ = [
    "BINDING_UNKNOWN",
    "Binding",
    "BindingKind",
    "Bound",
    "DayKey",
    "bind",
    "day_keys",
    "derive_day_key",
    "expected_of_bindings",
    "find_channel_binding",
    "find_session",
    "list_bindings",
    "list_channel_bindings",
    "list_told_of",
    "place_serial",
    "unbind",
]
