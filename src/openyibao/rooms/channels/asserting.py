"""A channel's signed word that it checked a person itself: verified, kept for good, good once. 中文: 渠道断言。

The octets that are signed are those of ``rules.assertion_to_sign``: who says it, of whom, for which activation, what, how
surely, when, and a nonce. Only what is signed by a registered key of the channel that is good now is kept at all.
"""

from __future__ import annotations

from datetime import UTC, datetime

from openyibao.kit.clock import Clock, unix_seconds
from openyibao.kit.crypto import read_verifier, sm3
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.channels import rules, store
from openyibao.rooms.channels.records import Assurance, Channel, ChannelAssertion, ChannelKeyKind, KeptAssertion
from openyibao.rooms.channels.telling import assertion_event

TAKEN = "taken"


async def take_assertion(
    tx: Tx,
    clock: Clock,
    *,
    channel: Channel,
    assertion: ChannelAssertion,
    activation: tuple[int, int],
    challenge: str,
    person: bytes | None,
    least: Assurance,
    window_seconds: int = rules.WINDOW_SECONDS,
) -> KeptAssertion | Refused:
    """Take a channel's word for one activation; ``person`` is None where nobody is named yet.

    Refused, in order: assertion_signature_wrong, _too_old, _replayed, then those of ``rules.judge_assertion``.
    """
    at, statement = clock.now(), rules.assertion_to_sign(channel.channel_code, assertion)
    if not await _is_signed(tx, channel, assertion, statement, at):
        return Refused(rules.ASSERTION_SIGNATURE_WRONG)
    if abs(unix_seconds(at) - assertion.made_at) > window_seconds:
        return Refused(rules.ASSERTION_TOO_OLD, {"seconds": window_seconds})
    refused = rules.judge_assertion(channel, assertion, challenge=challenge, person=person, least=least)
    kept = KeptAssertion(
        bucket=rules.nonce_bucket(assertion.nonce),
        channel_id=channel.channel_id,
        nonce=assertion.nonce,
        assertion_id=tx.ids.next(),
        key_id=assertion.key_id,
        activation_bucket=activation[0],
        activation_id=activation[1],
        vouches_for=assertion.vouches_for,
        assurance=assertion.assurance,
        officer=assertion.officer,
        statement_digest=sm3(statement),
        outcome=TAKEN if refused is None else refused.code,
        made_at=datetime.fromtimestamp(assertion.made_at, UTC),
        taken_at=at,
    )
    if not await store.insert_assertion(tx, kept):
        return Refused(rules.ASSERTION_REPLAYED)
    tx.audit.append(assertion_event(kept, channel.channel_code))
    return refused or kept


async def _is_signed(tx: Tx, channel: Channel, assertion: ChannelAssertion, statement: bytes, at: datetime) -> bool:
    if (assertion.key_id, channel.channel_id) not in await store.read_good_keys(tx, [assertion.key_id], at=at):
        return False
    key = await store.read_key(tx, assertion.key_id)
    if key is None or key.kind is not ChannelKeyKind.public or key.public_key is None:
        return False
    return read_verifier(key.public_key).verify(statement, assertion.signature)
