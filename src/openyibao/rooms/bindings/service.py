"""Verbs of bindings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import BUCKETS, Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.bindings import records, rules, store, telling
from openyibao.rooms.bindings.aliases import HOURS_A_DAY, Aliases, hour_of
from openyibao.rooms.bindings.records import (
    Binding,
    BindingKind,
    Bound,
    DayKey,
    Device,
    HotlineAct,
    LostCall,
    UnbindGround,
)
from openyibao.rooms.credentials import CREDENTIAL_UNKNOWN, Credential

_SERIAL_DRAWS = 20


def note(tx: Tx, kind: str, bucket: int, subject_id: int, actor: str, content: bytes) -> None:
    """Tell the audit."""
    tx.audit.append(AuditEvent(kind=kind, cell=bucket, subject_id=subject_id, actor=actor, content=content))


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
    most: int = rules.BINDINGS_MAX,
) -> Bound | Refused:
    """Bind a credential to a device; an issued credential becomes activated. The caller has proved who asks.

    The code names the province of the insured area; ``default_province`` is for a credential that leads to no area.
    Refused, in order: those of the credential, bindings_too_many.
    """
    credential = await credentials.lock_usable(tx, bucket=bucket, person_id=person_id)
    if isinstance(credential, Refused):
        return credential
    session_secret = randomness.octets(32).hex()
    binding = await make_binding(
        tx,
        clock,
        sealer,
        randomness,
        credential=credential,
        default_province=default_province,
        kind=kind,
        channel_code=channel_code,
        device_name=device_name,
        session_digest=sealer.digest(session_secret, purpose="bindings.session"),
        most=most,
    )
    return binding if isinstance(binding, Refused) else Bound(binding=binding, session_secret=session_secret)


async def make_binding(
    tx: Tx,
    clock: Clock,
    sealer: Sealer,
    randomness: Randomness,
    *,
    credential: Credential,
    default_province: int,
    kind: BindingKind,
    channel_code: str,
    device_name: str,
    session_digest: bytes | None = None,
    carrier_digest: bytes | None = None,
    most: int = rules.BINDINGS_MAX,
) -> Binding | Refused:
    """Write a binding of a locked credential under a serial that is free; refused ``bindings_too_many``."""
    at, bucket = clock.now(), credential.bucket
    assert credential.person_id is not None
    if await store.count_active(tx, bucket, credential.credential_id) >= most:
        return Refused(records.BINDINGS_TOO_MANY, {"most": most})
    binding_id = tx.ids.next()
    secret_sealed = sealer.seal(randomness.octets(32), where=f"bindings.secret_sealed:{binding_id}")
    for _ in range(_SERIAL_DRAWS):
        drawn = randomness.below(records.SERIALS // BUCKETS)
        binding = Binding(
            bucket=bucket,
            binding_id=binding_id,
            credential_id=credential.credential_id,
            person_id=credential.person_id,
            serial=rules.place_serial(drawn, bucket),
            province=rules.province_of(credential.insured_area, default=default_province),
            kind=kind,
            channel_code=channel_code,
            device_name=device_name,
            secret_sealed=secret_sealed,
            bound_at=at,
            carrier_digest=carrier_digest,
        )
        if await store.insert_binding(tx, binding, session_digest):
            break
    else:
        raise RuntimeError(f"no free serial was found in bucket {bucket}")
    await credentials.mark_activated(tx, credential, at=at)
    content = telling.content_of_binding(binding, session_digest)
    note(tx, "credential_bound", bucket, binding_id, channel_code, content)
    return binding


async def rename(tx: Tx, *, bucket: int, binding_id: int, device_name: str, actor: str) -> Binding | Refused:
    """Give a device the name its holder knows it by; refused ``binding_unknown``."""
    renamed = await store.rename_binding(tx, bucket, binding_id, device_name.strip()[: rules.NAME_MAX] or "-")
    if renamed is None:
        return Refused(records.BINDING_UNKNOWN)
    note(tx, "binding_renamed", bucket, binding_id, actor, telling.content_of_binding(*renamed))
    return renamed[0]


async def unbind(
    tx: Tx,
    clock: Clock,
    *,
    bucket: int,
    binding_id: int,
    actor: str,
    ground: UnbindGround = UnbindGround.holder,
) -> int | Refused:
    """End a binding, and with it every code of it at once; its id. Refused ``binding_unknown``."""
    ended = await store.end_bindings(
        tx, bucket, binding_id=binding_id, credential_id=None, at=clock.now(), ground=ground
    )
    if not ended:
        return Refused(records.BINDING_UNKNOWN)
    _note_ends(tx, ended, actor)
    return binding_id


async def unbind_all(
    tx: Tx, clock: Clock, *, bucket: int, credential_id: int, actor: str, ground: UnbindGround
) -> list[int]:
    """End every binding of a credential; their ids."""
    ended = await store.end_bindings(
        tx, bucket, binding_id=None, credential_id=credential_id, at=clock.now(), ground=ground
    )
    _note_ends(tx, ended, actor)
    return [one.binding_id for one in ended]


async def unbind_others(tx: Tx, clock: Clock, *, binding: Binding, actor: str) -> list[int]:
    """A phone is lost, and its holder has another: end all bindings but this one and cards; their ids."""
    ended: list[int] = []
    for one in await store.list_bindings(tx, binding.bucket, binding.credential_id):
        if one.binding_id == binding.binding_id or one.kind is BindingKind.carrier:
            continue
        name = {"bucket": one.bucket, "binding_id": one.binding_id}
        done = await unbind(tx, clock, **name, actor=actor, ground=UnbindGround.lost)
        ended += [] if isinstance(done, Refused) else [done]
    return ended


def refuse_call(call: LostCall) -> Refused | None:
    """Whether a call proves nothing. Reason: caller_not_proved."""
    proved = len(set(call.facts_checked)) >= rules.FACTS_LEAST and call.call_back_number.strip() and call.why.strip()
    return None if proved else Refused(records.CALLER_UNPROVED, {"least": rules.FACTS_LEAST})


async def unbind_by_hotline(
    tx: Tx, clock: Clock, sealer: Sealer, *, bucket: int, person_id: int, call: LostCall, keep: Sequence[int] = ()
) -> HotlineAct | Refused:
    """The phone is lost and the holder calls: end all bindings but those to keep. It only takes away: one officer suffices.

    Refused, in order: caller_not_proved, credential_unknown, binding_unknown.
    """
    facts, refused = tuple(sorted(set(call.facts_checked))), refuse_call(call)
    if refused is not None:
        return refused
    credential = await credentials.find_credential(tx, bucket=bucket, person_id=person_id)
    if credential is None:
        return Refused(CREDENTIAL_UNKNOWN)
    active = await store.list_bindings(tx, bucket, credential.credential_id)
    ended: list[int] = []
    for one in active:
        if one.binding_id not in keep and one.kind is not BindingKind.carrier:
            name = {"bucket": bucket, "binding_id": one.binding_id}
            done = await unbind(tx, clock, **name, actor=call.officer, ground=UnbindGround.hotline)
            ended += [] if isinstance(done, Refused) else [done]
    if not ended:
        return Refused(records.BINDING_UNKNOWN)
    act = HotlineAct(
        bucket=bucket,
        act_id=tx.ids.next(),
        person_id=person_id,
        facts_checked=tuple(facts),
        call_back_digest=sealer.digest(call.call_back_number.strip(), purpose="hotline_acts.call_back"),
        officer=call.officer,
        why=call.why.strip(),
        bindings_ended=tuple(ended),
        acted_at=clock.now(),
    )
    row = [list(value) if isinstance(value, tuple) else value for value in msgspec.structs.astuple(act)]
    await store.insert_act(tx, row)
    note(tx, "hotline_acted", bucket, act.act_id, call.officer, telling.content_of_row(row))
    return act


def _note_ends(tx: Tx, ended: Sequence[Binding], actor: str) -> None:
    for one in ended:
        note(tx, "credential_unbound", one.bucket, one.binding_id, actor, telling.content_of_end(one))


def day_keys(
    sealer: Sealer, aliases: Aliases, clock: Clock, binding: Binding, *, days: int = rules.DAYS_OFFLINE
) -> list[DayKey]:
    """The keys and aliases of today and the following days, for showing codes offline."""
    secret = sealer.unseal(binding.secret_sealed, where=f"bindings.secret_sealed:{binding.binding_id}")
    dates = [clock.today() + timedelta(days=ahead) for ahead in range(days)]
    return [
        DayKey(on=on, secret=rules.derive_day_key(secret, on), aliases=aliases.of_day(binding.serial, on))
        for on in dates
    ]


def key_now(sealer: Sealer, aliases: Aliases, clock: Clock, binding: Binding) -> DayKey:
    """The key of this hour alone, for showing one code at once: its alias stands at the place of every hour."""
    secret = sealer.unseal(binding.secret_sealed, where=f"bindings.secret_sealed:{binding.binding_id}")
    alias = aliases.of_hour(binding.serial, hour_of(clock.now()))
    on = clock.today()
    return DayKey(on=on, secret=rules.derive_day_key(secret, on), aliases=(alias,) * HOURS_A_DAY)


async def find_session(reading: Reading, sealer: Sealer, *, bucket: int, session_secret: str) -> Binding | None:
    """The active binding of a wallet's session, or None."""
    digests = sealer.digests(session_secret, purpose="bindings.session").values()
    return await store.find_binding_by_session(reading, bucket, list(digests))


