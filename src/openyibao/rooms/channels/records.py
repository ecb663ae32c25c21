"""Records of channels: who may activate and show, their keys, what they are told. 中文: 渠道记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

CHANNELS_MAX = 2_000
"""So many channels may be registered; the list of them is one page of memory."""


class ChannelKind(StrEnum):
    """What sort of partner a channel is (渠道类别)."""

    government_app = "government_app"
    official_account = "official_account"
    internet_platform_password = "internet_platform_password"  # noqa: S105 a kind, no password
    internet_platform_face = "internet_platform_face"
    bank = "bank"
    institution = "institution"
    counter = "counter"
    ward = "ward"


class ChannelState(StrEnum):
    """Whether a channel may act (渠道状态)."""

    active = "active"
    suspended = "suspended"
    revoked = "revoked"


class ChannelScope(StrEnum):
    """What a channel may ask for (渠道权限)."""

    activate = "activate"
    show = "show"
    bind = "bind"
    """See which of its own bindings live."""
    unbind = "unbind"
    query = "query"
    notify = "notify"


class ChannelStep(StrEnum):
    """What a channel may vouch for itself in an activation (渠道断言)."""

    payment_password = "payment_password"  # noqa: S105 a step, no password
    real_name = "real_name"
    live_face = "live_face"
    card_holder = "card_holder"
    document_check = "document_check"


class Assurance(StrEnum):
    """How sure a channel's word on a person is (认证强度)."""

    basic = "basic"
    substantial = "substantial"
    high = "high"


class Signing(StrEnum):
    """How a channel signs (报文签名方式): HMAC-SM3 by a session key agreed under SM2, or SM2 on each message."""

    session = "session"
    each_message = "each_message"


class WebhookKind(StrEnum):
    """What a channel may be told of (通知事件)."""

    activated = "activated"
    unbound = "unbound"
    settled = "settled"
    reversed = "reversed"
    suspended = "suspended"
    resumed = "resumed"
    revoked = "revoked"
    frozen = "frozen"
    unfrozen = "unfrozen"
    mandate_ended = "mandate_ended"
    consent_withdrawn = "consent_withdrawn"


ChannelCode = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
ChannelName = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]


class ChannelTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What was agreed with a channel: what it may do, how often, and what it vouches for (渠道约定)."""

    scopes: frozenset[ChannelScope]
    steps: frozenset[ChannelStep]
    assurance: Assurance
    signing: Signing
    calls_a_minute: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    activations_a_day: Annotated[int, msgspec.Meta(ge=0, le=100_000_000)]
    webhook_base: Annotated[str, msgspec.Meta(max_length=200)]
    """What each webhook address must begin with; empty: none is allowed."""


class NewChannel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel to register. ``public_key`` is its SM2 key as SubjectPublicKeyInfo."""

    channel_code: ChannelCode
    name: ChannelName
    name_en: ChannelName
    kind: ChannelKind
    terms: ChannelTerms
    public_key: bytes


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A registered channel (渠道). ``changes`` counts what happened to it since."""

    channel_id: int
    channel_code: str
    name: str
    name_en: str
    kind: ChannelKind
    state: ChannelState
    terms: ChannelTerms
    changes: int
    registered_at: datetime
    changed_at: datetime


class ChannelKeyKind(StrEnum):
    """A registered SM2 key, or a session key (密钥类别)."""

    public = "public"
    session = "session"


class ChannelKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key a channel's messages are authenticated with (渠道密钥)."""

    key_id: int
    channel_id: int
    kind: ChannelKeyKind
    public_key: bytes | None
    secret_sealed: bytes | None
    made_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None = None


class KeyInUse(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it verifies, kept in memory: the secret of a session, or the octets of a public key."""

    key_id: int
    channel_id: int
    kind: ChannelKeyKind
    secret: bytes

    def __repr__(self) -> str:
        return f"KeyInUse({self.key_id})"


class SessionAgreed(msgspec.Struct, frozen=True, kw_only=True):
    """A session key just made; the secret leaves once, and encrypted for the channel's public key."""

    key_id: int
    secret: bytes
    expires_at: datetime

    def __repr__(self) -> str:
        return f"SessionAgreed({self.key_id})"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message whose signature holds, to be admitted: once, within the limits, from a channel that may act (报文)."""

    channel_id: int
    key_id: int
    nonce: str
    asks_of: tuple[int, int] | None = None
    """The binding that the message asks of, as (bucket, binding_id): read with the others of the batch."""


class ChannelAssertion(msgspec.Struct, frozen=True, kw_only=True):
    """A channel's signed word that it checked a person itself, for one activation (渠道断言).

    ``person`` is the digest of ``person_to_assert``; ``officer`` the channel's own who looked at a document, else empty.
    """

    vouches_for: ChannelStep
    challenge: str
    person: bytes
    officer: str
    assurance: Assurance
    made_at: int
    nonce: str
    key_id: int
    signature: bytes


class KeptAssertion(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an assertion for good (断言留存). ``outcome`` is ``taken`` or the reason it was refused for."""

    bucket: int
    channel_id: int
    nonce: str
    assertion_id: int
    key_id: int
    activation_bucket: int
    activation_id: int
    vouches_for: ChannelStep
    assurance: Assurance
    officer: str
    statement_digest: bytes
    outcome: str
    made_at: datetime
    taken_at: datetime


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where a channel is told, of what (通知地址). ``failures`` in a row, and when it is tried again."""

    bucket: int
    channel_id: int
    url: str
    events: frozenset[WebhookKind]
    secret_sealed: bytes
    failures: int
    resume_at: datetime
    made_at: datetime


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """One event to one channel, as its body says it (通知). ``order_id``: those of one credential keep their order."""

    channel_id: int
    order_id: int
    content: dict[str, str | int]
