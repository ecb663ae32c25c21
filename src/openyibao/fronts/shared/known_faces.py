"""Faces at a desk: registered once, with the person's own password, and looked at in place of the code. 中文: 人脸登记与比对。

Keeps: nothing. Promises: captures go to the face worker and nowhere else; it is awaited outside of transactions; a challenge is
used up before it is judged. Units: none. Callers: counter and ward, terminal, the API.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from openyibao.fronts.shared.activating import FACES_AWAY
from openyibao.fronts.shared.authenticating import PASSWORD_MAX
from openyibao.fronts.shared.platform import Platform
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.seeing.jobs import CANDIDATES_MAX, Judged, JudgeJob, ask_judge
from openyibao.kit.workers import WorkerAway, WorkerBusy
from openyibao.rooms import activations, credentials, encounters, faces, people
from openyibao.rooms.activations import PERSON_NOT_MATCHED, Challenge, Way
from openyibao.rooms.faces import Candidate, FaceChallenge, FaceTemplate, NewFace, ShowingWay
from openyibao.rooms.people import DocumentType
from openyibao.rooms.presentation import FaceRequest, Presentation, Purpose


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """What a camera took for a challenge: ``reference`` names whose session it was drawn for."""

    reference: str
    challenge_id: str
    octets: bytes

    def __repr__(self) -> str:
        return f"Capture(octets={len(self.octets)})"


async def _work(platform: Platform, run: Callable[[Tx], Awaitable[Any]]) -> Any:
    return await platform.lane.submit("work", Work(run=run))


async def draw_challenge(platform: Platform, *, reference: str, person: str = "") -> FaceChallenge | Refused:
    """What to do before the camera. Refuses: faces_away, where no component is there."""
    if platform.face_worker is None:
        return Refused(FACES_AWAY)

    async def run(tx: Tx) -> FaceChallenge:
        return await faces.draw_challenge(
            tx, platform.clock, platform.sealer, platform.randomness, reference=reference, person=person
        )

    drawn: FaceChallenge = await _work(platform, run)
    return drawn


def challenge_of(drawn: FaceChallenge) -> Challenge:
    """What the page is told of a challenge."""
    plan = drawn.plan
    return Challenge(
        challenge_id=drawn.challenge_id,
        actions=tuple(one.action.value for one in plan.actions),
        windows=tuple((one.from_ms, one.to_ms) for one in plan.actions),
        total_ms=plan.total_ms,
    )


async def judge_capture(
    platform: Platform, capture: Capture, *, person: str = "", candidates: Sequence[Candidate] = (), enter: bool = False
) -> tuple[Judged, int] | Refused:
    """The worker's judgement on a capture, and the id it may be entered under. ``person`` is whom the challenge was drawn about.

    Refuses, in order: faces_away, face_challenge_unknown, _used, _stale, those of ``faces.FACE_AGAINST``.
    """
    worker = platform.face_worker
    if worker is None:
        return Refused(FACES_AWAY)

    async def run(tx: Tx) -> tuple[FaceChallenge, int] | Refused:
        taken = await faces.take_challenge(
            tx, platform.clock, platform.sealer, reference=capture.reference, challenge_id=capture.challenge_id
        )
        return taken if isinstance(taken, Refused) else (taken, tx.ids.next())

    taken = await _work(platform, run)
    if isinstance(taken, Refused):
        return taken
    challenge, template_id = taken
    if challenge.person != person:
        return Refused(faces.FACE_CHALLENGE_UNKNOWN)
    job = JudgeJob(
        capture=capture.octets,
        plan=challenge.plan.text(),
        candidates=tuple((one.template_id, one.template_sealed) for one in candidates),
        template_id=template_id if enter else None,
    )
    try:
        judged = await ask_judge(worker, job)
    except (WorkerAway, WorkerBusy):
        return Refused(FACES_AWAY)
    against = faces.reason_against(judged.against)
    return (judged, template_id) if against is None else Refused(against)


async def register_face(
    platform: Platform, capture: Capture, *, person: tuple[int, int], language: str, channel_code: str, officer: str
) -> FaceTemplate | Refused:
    """Keep the face of a person who is there; the caller saw document and password, and asked for the consent of its own.

    Refuses: those of ``judge_capture``, then face_templates_full.
    """
    name = faces.person_name(platform.sealer, *person)
    judged = await judge_capture(platform, capture, person=name, enter=True)
    if isinstance(judged, Refused):
        return judged
    sealed = judged[0].template_sealed
    if sealed is None:
        raise ValueError("the worker sealed no template")
    new = NewFace(
        bucket=person[0],
        person_id=person[1],
        template_id=judged[1],
        template_sealed=sealed,
        language=language,
        channel_code=channel_code,
        entered_by=officer,
    )
    filed = bool(platform.settings.faces_filing)

    async def run(tx: Tx) -> FaceTemplate | Refused:
        return await faces.enter_face(tx, platform.clock, platform.sealer, new, filed=filed)

    entered: FaceTemplate | Refused = await _work(platform, run)
    return entered


async def delete_face(platform: Platform, *, person: tuple[int, int], actor: str) -> FaceTemplate | Refused:
    """Delete a person's face on request. Refuses: face_not_registered."""

    async def run(tx: Tx) -> FaceTemplate | Refused:
        return await faces.delete_face(tx, platform.clock, bucket=person[0], person_id=person[1], actor=actor)

    deleted: FaceTemplate | Refused = await _work(platform, run)
    return deleted


