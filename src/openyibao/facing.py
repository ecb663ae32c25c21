"""The machine's own face component behind the liveness provider's contract: challenges drawn here, captures judged in the worker.

Keeps: nothing. Promises: a capture goes to the worker's pipe and nowhere else; a challenge is used up before it is judged, so that
a capture that fails can't be mended and sent again. Units: none. Callers: ``main``; what judges is ``face_worker``. 中文: 本机人脸核验。
"""

from __future__ import annotations

import sys

from openyibao.fronts.shared.known_faces import challenge_of
from openyibao.kit.batch import Lane, Work
from openyibao.kit.clock import Clock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Readers, Tx
from openyibao.kit.ids import Randomness
from openyibao.kit.outcome import Refused
from openyibao.kit.seeing.jobs import JudgeJob, ask_judge
from openyibao.kit.workers import Worker, WorkerAway, WorkerBusy
from openyibao.rooms import faces
from openyibao.rooms.activations import Challenge, LivenessProvider, Verdict
from openyibao.rooms.faces import FACE_NOT_REGISTERED, FaceChallenge
from openyibao.settings import Settings, worker_environment
from openyibao.wire.faces import RemoteLiveness

PROVIDER = "openyibao-face"
QUEUE_MAX, DEADLINE_SECONDS = 8, 25.0


def find_liveness(
    settings: Settings, clock: Clock, worker: Worker | None, *, sealer: Sealer, lane: Lane, readers: Readers
) -> LivenessProvider | None:
    """Who tells a living face: a provider that is named goes before this machine's own component."""
    if settings.faces_url:
        allowed = settings.faces_stand_in
        return RemoteLiveness(settings.faces_url, settings.faces_secret, clock, stand_in_allowed=allowed)
    return None if worker is None else LocalLiveness(clock, sealer, lane, readers, worker)


def begin_face_worker(settings: Settings) -> Worker:
    """The worker of this process, on its way."""
    worker = Worker(
        [sys.executable, "-m", "openyibao.face_worker"],
        name="face worker",
        environment=worker_environment(settings),
        queue_max=QUEUE_MAX,
        deadline_seconds=DEADLINE_SECONDS,
    )
    worker.start()
    return worker


class LocalLiveness:
    """The contract's provider on this machine: who has no registered face is told so."""

    def __init__(self, clock: Clock, sealer: Sealer, lane: Lane, readers: Readers, worker: Worker) -> None:
        self._clock, self._sealer, self._lane, self._readers, self._worker = clock, sealer, lane, readers, worker
        self.randomness = Randomness()

    async def begin(self, *, reference: str, person: str) -> Challenge | Refused | None:
        """A challenge for whoever has a registered face. Refuses: face_not_registered."""
        async with self._readers.reading() as reading:
            known = await faces.find_by_name(reading, person=person)
        if known is None:
            return Refused(FACE_NOT_REGISTERED)

        async def run(tx: Tx) -> FaceChallenge:
            return await faces.draw_challenge(
                tx, self._clock, self._sealer, self.randomness, reference=reference, person=person
            )

        return challenge_of(await self._lane.submit("work", Work(run=run)))

    async def answer(self, *, reference: str, challenge_id: str, capture: bytes) -> Verdict | Refused | None:
        """The verdict. Refuses: face_challenge_unknown, _used, _stale; face_not_registered (deleted meanwhile)."""

        async def run(tx: Tx) -> FaceChallenge | Refused:
            return await faces.take_challenge(
                tx, self._clock, self._sealer, reference=reference, challenge_id=challenge_id
            )

        taken = await self._lane.submit("work", Work(run=run))
        if isinstance(taken, Refused):
            return taken
        async with self._readers.reading() as reading:
            known = await faces.find_by_name(reading, person=taken.person)
        if known is None:
            return Refused(FACE_NOT_REGISTERED)
        job = JudgeJob(
            capture=capture, plan=taken.plan.text(), candidates=((known.template_id, known.template_sealed),)
        )
        try:
            judged = await ask_judge(self._worker, job)
        except (WorkerAway, WorkerBusy):
            return None
        return Verdict(
            reference=reference,
            challenge_id=challenge_id,
            alive=judged.against == "",
            same=judged.template_id is not None,
            provider=PROVIDER,
            stand_in=False,
            evidence_digest=judged.evidence_digest,
            why=judged.against,
        )
