"""Verbs of channels: register, suspend, rotate, admit messages, answer once. 中文: 渠道服务。"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer, read_verifier
from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import REASONS, Refused
from openyibao.kit.requests import KEY_CONFLICT, KeyedRequest, claim_keys
from openyibao.rooms.channels import rules, store
from openyibao.rooms.channels.records import (
    Channel,
    ChannelKey,
    ChannelKeyKind,
    ChannelState,
    KeyInUse,
    Message,
    NewChannel,
    SessionAgreed,
)
from openyibao.rooms.channels.telling import channel_event, key_event

KEYS_KEPT_MAX = 20_000
SWEPT_AT_ONCE = 5_000
_ANSWER_VERB = "channel"


class ChannelBook:
    """Keys of channels and which channels are stopped, in memory, one a process. Whether a key is good is asked anew
    with each message (``admit``), so a cached key of a channel that was stopped opens nothing.
    """  # noqa: D205 one sentence leads to the other

    def __init__(self) -> None:
        self._version = -1
        self._keys: OrderedDict[int, KeyInUse] = OrderedDict()
        self.stopped: frozenset[str] = frozenset()
        """Codes of channels whose shown codes are refused now."""
        self.names: dict[str, tuple[str, str]] = {}
        """What each channel is called, in Chinese and in English."""

    async def fresh(self, reading: Reading, version: int) -> None:
        """Read which channels are stopped, and their names, where that changed."""
        if version != self._version:
            standing = await store.read_standing(reading)
            self.stopped = frozenset(code for code, _, _, over in standing if over)
            self.names = {code: (name, name_en) for code, name, name_en, _ in standing}
            self._version = version

    def key(self, key_id: int) -> KeyInUse | None:
        """A key that is in memory, or None: then ``load_key``."""
        return self._keys.get(key_id)

    async def load_key(self, reading: Reading, sealer: Sealer, key_id: int) -> KeyInUse | None:
        """Read and unseal a key once; None where there is none."""
        row = await store.read_key(reading, key_id)
        if row is None:
            return None
        secret = row.public_key
        if secret is None:
            assert row.secret_sealed is not None
            secret = sealer.unseal(row.secret_sealed, where=_key_place(key_id))
        key = KeyInUse(key_id=key_id, channel_id=row.channel_id, kind=row.kind, secret=secret)
        self._keys[key_id] = key
        if len(self._keys) > KEYS_KEPT_MAX:
            self._keys.popitem(last=False)
        return key


def _key_place(key_id: int) -> str:
    return f"channel_keys.secret_sealed:{key_id}"


async def register_channels(
    tx: Tx, clock: Clock, *, channels: Sequence[NewChannel], actor: str
) -> list[tuple[Channel, int] | Refused]:
    """Register channels, each with the id of its public key. Refuses ``channel_code_taken``.

    Raises SignatureFault for a public key that is none.
    """
    at, answers = clock.now(), list[tuple[Channel, int] | Refused]()
    await store.lock_version(tx)
    for new in channels:
        read_verifier(new.public_key)
        channel = Channel(
            channel_id=tx.ids.next(),
            channel_code=new.channel_code,
            name=new.name,
            name_en=new.name_en,
            kind=new.kind,
            state=ChannelState.active,
            terms=new.terms,
            changes=0,
            registered_at=at,
            changed_at=at,
        )
        if not await store.insert_channel(tx, channel):
            answers.append(Refused(rules.CHANNEL_CODE_TAKEN, {"channel_code": new.channel_code}))
            continue
        tx.audit.append(channel_event(channel, actor))
        answers.append((channel, await _add_public_key(tx, channel.channel_id, new.public_key, at=at, actor=actor)))
    await store.bump_version(tx)
    return answers


async def _add_public_key(tx: Tx, channel_id: int, public_key: bytes, *, at: datetime, actor: str) -> int:
    key = ChannelKey(
        key_id=tx.ids.next(),
        channel_id=channel_id,
        kind=ChannelKeyKind.public,
        public_key=public_key,
        secret_sealed=None,
        made_at=at,
        expires_at=None,
    )
    await store.insert_key(tx, key)
    tx.audit.append(key_event(key, actor))
    return key.key_id


async def move_channel(
    tx: Tx, clock: Clock, *, channel_code: str, state: ChannelState, actor: str
) -> Channel | Refused:
    """Suspend, resume or revoke (for good): its messages and the codes it shows are refused from the next batch on.

    Refuses ``channel_unknown`` where there is none, it is in that state already, or it was revoked.
    """
    channel = await store.lock_channel(tx, channel_code)
    if channel is None or channel.state in {state, ChannelState.revoked}:
        return unknown_channel(channel_code)
    moved = msgspec.structs.replace(channel, state=state, changes=channel.changes + 1, changed_at=clock.now())
    await store.set_state(tx, moved)
    await store.bump_version(tx)
    tx.audit.append(channel_event(moved, actor))
    return moved


async def rotate_key(
    tx: Tx, clock: Clock, *, channel_code: str, public_key: bytes, overlap: timedelta, actor: str
) -> int | Refused:
    """Register a new public key; earlier ones end after the overlap. Its id. Refuses ``channel_unknown``."""
    read_verifier(public_key)
    channel, at = await store.lock_channel(tx, channel_code), clock.now()
    if channel is None or channel.state is ChannelState.revoked:
        return unknown_channel(channel_code)
    for ended in await store.end_public_keys(tx, channel.channel_id, at=at + overlap):
        tx.audit.append(key_event(ended, actor))
    return await _add_public_key(tx, channel.channel_id, public_key, at=at, actor=actor)


async def agree_session(
    tx: Tx, clock: Clock, sealer: Sealer, randomness: Randomness, *, channel: Channel
) -> SessionAgreed:
    """A session key for twelve hours; earlier ones stay good until they expire, so that none is cut off."""
    key_id, secret, at = tx.ids.next(), randomness.octets(32), clock.now()
    key = ChannelKey(
        key_id=key_id,
        channel_id=channel.channel_id,
        kind=ChannelKeyKind.session,
        public_key=None,
        secret_sealed=sealer.seal(secret, where=_key_place(key_id)),
        made_at=at,
        expires_at=at + rules.SESSION_LIFETIME,
    )
    await store.insert_key(tx, key)
    tx.audit.append(key_event(key, channel.channel_code))
    return SessionAgreed(key_id=key_id, secret=secret, expires_at=at + rules.SESSION_LIFETIME)


async def admit(tx: Tx, clock: Clock, messages: Sequence[Message]) -> list[Channel | Refused]:
    """Admit messages whose signatures hold, each once; a batch has no (channel, nonce) twice.

    Refusals in order: channel_key_unknown, channel_suspended, nonce_used, too_many_calls.
    """
    at = clock.now()
    known = await store.read_channels(tx, [one.channel_id for one in messages])
    good = await store.read_good_keys(tx, [one.key_id for one in messages], at=at)
    answers: list[Channel | Refused | None] = []
    for one in messages:
        channel = known.get(one.channel_id)
        if channel is None or (one.key_id, one.channel_id) not in good:
            answers.append(Refused(rules.CHANNEL_KEY_UNKNOWN))
        else:
            answers.append(rules.may_act(channel))
    passing = [one for one, refused in zip(messages, answers, strict=True) if refused is None]
    if not passing:
        return [answer for answer in answers if answer is not None]
    fresh = await store.claim_nonces(tx, passing, at=at)
    raised = Counter(one.channel_id for one in passing)
    turns = await store.raise_counts(tx, "calls", rules.minute_of(at), raised)
    admitted: list[Channel | Refused] = []
    for one, refused in zip(messages, answers, strict=True):
        if refused is not None:
            admitted.append(refused)
            continue
        channel = known[one.channel_id]
        turns[one.channel_id] += 1
        if (one.channel_id, one.nonce) not in fresh:
            admitted.append(Refused(rules.NONCE_USED))
        else:
            admitted.append(rules.judge_calls(channel, turns[one.channel_id], at) or channel)
    return admitted


async def allow_activation(tx: Tx, clock: Clock, *, channel: Channel) -> Refused | None:
    """Count one activation begun; ``too_many_activations`` where it is one too many for the day."""
    at = clock.now()
    before = await store.raise_counts(tx, "activations", rules.day_begins(at), {channel.channel_id: 1})
    return rules.judge_activations(channel, before[channel.channel_id] + 1, at)


class _Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    done: Any = None
    reason: str = ""
    facts: dict[str, str | int | None] = {}


async def answer_once(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    *,
    channel_id: int,
    request_key: str,
    digest: bytes,
    act: Callable[[], Awaitable[Any]],
) -> Any:
    """Act under a key of the channel, or give the answer that this key got: JSON or a refusal. Kept three days; after
    that, and for other content, ``key_conflict``.
    """  # noqa: D205 one sentence leads to the other
    request = KeyedRequest(cell=0, institution_id=channel_id, request_key=request_key, digest=digest)
    claimed = (await claim_keys(tx, _ANSWER_VERB, [request], at=clock.now()))[0]
    bucket, place = rules.home_of(channel_id), f"channel_answers.answer_sealed:{claimed.outcome_id}"
    if claimed.fresh:
        done = await act()
        kept = _Answer(reason=done.code, facts=dict(done.facts)) if isinstance(done, Refused) else _Answer(done=done)
        sealed = sealer.seal(msgspec.json.encode(kept), where=place)
        await store.insert_answer(tx, bucket, claimed.outcome_id, sealed, at=clock.now())
        return done
    sealed_before = await store.read_answer(tx, bucket, claimed.outcome_id)
    if claimed.digest != digest or sealed_before is None:
        return Refused(KEY_CONFLICT, {"request_key": request_key})
    answer = msgspec.json.decode(sealer.unseal(sealed_before, where=place), type=_Answer)
    return Refused(REASONS[answer.reason], answer.facts) if answer.reason else answer.done


async def sweep(tx: Tx, clock: Clock, *, window_seconds: int = rules.WINDOW_SECONDS) -> int:
    """Clear away nonces, counts and answers that are past their time; how many rows went. A nonce outlives the window in
    which its message could be sent again, on both sides.
    """  # noqa: D205 one sentence leads to the other
    at = clock.now()
    return await store.sweep(
        tx,
        nonces=at - timedelta(seconds=2 * window_seconds + 60),
        counts=at - rules.COUNTS_KEPT,
        answers=at - rules.ANSWERS_KEPT,
        most=SWEPT_AT_ONCE,
    )


def unknown_channel(channel_code: str) -> Refused:
    """``channel_unknown``, for who asked for a code that is none."""
    return Refused(rules.CHANNEL_UNKNOWN, {"channel_code": channel_code[:40]})


async def find_channel(reading: Reading, channel_code: str) -> Channel | None:
    """A channel by its code."""
    return (await store.find_channels(reading, [channel_code])).get(channel_code)