async def check_password(platform: Platform, person: tuple[int, int], password: str) -> Refused | None:
    """None where it is the person's. Refuses, in order: person_not_matched (no credential), way_locked, password_not_set, password_wrong."""
    async with platform.readers.reading() as reading:
        credential = await credentials.find_credential(reading, bucket=person[0], person_id=person[1])
        if credential is None:
            return Refused(PERSON_NOT_MATCHED)
        kept = await activations.find_hash(
            reading, platform.clock, platform.sealer, person=person, credential_id=credential.credential_id
        )
    if isinstance(kept, Refused):
        return kept
    held = await asyncio.to_thread(activations.password_holds, password[:PASSWORD_MAX], kept)

    async def run(tx: Tx) -> Refused | None:
        return await activations.note_try(tx, platform.clock, person=person, held=held)

    refused: Refused | None = await platform.lane.submit("work", Work(run=run))
    return refused


class FaceAtDesk(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody before a desk's camera in place of a code: by the phone's last digits, by a document, or of the people in a list."""

    capture: Capture
    institution_id: int
    terminal_code: str
    operator_code: str
    purpose: Purpose
    phone_tail: str | None = None
    document_number: str | None = None
    stays_here: bool = False
    password: str | None = None
    caller_key: str | None = None

    def __repr__(self) -> str:
        return f"FaceAtDesk(institution_id={self.institution_id})"


async def _candidates(platform: Platform, asked: FaceAtDesk) -> list[Candidate] | Refused:
    """Whom the face is held against. Refuses: face_not_known, way_locked (a document's holder), face_too_many."""
    async with platform.readers.reading() as reading:
        if asked.document_number is not None:
            number = people.normal_document(asked.document_number)
            person = await people.find_by_document(reading, platform.sealer, DocumentType.identity_card, number)
            if person is None:
                return Refused(faces.FACE_NOT_KNOWN)
            named = (person.bucket, person.person_id)
            locked = await activations.refuse_way(reading, platform.clock, named, Way.live_face)
            if locked is not None:
                return locked
            found = await faces.find_face(reading, bucket=named[0], person_id=named[1])
            return [] if found is None else [found]
        if asked.stays_here:
            stays = await encounters.list_stays_at(reading, asked.institution_id, most=CANDIDATES_MAX)
            return await faces.list_of_persons(reading, sorted({one.person_id for one in stays}))
        return await faces.list_by_tail(reading, platform.sealer, tail=asked.phone_tail or "")


async def identify_face(platform: Platform, asked: FaceAtDesk) -> Presentation | Refused:
    """Know somebody by their face: the answer of a scan (P12).

    Refuses, in order: those of ``_candidates``, of ``judge_capture``, face_not_known, those of the password where one is given, of
    ``presentation.present_by_face``.
    """
    candidates = await _candidates(platform, asked)
    if isinstance(candidates, Refused):
        return candidates
    judged = await judge_capture(platform, asked.capture, candidates=candidates)
    if isinstance(judged, Refused):
        return judged
    seen = judged[0]
    known = next((one for one in candidates if one.template_id == seen.template_id), None)
    if known is None:
        await _count_failure(platform, asked, candidates)
        return Refused(faces.FACE_NOT_KNOWN)
    person = (known.bucket, known.person_id)
    if asked.password is not None:
        refused = await check_password(platform, person, asked.password)
        if refused is not None:
            return refused
    request = FaceRequest(
        bucket=known.bucket,
        person_id=known.person_id,
        template_id=known.template_id,
        way=ShowingWay.one_to_one if asked.document_number is not None else ShowingWay.one_to_few,
        candidates=len(candidates),
        distance_e4=seen.distance_e4,
        password_given=asked.password is not None,
        evidence_digest=seen.evidence_digest,
        institution_id=asked.institution_id,
        terminal_code=asked.terminal_code,
        operator_code=asked.operator_code,
        purpose=asked.purpose,
        caller_key=asked.caller_key,
    )
    answer: Presentation | Refused = await platform.lane.submit("identify_face", request)
    return answer


async def _count_failure(platform: Platform, asked: FaceAtDesk, candidates: Sequence[Candidate]) -> None:
    """Another face before a document counts against that person's way of faces, which locks alone."""
    if asked.document_number is None or not candidates:
        return
    person = (candidates[0].bucket, candidates[0].person_id)

    async def run(tx: Tx) -> None:
        await activations.count_way_failure(tx, platform.clock, person, Way.live_face)

    await _work(platform, run)
