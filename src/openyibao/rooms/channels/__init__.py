"""The authorised channels: government apps, official accounts, internet platforms, banks, institutions, counters, wards.

Keeps: channels with what was agreed (scopes, steps they vouch for, limits), their keys, nonces and counts of what they
sent, answers under their request keys, where they are told by webhook. Promises: a suspended or revoked channel acts no
more from the next batch on, in every process, and neither do the codes that it shows; a message is admitted once; a
limit holds over all processes; the same key gets the same answer; a channel hears of its own bindings alone; each event
reaches it at least once, those of one credential in order, and a dead endpoint holds up no other's. Units: UTC instants;
limits a minute and a Shanghai day. Callers: the channels' front, scan (stopped channels), the follower of the audit, the
commands. 中文: 授权渠道。
"""

from openyibao.rooms.channels.records import (
    CHANNELS_MAX,
    Assurance,
    Channel,
    ChannelKeyKind,
    ChannelKind,
    ChannelScope,
    ChannelState,
    ChannelStep,
    ChannelTerms,
    Endpoint,
    KeyInUse,
    Message,
    NewChannel,
    SessionAgreed,
    Signing,
    Webhook,
    WebhookKind,
)
from openyibao.rooms.channels.rules import (
    CHANNEL_KEY_UNKNOWN,
    CHANNEL_SUSPENDED,
    WINDOW_SECONDS,
    may_act,
    may_ask,
    message_to_sign,
    usual_terms,
    webhook_to_sign,
)
from openyibao.rooms.channels.service import (
    ChannelBook,
    admit,
    agree_session,
    allow_activation,
    answer_once,
    find_channel,
    move_channel,
    register_channels,
    rotate_key,
    sweep,
)
from openyibao.rooms.channels.store import (
    count_channels,
    find_channels,
    list_channels,
    list_open_keys,
    read_positions,
    set_positions,
    try_follow,
)
from openyibao.rooms.channels.telling import expected_of_channels, expected_of_keys
from openyibao.rooms.channels.webhooks import (
    KIND,
    endpoint_place,
    leave_webhooks,
    list_webhooks,
    note_delivery,
    read_endpoints,
    redeliver,
    subscribe,
    sweep_webhooks,
)

__all__ = [
    "CHANNELS_MAX",
    "CHANNEL_KEY_UNKNOWN",
    "CHANNEL_SUSPENDED",
    "KIND",
    "WINDOW_SECONDS",
    "Assurance",
    "Channel",
    "ChannelBook",
    "ChannelKeyKind",
    "ChannelKind",
    "ChannelScope",
    "ChannelState",
    "ChannelStep",
    "ChannelTerms",
    "Endpoint",
    "KeyInUse",
    "Message",
    "NewChannel",
    "SessionAgreed",
    "Signing",
    "Webhook",
    "WebhookKind",
    "admit",
    "agree_session",
    "allow_activation",
    "answer_once",
    "count_channels",
    "endpoint_place",
    "expected_of_channels",
    "expected_of_keys",
    "find_channel",
    "find_channels",
    "leave_webhooks",
    "list_channels",
    "list_open_keys",
    "list_webhooks",
    "may_act",
    "may_ask",
    "message_to_sign",
    "move_channel",
    "note_delivery",
    "read_endpoints",
    "read_positions",
    "redeliver",
    "register_channels",
    "rotate_key",
    "set_positions",
    "subscribe",
    "sweep",
    "sweep_webhooks",
    "try_follow",
    "usual_terms",
    "webhook_to_sign",
]
