"""Verbs of consents."""

from __future__ import annotations

from collections.abc import Sequence

from openyibao.kit.clock import Clock
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, credentials
from openyibao.rooms.consents import records, rules, store, telling
from openyibao.rooms.consents.records import Consent, ConsentPurpose, NewConsent, Withdrawn


async def give(tx: Tx, clock: Clock, new: NewConsent) -> Consent | Refused:
    """Keep a consent; given again in the same channel, it is the one that stands. Refuses: consent_text_unknown."""
    digest = new.text_digest
    if digest is None:
        text = rules.find_text(new.text_version, new.language)
        if text is None:
            return Refused(records.CONSENT_TEXT_UNKNOWN, {"version": new.text_version})
        digest = text.digest
    made = Consent(
        bucket=new.bucket,
        consent_id=tx.ids.next(),
        person_id=new.person_id,
        text_version=new.text_version,
        text_digest=digest,
        language=new.language,
        purposes=new.purposes,
        channel_code=new.channel_code,
        given_by=new.given_by,
        given_at=clock.now(),
    )
    if await store.insert_consent(tx, made):
        tx.audit.append(telling.given_event(made))
        return made
    standing = await store.find_standing(
        tx, new.bucket, new.person_id, channel_code=new.channel_code, text_version=new.text_version
    )
    if standing is None:
        raise RuntimeError("a consent that stood was withdrawn meanwhile")
    return standing


async def withdraw(
    tx: Tx, clock: Clock, *, bucket: int, person_id: int, consent_id: int, actor: str
) -> Withdrawn | Refused:
    """Take a consent back: where it was for showing the code, the channel's bindings end at once. Refuses: consent_unknown."""
    ended = await store.end_consent(tx, bucket, consent_id, person_id=person_id, by=actor, at=clock.now())
    if ended is None:
        return Refused(records.CONSENT_UNKNOWN)
    tx.audit.append(telling.withdrawn_event(ended))
    return Withdrawn(consent=ended, ended_bindings=await _end_bindings(tx, clock, ended, actor))


async def _end_bindings(tx: Tx, clock: Clock, ended: Consent, actor: str) -> tuple[int, ...]:
    if ConsentPurpose.show not in ended.purposes:
        return ()
    credential = await credentials.find_credential(tx, bucket=ended.bucket, person_id=ended.person_id)
    if credential is None:
        return ()
    listed = await bindings.list_bindings(tx, bucket=ended.bucket, credential_id=credential.credential_id)
    done = []
    for one in listed:
        if one.channel_code == ended.channel_code:
            unbound = await bindings.unbind(tx, clock, bucket=one.bucket, binding_id=one.binding_id, actor=actor)
            done += [] if isinstance(unbound, Refused) else [unbound]
    return tuple(done)


async def list_consents(reading: Reading, *, bucket: int, person_id: int) -> list[Consent]:
    """What a person agreed to, withdrawn ones too, the newest first; at most 200."""
    return await store.list_of_person(reading, bucket, person_id, most=rules.LISTED_MAX)


async def find_for(
    reading: Reading, *, bucket: int, person_id: int, channel_code: str, purpose: ConsentPurpose
) -> Consent | None:
    """The newest consent for a purpose that stands in a channel, or None."""
    return await store.find_for(reading, bucket, person_id, channel_code=channel_code, purpose=purpose)


async def refuse_without(
    reading: Reading, *, bucket: int, person_id: int, channel_code: str, purpose: ConsentPurpose
) -> Refused | None:
    """Sensitive fields only after consent: ``consent_missing`` unless one for this purpose stands in this channel."""
    found = await store.find_for(reading, bucket, person_id, channel_code=channel_code, purpose=purpose)
    return Refused(records.CONSENT_MISSING) if found is None else None


async def read_consents(reading: Reading, names: Sequence[tuple[int, int]]) -> list[Consent]:
    """Consents by (bucket, consent_id)."""
    return await store.read_consents(reading, names)