async def list_bindings(reading: Reading, *, bucket: int, credential_id: int) -> list[Binding]:
    """Every device and channel on which a credential can be shown now, oldest first."""
    return await store.list_bindings(reading, bucket, credential_id)


async def list_devices(reading: Reading, *, bucket: int, credential_id: int) -> list[Device]:
    """The active bindings with the last use of each, oldest first."""
    active = await store.list_bindings(reading, bucket, credential_id)
    uses = await store.list_last_uses(reading, bucket, [one.binding_id for one in active])
    return [
        Device(
            binding=one,
            last_used_at=uses[one.binding_id][1] if one.binding_id in uses else None,
            last_institution_id=uses[one.binding_id][2] if one.binding_id in uses else None,
            last_purpose=uses[one.binding_id][3] if one.binding_id in uses else None,
        )
        for one in active
    ]


async def find_channel_binding(
    reading: Reading, *, bucket: int, binding_id: int, channel_code: str
) -> Binding | Refused:
    """A channel's own living binding; another channel's is as unknown as none: ``binding_unknown``."""
    found = await store.find_channel_binding(reading, bucket, binding_id, channel_code)
    return found or Refused(records.BINDING_UNKNOWN)


async def list_channel_bindings(
    reading: Reading, *, channel_code: str, after: tuple[int, int], most: int
) -> list[Binding]:
    """The living bindings of a channel, by (bucket, binding_id) after one."""
    return await store.list_channel_bindings(reading, channel_code, after=after, most=most)


async def list_told_of(
    reading: Reading,
    *,
    bindings: Sequence[tuple[int, int]] = (),
    credentials: Sequence[tuple[int, int]] = (),
    persons: Sequence[int] = (),
) -> list[Binding]:
    """Whom an event is about: bindings and credentials by (bucket, id), persons by id. Ended ones too; may repeat."""
    found = await store.list_by_ids(reading, bindings) if bindings else []
    found += await store.list_by_credentials(reading, credentials) if credentials else []
    found += await store.list_by_persons(reading, persons) if persons else []
    return found
