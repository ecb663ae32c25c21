"""Verbs of faces."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer, sm3
from openyibao.kit.db import Reading, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.kit.seeing import draw_plan
from openyibao.kit.seeing.jobs import CANDIDATES_MAX
from openyibao.rooms import consents, people
from openyibao.rooms.areas import bucket_of_digest
from openyibao.rooms.consents import ConsentPurpose, NewConsent
from openyibao.rooms.faces import reasons, rules, store, telling
from openyibao.rooms.faces.records import Candidate, FaceChallenge, FaceShowing, FaceTemplate, NewFace

_REFERENCE = "faces.reference"


async def draw_challenge(
    tx: Tx, clock: Clock, sealer: Sealer, randomness: Randomness, *, reference: str, person: str = ""
) -> FaceChallenge:
    """A new challenge for a reference, in place of an earlier one; ``person`` is ``rules.person_name`` or nobody yet."""
    plan, nonce, at = draw_plan(randomness), randomness.octets(8).hex(), clock.now()
    drawn = FaceChallenge(
        bucket=_bucket(sealer, reference),
        reference=reference,
        challenge_id=rules.sign_challenge(
            sealer, nonce=nonce, reference=reference, person=person, plan=plan, issued_at=at
        ),
        person=person,
        plan=plan,
        issued_at=at,
    )
    await store.put_challenge(tx, drawn)
    return drawn


def _bucket(sealer: Sealer, reference: str) -> int:
    return bucket_of_digest(sealer.digest(reference, purpose=_REFERENCE))


async def take_challenge(
    tx: Tx, clock: Clock, sealer: Sealer, *, reference: str, challenge_id: str
) -> FaceChallenge | Refused:
    """The challenge that is being answered; from now on it is used. Refuses, in order: face_challenge_unknown, _used, _stale."""
    kept = await store.lock_challenge(tx, _bucket(sealer, reference), reference)
    refused = rules.judge_challenge(sealer, kept, challenge_id, clock.now())
    if refused is not None or kept is None:
        return refused or Refused(reasons.FACE_CHALLENGE_UNKNOWN)
    await store.use_challenge(tx, kept, at=clock.now())
    return kept


async def enter_face(tx: Tx, clock: Clock, sealer: Sealer, new: NewFace, *, filed: bool) -> FaceTemplate | Refused:
    """Keep a face in place of an earlier one, with its consent. ``filed``: the authority was told of more than 100,000.

    Refuses: face_templates_full.
    """
    await store.lock_person(tx, new.bucket, new.person_id)
    await _delete(tx, clock, new.bucket, new.person_id, new.entered_by)
    count = await store.count_templates(tx, most=rules.TEMPLATES_MAX)
    if count >= rules.TEMPLATES_MAX and not filed:
        return Refused(reasons.FACE_TEMPLATES_FULL, {"most": rules.TEMPLATES_MAX})
    consent = await consents.give(
        tx,
        clock,
        NewConsent(
            bucket=new.bucket,
            person_id=new.person_id,
            text_version=rules.FACE_CONSENT_VERSION,
            language=new.language,
            purposes=(ConsentPurpose.face,),
            channel_code=new.channel_code,
        ),
    )
    if isinstance(consent, Refused):
        return consent
    phone = await people.find_phone(tx, sealer, new.bucket, new.person_id)
    tail = None if phone is None else rules.tail_of(phone)
    made = FaceTemplate(
        bucket=new.bucket,
        template_id=new.template_id,
        person_id=new.person_id,
        person_digest=rules.person_digest(sealer, new.bucket, new.person_id),
        model=rules.MODEL,
        template_sealed=new.template_sealed,
        template_digest=sm3(new.template_sealed),
        tail_digest=None if tail is None else rules.tail_digest(sealer, tail),
        consent_id=consent.consent_id,
        entered_by=new.entered_by,
        entered_at=clock.now(),
    )
    await store.insert_template(tx, made)
    tx.audit.append(telling.entered_event(made))
    return made


async def delete_face(tx: Tx, clock: Clock, *, bucket: int, person_id: int, actor: str) -> FaceTemplate | Refused:
    """Delete what a person's face is known by, at once and for good. Refuses: face_not_registered."""
    return await _delete(tx, clock, bucket, person_id, actor) or Refused(reasons.FACE_NOT_REGISTERED)


async def _delete(tx: Tx, clock: Clock, bucket: int, person_id: int, actor: str) -> FaceTemplate | None:
    ended = await store.end_template(tx, bucket, person_id, by=actor, at=clock.now())
    if ended is not None:
        tx.audit.append(telling.deleted_event(ended))
    return ended


async def find_face(reading: Reading, *, bucket: int, person_id: int) -> Candidate | None:
    """A person's template, where one is kept and its consent stands."""
    return await store.find_candidate(reading, bucket, person_id)


async def find_by_name(reading: Reading, *, person: str) -> Candidate | None:
    """The template of somebody by the name under which a provider knows them (``rules.person_name``)."""
    named = rules.read_person_name(person)
    return None if named is None else await store.find_by_digests(reading, named[0], [named[1]])


async def list_by_tail(reading: Reading, sealer: Sealer, *, tail: str) -> list[Candidate] | Refused:
    """Everybody whose registered phone ends so. Refuses, in order: face_not_known (not four digits), face_too_many."""
    if rules.tail_of(tail) != tail:
        return Refused(reasons.FACE_NOT_KNOWN)
    digests = rules.tail_digests(sealer, tail)
    found = await store.list_candidates_by_tail(reading, digests, most=CANDIDATES_MAX + 1)
    return _few(found)


async def list_of_persons(reading: Reading, person_ids: Sequence[int]) -> list[Candidate] | Refused:
    """Those of a list of people whose face is known. Refuses: face_too_many."""
    if len(person_ids) > CANDIDATES_MAX:
        return Refused(reasons.FACE_TOO_MANY, {"most": CANDIDATES_MAX})
    return _few(await store.list_candidates_of(reading, person_ids, most=CANDIDATES_MAX + 1))


def _few(found: list[Candidate]) -> list[Candidate] | Refused:
    if len(found) > CANDIDATES_MAX:
        return Refused(reasons.FACE_TOO_MANY, {"most": CANDIDATES_MAX})
    return found


async def count_faces(reading: Reading) -> int:
    """How many faces are kept; no more than one above the bound is counted."""
    return await store.count_templates(reading, most=rules.TEMPLATES_MAX + 1)


async def note_showing(tx: Tx, one: FaceShowing) -> None:
    """Keep that somebody was known by their face, beside the presentation that came of it."""
    await store.insert_showing(tx, one)
    tx.audit.append(telling.shown_event(msgspec.structs.replace(one)))


async def clear_challenges(tx: Tx, clock: Clock, *, most: int = 20_000) -> int:
    """Clear away challenges that are over for an hour; how many."""
    return await store.clear_challenges(tx, before=clock.now() - rules.KEPT, most=most)
