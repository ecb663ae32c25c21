"""A credential on a device, channel, card or paper: its serial, its secret, its session, its day keys.

Keeps: bindings (serial and sealed secret), acts of the hotline. Promises: unbinding kills every
code of that binding at once; session and binding secrets are kept only as digests or sealed; a serial leads to its bucket;
so many bindings a credential and no more; what is shown of a serial changes each hour; a changed identity ends them all.
Units: UTC instants, Shanghai dates. Callers: activations, cards, papers, presentation, the wallet, counters. 中文: 绑定。
"""

from openyibao.rooms.bindings.aliases import HOUR_SECONDS, HOURS_A_DAY, Aliases, hour_of
from openyibao.rooms.bindings.calls import find_call, list_calls, take_call
from openyibao.rooms.bindings.identities import change_identity
from openyibao.rooms.bindings.records import (
    BINDING_UNKNOWN,
    Binding,
    BindingKind,
    Bound,
    DayKey,
    Device,
    HotlineAct,
    HotlineCall,
    HotlineFact,
    IdentityChanged,
    LostCall,
    NewCall,
    UnbindGround,
)
from openyibao.rooms.bindings.rules import BINDINGS_MAX, derive_day_key, place_serial
from openyibao.rooms.bindings.service import (
    bind,
    day_keys,
    find_channel_binding,
    find_session,
    key_now,
    list_bindings,
    list_channel_bindings,
    list_devices,
    list_told_of,
    make_binding,
    refuse_call,
    rename,
    unbind,
    unbind_all,
    unbind_by_hotline,
    unbind_others,
)
from openyibao.rooms.bindings.store import find_by_carrier
from openyibao.rooms.bindings.telling import expected_of_bindings, expected_of_calls, expected_of_hotline

__all__ = [
    "BINDINGS_MAX",
    "BINDING_UNKNOWN",
    "HOURS_A_DAY",
    "HOUR_SECONDS",
    "Aliases",
    "Binding",
    "BindingKind",
    "Bound",
    "DayKey",
    "Device",
    "HotlineAct",
    "HotlineCall",
    "HotlineFact",
    "IdentityChanged",
    "LostCall",
    "NewCall",
    "UnbindGround",
    "bind",
    "change_identity",
    "day_keys",
    "derive_day_key",
    "expected_of_bindings",
    "expected_of_calls",
    "expected_of_hotline",
    "find_by_carrier",
    "find_call",
    "find_channel_binding",
    "find_session",
    "hour_of",
    "key_now",
    "list_bindings",
    "list_calls",
    "list_channel_bindings",
    "list_devices",
    "list_told_of",
    "make_binding",
    "place_serial",
    "refuse_call",
    "rename",
    "take_call",
    "unbind",
    "unbind_all",
    "unbind_by_hotline",
    "unbind_others",
]
