"""Verbs of bindings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import BUCKETS, Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials
from openyibao.rooms.audit import AuditEvent
from openyibao.rooms.bindings import records, rules, store, telling
from openyibao.rooms.bindings.records import Binding, BindingKind, Bound, DayKey

_SERIAL_DRAWS = 20


def _note(tx: Tx, kind: str, bucket: int, subject_id: int, actor: str, content: bytes) -> None:
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
) -> Bound | Refused:
    """Bind a credential to a device; an issued credential becomes activated. The caller has proved who asks.

    The code names the province of the insured area; ``default_province`` is for a credential that leads to no area.
    """
    at = clock.now()
    credential = await credentials.lock_usable(tx, bucket=bucket, person_id=person_id)
    if isinstance(credential, Refused):
        return credential
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
    await credentials.mark_activated(tx, credential, at=at)
    content = telling.content_of_binding(binding, session_digest)
    _note(tx, "credential_bound", bucket, binding_id, channel_code, content)
    return Bound(binding=binding, session_secret=session_secret)


async def unbind(tx: Tx, clock: Clock, *, bucket: int, binding_id: int, actor: str) -> int | Refused:
    """End a binding, and with it every code of it at once; its id."""
    at = clock.now()
    if await store.end_binding(tx, bucket, binding_id, at=at) is None:
        return Refused(records.BINDING_UNKNOWN)
    _note(tx, "credential_unbound", bucket, binding_id, actor, telling.content_of_end(binding_id, at))
    return binding_id


def day_keys(sealer: Sealer, clock: Clock, binding: Binding, *, days: int = 7) -> list[DayKey]:
    """The keys of today and the following days, for showing codes offline."""
    secret = sealer.unseal(binding.secret_sealed, where=f"bindings.secret_sealed:{binding.binding_id}")
    dates = [clock.today() + timedelta(days=ahead) for ahead in range(days)]
    return [DayKey(on=on, secret=rules.derive_day_key(secret, on)) for on in dates]


async def find_session(reading: Reading, sealer: Sealer, *, bucket: int, session_secret: str) -> Binding | None:
    """The active binding of a wallet's session, or None."""
    digests = sealer.digests(session_secret, purpose="bindings.session").values()
    return await store.find_binding_by_session(reading, bucket, list(digests))


async def list_bindings(reading: Reading, *, bucket: int, credential_id: int) -> list[Binding]:
    """Every device and channel on which a credential can be shown now, oldest first."""
    return await store.list_bindings(reading, bucket, credential_id)


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
