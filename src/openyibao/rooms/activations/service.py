"""Verbs of activations."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer, equal, sm3
from openyibao.kit.db import Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, consents, credentials
from openyibao.rooms.activations import records, rules, store
from openyibao.rooms.activations.records import Activation
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.bindings import BindingKind, Bound
from openyibao.rooms.consents import NewConsent


def _note(tx: Tx, kind: str, bucket: int, subject_id: int, actor: str, content: bytes) -> None:
    tx.audit.append(AuditEvent(kind=kind, cell=bucket, subject_id=subject_id, actor=actor, content=content))


async def start_activation(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    randomness: Randomness,
    *,
    bucket: int,
    person_id: int,
    phone: str,
    consent_version: str,
    channel_code: str,
    device_name: str,
) -> Activation | Refused:
    """Send a six-digit code. Refuses: consent_text_unknown · credential_unknown, _revoked, _suspended · activation_too_often."""
    at = clock.now()
    if consents.find_text(consent_version, "zh") is None:
        return Refused(consents.CONSENT_TEXT_UNKNOWN, {"version": consent_version})
    # The person's row is the lock that makes the hourly limit hold between two batches.
    await store.lock_person(tx, bucket, person_id)
    credential = await credentials.lock_usable(tx, bucket=bucket, person_id=person_id)
    if isinstance(credential, Refused):
        return credential
    if await store.count_activations(tx, bucket, person_id, after=at - timedelta(hours=1)) >= rules.CODES_AN_HOUR_MAX:
        return Refused(records.ACTIVATION_TOO_OFTEN)
    activation_id, message_id, code = tx.ids.next(), tx.ids.next(), f"{randomness.below(10**6):06d}"
    expires_at = at + rules.CODE_LIFETIME
    await store.insert_activation(
        tx,
        (
            bucket,
            activation_id,
            person_id,
            sealer.seal(phone.encode(), where=f"activations.phone_sealed:{activation_id}"),
            sealer.digest(f"{activation_id}|{code}", purpose="activations.code"),
            consent_version,
            channel_code,
            device_name,
            at,
            expires_at,
        ),
    )
    text = f"您的医保电子凭证激活验证码为 {code}, 5 分钟内有效。请勿告诉他人。"
    content = msgspec.json.encode({"phone": phone, "text": text})
    await store.insert_message(
        tx,
        bucket=bucket,
        message_id=message_id,
        kind="sms",
        content_sealed=sealer.seal(content, where=f"outbox.content_sealed:{message_id}"),
        at=at,
    )
    begun = sm3(msgspec.json.encode([person_id, consent_version, device_name]))
    _note(tx, "activation_started", bucket, activation_id, channel_code, begun)
    return Activation(bucket=bucket, activation_id=activation_id, person_id=person_id, expires_at=expires_at)


async def complete_activation(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    randomness: Randomness,
    *,
    bucket: int,
    activation_id: int,
    code: str,
    default_province: int,
) -> Bound | Refused:
    """Check the code and bind. Refuses, in order: activation_unknown, _expired, _code_wrong, the credential's state."""
    at = clock.now()
    row = await store.lock_activation(tx, bucket, activation_id)
    if row is None or row["state"] != "code_sent":
        return Refused(records.ACTIVATION_UNKNOWN)
    if at >= row["expires_at"]:
        return Refused(records.ACTIVATION_EXPIRED)
    digests = sealer.digests(f"{activation_id}|{code}", purpose="activations.code").values()
    attempts = row["attempts"] + 1
    if not any(equal(digest, row["code_digest"]) for digest in digests):
        left = rules.CODE_ATTEMPTS_MAX - attempts
        state = "code_sent" if left > 0 else "failed"
        await store.set_activation(tx, bucket, activation_id, attempts=attempts, state=state)
        return Refused(records.ACTIVATION_CODE_WRONG, {"attempts_left": left})
    bound = await bindings.bind(
        tx,
        clock,
        sealer,
        randomness,
        bucket=bucket,
        person_id=row["person_id"],
        default_province=default_province,
        kind=BindingKind.own,
        channel_code=row["channel_code"],
        device_name=row["device_name"],
    )
    if isinstance(bound, Bound):
        agreed = NewConsent(
            bucket=bucket,
            person_id=row["person_id"],
            text_version=row["consent_version"],
            language="zh",
            purposes=consents.ACTIVATION_PURPOSES,
            channel_code=row["channel_code"],
        )
        await consents.give(tx, clock, agreed)
        await store.set_activation(tx, bucket, activation_id, attempts=attempts, state="completed")
    return bound
