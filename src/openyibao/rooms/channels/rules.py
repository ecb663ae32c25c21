"""Pure rules of channels: who may act, what, how often; what is signed; how long to wait. 中文: 渠道规则。"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from openyibao.kit.clock import SHANGHAI, unix_seconds
from openyibao.kit.crypto import equal, sm3
from openyibao.kit.db import BUCKETS
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.channels.records import (
    Assurance,
    Channel,
    ChannelAssertion,
    ChannelKind,
    ChannelScope,
    ChannelState,
    ChannelStep,
    ChannelTerms,
    Signing,
)

CHANNEL_KEY_UNKNOWN = reason(
    "channel_key_unknown",
    zh="渠道密钥不存在或已失效",
    en="The channel's key is unknown or no longer good",
    next_zh="请用已登记的 SM2 密钥重新签到; 密钥已更换的请用新密钥",
    next_en="Sign in again with the registered SM2 key, or use the new one where it was rotated",
)
CHANNEL_SUSPENDED = reason(
    "channel_suspended",
    zh="本渠道已被暂停或取消授权",
    en="This channel is suspended, or its authorisation was revoked",
    next_zh="请联系平台运营方; 参保人可改用其他渠道或线下窗口",
    next_en="Ask the platform's operator; people can use another channel or a counter",
)
NONCE_USED = reason(
    "nonce_used",
    zh="该报文已经收到过",
    en="This message was received before",
    next_zh="重发请换用新的随机数和时间, 并保留同一请求号",
    next_en="Send again with a new nonce and time, under the same request key",
)
TOO_MANY_CALLS = reason(
    "too_many_calls",
    zh="调用过于频繁, 本渠道每分钟最多 {most} 次",
    en="Too many calls: this channel may make {most} a minute",
    next_zh="请 {seconds} 秒后再试",
    next_en="Try again in {seconds} s",
)
TOO_MANY_ACTIVATIONS = reason(
    "too_many_activations",
    zh="本渠道今日激活次数已满 {most} 次",
    en="This channel has begun its {most} activations of the day",
    next_zh="请 {seconds} 秒后再试; 急用的参保人可改用其他渠道",
    next_en="Try again in {seconds} s; who is in a hurry can use another channel",
)
SCOPE_MISSING = reason(
    "scope_missing",
    zh="本渠道没有“{scope}”权限",
    en="This channel has no scope {scope}",
    next_zh="需开通的请联系平台运营方",
    next_en="Ask the platform's operator for it",
)
CHANNEL_CODE_TAKEN = reason(
    "channel_code_taken",
    zh="渠道代码 {channel_code} 已登记",
    en="The channel code {channel_code} is registered already",
    next_zh="请换用其他代码",
    next_en="Choose another code",
)
CHANNEL_UNKNOWN = reason(
    "channel_unknown",
    zh="没有代码为 {channel_code} 的渠道, 或其状态不允许这样做",
    en="There is no channel {channel_code}, or its state does not allow this",
    next_zh="请用 openyibao channel list 核对",
    next_en="See openyibao channel list",
)
WEBHOOK_NOT_ALLOWED = reason(
    "webhook_not_allowed",
    zh="通知地址不在登记的范围内",
    en="The address is not below the one that was registered for webhooks",
    next_zh="请使用以 {base} 开头的地址, 或联系平台运营方变更登记",
    next_en="Use an address that begins with {base}, or ask the operator to register another",
)
WEBHOOK_UNKNOWN = reason(
    "webhook_unknown",
    zh="没有这条通知",
    en="There is no such webhook",
    next_zh="请查询通知列表核对编号",
    next_en="Look the id up in the list of deliveries",
)

ASSERTION_MISSING = reason(
    "assertion_missing",
    zh="这一步须附本渠道签名的核验断言",
    en="This step takes the channel's own signed assertion",
    next_zh="请在本渠道完成核验, 按接口文档签名后随报文提交",
    next_en="Check the person in the channel, sign the assertion as the guide says, and send it along",
)
ASSERTION_SIGNATURE_WRONG = reason(
    "assertion_signature_wrong",
    zh="断言签名不符, 或签名密钥不属于本渠道、已失效",
    en="The assertion's signature does not hold, or its key is not this channel's or no longer good",
    next_zh="请按接口文档的规范格式, 用已登记的 SM2 密钥重新签名",
    next_en="Sign the canonical form of the guide again, with the registered SM2 key",
)
ASSERTION_TOO_OLD = reason(
    "assertion_too_old",
    zh="断言时间与平台时间相差超过 {seconds} 秒",
    en="The assertion's time is more than {seconds} s from ours",
    next_zh="请校准时钟, 重新核验本人后再签名; 旧断言不能再用",
    next_en="Set the clock right, check the person again and sign anew; an old assertion is not taken",
)
ASSERTION_REPLAYED = reason(
    "assertion_replayed",
    zh="该断言已经用过",
    en="This assertion was used before",
    next_zh="每次核验请用新的随机数重新签名; 只是重发报文的, 请保留同一请求号",
    next_en="Sign each check with a new nonce; to send a message again, keep its request key",
)
ASSERTION_NOT_AGREED = reason(
    "assertion_not_agreed",
    zh="本渠道未获准断言“{vouches_for}”",
    en="This channel may not assert {vouches_for}",
    next_zh="需开通的请联系平台运营方; 参保人可改用其他渠道或窗口",
    next_en="Ask the platform's operator for it; the person can use another channel or a counter",
)
ASSERTION_OF_ANOTHER_ACTIVATION = reason(
    "assertion_of_another_activation",
    zh="断言不是为这次激活签的",
    en="The assertion was not made for this activation",
    next_zh="请用本次激活返回的 challenge 重新签名",
    next_en="Sign again with the challenge that this activation answered",
)
ASSERTION_OF_ANOTHER_PERSON = reason(
    "assertion_of_another_person",
    zh="断言核验的不是激活人本人",
    en="The assertion is of another person than the one who activates",
    next_zh="请本人在本渠道实名后再激活; 为家人办理请用亲情账户",
    next_en="The person themself must be the channel's user; for a relative use a family mandate",
)
ASSERTION_TOO_WEAK = reason(
    "assertion_too_weak",
    zh="断言的认证强度不足, 至少为 {least}",
    en="The assertion's assurance is too weak: {least} at least",
    next_zh="请用更强的方式核验本人 (如刷脸), 或改到窗口办理",
    next_en="Check the person in a stronger way, such as by face, or go to a counter",
)

WINDOW_SECONDS = 300
"""A message's time may differ from ours by so much unless the settings say otherwise."""
SESSION_LIFETIME = timedelta(hours=12)
ANSWERS_KEPT = timedelta(hours=72)
COUNTS_KEPT = timedelta(days=3)
FAILURES_BORNE = 3
"""So many failures in a row before an endpoint as a whole is let rest."""
REST_MAX_SECONDS = 300
_STEPS = {
    ChannelKind.government_app: (Assurance.high, {ChannelStep.real_name, ChannelStep.live_face}),
    ChannelKind.official_account: (Assurance.substantial, {ChannelStep.real_name}),
    ChannelKind.internet_platform_password: (Assurance.substantial, {ChannelStep.payment_password}),
    ChannelKind.internet_platform_face: (Assurance.substantial, {ChannelStep.real_name, ChannelStep.live_face}),
    ChannelKind.bank: (Assurance.high, {ChannelStep.card_holder, ChannelStep.real_name}),
    ChannelKind.institution: (Assurance.basic, {ChannelStep.document_check}),
    ChannelKind.counter: (Assurance.high, {ChannelStep.document_check}),
    ChannelKind.ward: (Assurance.substantial, {ChannelStep.document_check, ChannelStep.live_face}),
}


