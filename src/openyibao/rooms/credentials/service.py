"""Verbs of credentials."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer, Signer, equal, sm3
from openyibao.kit.db import BUCKETS, Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.credentials import records, rules, store, telling
from openyibao.rooms.credentials.records import (
    Activated,
    Activation,
    Binding,
    BindingKind,
    Credential,
    CredentialState,
    DayKey,
    PersonToIssue,
)

_SERIAL_DRAWS = 20


def _note(tx: Tx, kind: str, bucket: int, subject_id: int, actor: str, content: bytes) -> None:
    tx.audit.append(AuditEvent(kind=kind, cell=bucket, subject_id=subject_id, actor=actor, content=content))


async def issue(
    tx: Tx, clock: Clock, sealer: Sealer, signer: Signer, *, persons: Sequence[PersonToIssue], issuer_key_id: int
) -> list[Credential]:
    """Issue one credential per identity; an identity that has one gets that one back."""
    at = clock.now()
    drafts: dict[tuple[int, bytes], Credential] = {}
    keys = [(p.bucket, sealer.digest(rules.identity_text(p), purpose="credentials.identity")) for p in persons]
    for person, key in zip(persons, keys, strict=True):
        if key in drafts:
            continue
        credential_id = tx.ids.next()
        statement = rules.write_statement(
            credential_id=credential_id, identity_digest=key[1], insured_area=person.insured_area, issued_at=at
        )
        drafts[key] = Credential(
            bucket=person.bucket,
            credential_id=credential_id,
            person_id=person.person_id,
            state=CredentialState.issued,
            insured_cell=person.insured_cell,
            insured_area=person.insured_area,
            statement=statement,
            statement_signature=signer.sign(statement),
            issuer_key_id=issuer_key_id,
            issued_at=at,
            activated_at=None,
        )
    made = await store.insert_credentials(tx, list(drafts.values()), [key[1] for key in drafts])
    for key, credential in drafts.items():
        if credential.credential_id in made:
            content = telling.content_of_credential(credential, key[1])
            _note(tx, "credential_issued", key[0], credential.credential_id, "issuer", content)
    found = await store.list_by_digests(tx, sorted({key[0] for key in keys}), sorted({key[1] for key in keys}))
    return [found[key] for key in keys]


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
    """Send a six-digit code. Refuses, in order: credential_unknown, _revoked, _suspended, activation_too_often."""
    at = clock.now()
    # The person's row is the lock that makes the hourly limit hold between two batches.
    await store.lock_person(tx, bucket, person_id)
    refused = _refuse_state(await store.lock_credential(tx, bucket, person_id))
    if refused:
        return refused
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


def _refuse_state(credential: Credential | None) -> Refused | None:
    if credential is None:
        return Refused(records.CREDENTIAL_UNKNOWN)
    if credential.state is CredentialState.revoked:
        return Refused(records.CREDENTIAL_REVOKED)
    if credential.state is CredentialState.suspended:
        return Refused(records.CREDENTIAL_SUSPENDED)
    return None


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
) -> Activated | Refused:
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
    bound = await bind(
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
    if isinstance(bound, Activated):
        await store.set_activation(tx, bucket, activation_id, attempts=attempts, state="completed")
    return bound


async def bind(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    randomness: Randomness,
    *,
    bucket: int,
    person_id: int,
    default_province: int,
    kind: BindingKind,
    channel_code: str,
    device_name: str,
) -> Activated | Refused:
    """Bind a credential to a device; an issued credential becomes activated. The caller has proved who asks.

    The code names the province of the insured area; ``default_province`` is for a credential that leads to no area.
    """
    at = clock.now()
    credential = await store.lock_credential(tx, bucket, person_id)
    refused = _refuse_state(credential)
    if refused or credential is None:
        return refused or Refused(records.CREDENTIAL_UNKNOWN)
    binding_id, session_secret = tx.ids.next(), randomness.octets(32).hex()
    secret_sealed = sealer.seal(randomness.octets(32), where=f"bindings.secret_sealed:{binding_id}")
    session_digest = sealer.digest(session_secret, purpose="bindings.session")
    for _ in range(_SERIAL_DRAWS):
        drawn = randomness.below(records.SERIALS // BUCKETS)
        binding = Binding(
            bucket=bucket,
            binding_id=binding_id,
            credential_id=credential.credential_id,
            person_id=person_id,
            serial=rules.place_serial(drawn, bucket),
            province=rules.province_of(credential.insured_area, default=default_province),
            kind=kind,
            channel_code=channel_code,
            device_name=device_name,
            secret_sealed=secret_sealed,
            bound_at=at,
        )
        if await store.insert_binding(tx, binding, session_digest):
            break
    else:
        raise RuntimeError(f"no free serial was found in bucket {bucket}")
    if credential.state is CredentialState.issued:
        await store.set_state(tx, bucket, credential.credential_id, state=CredentialState.activated, at=at)
    content = telling.content_of_binding(binding, session_digest)
    _note(tx, "credential_bound", bucket, binding_id, channel_code, content)
    return Activated(binding=binding, session_secret=session_secret)


async def unbind(tx: Tx, clock: Clock, *, bucket: int, binding_id: int, actor: str) -> int | Refused:
    """End a binding, and with it every code of it at once; its id."""
    at = clock.now()
    if await store.end_binding(tx, bucket, binding_id, at=at) is None:
        return Refused(records.BINDING_UNKNOWN)
    _note(tx, "credential_unbound", bucket, binding_id, actor, telling.content_of_end(binding_id, at))
    return binding_id


async def suspend(tx: Tx, clock: Clock, *, bucket: int, person_id: int, actor: str) -> Credential | Refused:
    """Suspend a person's credential. A revoked one stays revoked."""
    return await _move(tx, clock, bucket=bucket, person_id=person_id, actor=actor, state=CredentialState.suspended)


