"""Faces at a desk: registered once, with the person's own password, and looked at in place of the code. 中文: 人脸登记与比对。

Keeps: nothing. Promises: captures go to the face worker and nowhere else; it is awaited outside of transactions; a challenge is
used up before it is judged. Units: none. Callers: counter and ward, terminal, the API.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from openyibao.fronts.shared.activating import FACES_AWAY
from openyibao.fronts.shared.platform import Platform
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.seeing.jobs import Judged, JudgeJob, ask_judge
from openyibao.kit.workers import WorkerAway, WorkerBusy
from openyibao.rooms import faces
from openyibao.rooms.faces import Candidate, FaceChallenge, FaceTemplate, NewFace


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