def usual_terms(kind: ChannelKind) -> ChannelTerms:
    """What is agreed with a channel of a kind unless something else is said."""
    assurance, steps = _STEPS[kind]
    return ChannelTerms(
        scopes=frozenset(ChannelScope),
        steps=frozenset(steps),
        assurance=assurance,
        signing=Signing.session,
        calls_a_minute=6_000,
        activations_a_day=100_000,
        webhook_base="",
    )


def home_of(channel_id: int) -> int:
    """The bucket of what a channel has by itself."""
    return channel_id % BUCKETS


def nonce_bucket(nonce: str) -> int:
    """The bucket of a nonce: spread, however many a channel sends."""
    return int.from_bytes(sm3(nonce.encode())[:4], "big") % BUCKETS


def message_to_sign(method: str, path: str, timestamp: str, nonce: str, request_key: str, content: bytes) -> bytes:
    """The octets that a channel signs: each part on a line, the body by its SM3."""
    return f"{method}\n{path}\n{timestamp}\n{nonce}\n{request_key}\n{sm3(content).hex()}".encode()


def webhook_to_sign(timestamp: int, event_id: str, content: bytes) -> bytes:
    """The octets that we sign of a webhook."""
    return f"{timestamp}\n{event_id}\n".encode() + content


def may_act(channel: Channel) -> Refused | None:
    """``channel_suspended`` unless the channel is active."""
    return None if channel.state is ChannelState.active else Refused(CHANNEL_SUSPENDED)


