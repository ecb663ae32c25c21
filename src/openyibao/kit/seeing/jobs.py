"""What the face worker is asked and answers. 中文: 人脸比对任务。"""

from __future__ import annotations

from typing import Annotated

import msgspec

from openyibao.kit.seeing.frames import CAPTURE_MAX
from openyibao.kit.workers import Worker

CANDIDATES_MAX = 500
JUDGE = "judge"


class JudgeJob(msgspec.Struct, frozen=True, kw_only=True):
    """Judge a capture against its plan, and hold the face against these (template_id, sealed) candidates."""

    capture: Annotated[bytes, msgspec.Meta(max_length=CAPTURE_MAX)]
    plan: str
    candidates: Annotated[tuple[tuple[int, bytes], ...], msgspec.Meta(max_length=CANDIDATES_MAX)] = ()
    template_id: int | None = None
    """Seal the face as this template: it is to be entered."""

    def __repr__(self) -> str:
        return f"JudgeJob(candidates={len(self.candidates)})"


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: what speaks against a living face (empty: nothing), who it is, how near, the sealed template."""

    against: str
    evidence_digest: bytes
    template_id: int | None = None
    distance_e4: int = 0
    ambiguous: bool = False
    template_sealed: bytes | None = None

    def __repr__(self) -> str:
        return f"Judged(against={self.against!r})"


async def ask_judge(worker: Worker, job: JudgeJob) -> Judged:
    """Have a capture judged. Raises WorkerAway, WorkerBusy."""
    answer = await worker.ask(JUDGE, msgspec.to_builtins(job, builtin_types=(bytes,)))
    return msgspec.convert(answer, Judged)