async def revoke(tx: Tx, clock: Clock, *, bucket: int, person_id: int, actor: str) -> Credential | Refused:
    """Revoke a person's credential, for good."""
    return await _move(tx, clock, bucket=bucket, person_id=person_id, actor=actor, state=CredentialState.revoked)


async def redirect(
    tx: Tx, clock: Clock, *, bucket: int, person_id: int, insured_cell: int, insured_area: int, actor: str
) -> Credential | Refused:
    """Lead a credential to another insured area of its holder; the caller has checked that they are insured there.

    Refuses, in order: credential_unknown, _revoked, _suspended.
    """
    credential = await store.lock_credential(tx, bucket, person_id)
    refused = _refuse_state(credential)
    if refused or credential is None:
        return refused or Refused(records.CREDENTIAL_UNKNOWN)
    led = msgspec.structs.replace(
        credential, insured_cell=insured_cell, insured_area=insured_area, area_changes=credential.area_changes + 1
    )
    await store.set_insured_area(tx, led)
    content = telling.content_of_credential(led, await store.find_identity_digest(tx, bucket, credential.credential_id))
    _note(tx, "credential_redirected", bucket, credential.credential_id, actor, content)
    return led


async def _move(
    tx: Tx, clock: Clock, *, bucket: int, person_id: int, actor: str, state: CredentialState
) -> Credential | Refused:
    credential = await store.lock_credential(tx, bucket, person_id)
    if credential is None:
        return Refused(records.CREDENTIAL_UNKNOWN)
    if credential.state is CredentialState.revoked:
        return Refused(records.CREDENTIAL_REVOKED)
    at = clock.now()
    await store.set_state(tx, bucket, credential.credential_id, state=state, at=at)
    content = telling.content_of_state(credential.credential_id, state, at)
    _note(tx, f"credential_{state}", bucket, credential.credential_id, actor, content)
    return msgspec.structs.replace(credential, state=state)


def day_keys(sealer: Sealer, clock: Clock, binding: Binding, *, days: int = 7) -> list[DayKey]:
    """The keys of today and the following days, for showing codes offline."""
    secret = sealer.unseal(binding.secret_sealed, where=f"bindings.secret_sealed:{binding.binding_id}")
    dates = [clock.today() + timedelta(days=ahead) for ahead in range(days)]
    return [DayKey(on=on, secret=rules.derive_day_key(secret, on)) for on in dates]


async def find_session(reading: Reading, sealer: Sealer, *, bucket: int, session_secret: str) -> Binding | None:
    """The active binding of a wallet's session, or None."""
    digests = sealer.digests(session_secret, purpose="bindings.session").values()
    return await store.find_binding_by_session(reading, bucket, list(digests))


async def find_credential(reading: Reading, *, bucket: int, person_id: int) -> Credential | None:
    """The newest credential of a person, or None: for its state and the area it leads to."""
    return await store.find_credential(reading, bucket, person_id)


async def list_bindings(reading: Reading, *, bucket: int, credential_id: int) -> list[Binding]:
    """Every device and channel on which a credential can be shown now, oldest first."""
    return await store.list_bindings(reading, bucket, credential_id)