def may_ask(channel: Channel, scope: ChannelScope) -> Refused | None:
    """``scope_missing`` unless it was agreed."""
    return None if scope in channel.terms.scopes else Refused(SCOPE_MISSING, {"scope": scope.value})


def minute_of(at: datetime) -> datetime:
    """The beginning of an instant's minute."""
    return at.replace(second=0, microsecond=0)


def day_begins(at: datetime) -> datetime:
    """The beginning of an instant's Shanghai day, in UTC."""
    return at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def seconds_until(at: datetime, end: datetime) -> int:
    """Whole seconds to wait, at least one."""
    return max(1, unix_seconds(end) - unix_seconds(at))


def judge_calls(channel: Channel, turn: int, at: datetime) -> Refused | None:
    """``too_many_calls`` where this is more than the channel's n-th call of the minute."""
    most = channel.terms.calls_a_minute
    if turn <= most:
        return None
    seconds = seconds_until(at, minute_of(at) + timedelta(minutes=1))
    return Refused(TOO_MANY_CALLS, {"most": most, "seconds": seconds})


def judge_activations(channel: Channel, turn: int, at: datetime) -> Refused | None:
    """``too_many_activations`` where this is more than the channel's n-th of the Shanghai day."""
    most = channel.terms.activations_a_day
    if turn <= most:
        return None
    seconds = seconds_until(at, day_begins(at) + timedelta(days=1))
    return Refused(TOO_MANY_ACTIVATIONS, {"most": most, "seconds": seconds})


def judge_url(channel: Channel, url: str) -> Refused | None:
    """``webhook_not_allowed`` unless the address lies below the registered one: same scheme, host and port, no tricks."""
    base = channel.terms.webhook_base
    told = Refused(WEBHOOK_NOT_ALLOWED, {"base": base})
    try:
        ours, theirs = urlsplit(base), urlsplit(url)
        same = (ours.scheme, ours.hostname, ours.port) == (theirs.scheme, theirs.hostname, theirs.port)
    except ValueError:
        return told
    plain = theirs.username is None and not theirs.fragment and ".." not in theirs.path and "\\" not in url
    below = theirs.path.startswith(ours.path.rstrip("/") + "/") or theirs.path == ours.path
    return None if base and same and plain and below and url.isascii() and url.isprintable() else told


def rest_of(failures: int) -> timedelta:
    """How long an endpoint rests after so many failures in a row."""
    if failures < FAILURES_BORNE:
        return timedelta(0)
    return timedelta(seconds=min(REST_MAX_SECONDS, 2 ** min(failures - FAILURES_BORNE + 1, 10)))


ASSERTION_FORM = "openyibao-assertion/1"
"""The first line of what is signed: another version of the form is another statement."""


def person_to_assert(challenge: str, document_type: str, document_number: str, name: str) -> bytes:
    """Whom an assertion is of: a digest that only this activation's challenge makes, so that it names nobody elsewhere."""
    number = "".join(document_number.split()).upper()
    return sm3(f"{challenge}\n{document_type}\n{number}\n{name}".encode())


def assertion_to_sign(channel_code: str, assertion: ChannelAssertion) -> bytes:
    """The octets that a channel signs by SM2: each part on a line, in this order."""
    parts = (
        *(ASSERTION_FORM, channel_code, assertion.challenge, assertion.vouches_for.value, assertion.person.hex()),
        *(assertion.officer, assertion.assurance.value, str(assertion.made_at), assertion.nonce),
    )
    return "\n".join(parts).encode()


def judge_assertion(
    channel: Channel, assertion: ChannelAssertion, *, challenge: str, person: bytes | None, least: Assurance
) -> Refused | None:
    """Whether the word of a signature that holds counts. In order: assertion_not_agreed, _of_another_activation,
    _of_another_person (where somebody is named already), _too_weak; no channel vouches for more than was agreed with it.
    """  # noqa: D205 one sentence leads to the other
    if assertion.vouches_for not in channel.terms.steps:
        return Refused(ASSERTION_NOT_AGREED, {"vouches_for": assertion.vouches_for.value})
    if not equal(assertion.challenge.encode(), challenge.encode()):
        return Refused(ASSERTION_OF_ANOTHER_ACTIVATION)
    if person is not None and not equal(assertion.person, person):
        return Refused(ASSERTION_OF_ANOTHER_PERSON)
    levels = tuple(Assurance)
    reached = min(levels.index(assertion.assurance), levels.index(channel.terms.assurance))
    return Refused(ASSERTION_TOO_WEAK, {"least": least.value}) if reached < levels.index(least) else None
