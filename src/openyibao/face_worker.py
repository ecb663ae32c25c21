"""The face worker: a process of its own that judges captures and holds faces against sealed templates. 中文: 人脸工作进程。

Only here are templates unsealed. It reads the data keys itself, keeps no picture and no number beyond its job, and answers
what speaks against a capture, or which of the candidates it is. Needs the extra ``face``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from openyibao.kit import db, db_keys
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import MasterKey, Sealer, Suite, UnsealFault, sm3
from openyibao.kit.seeing import Thresholds
from openyibao.kit.seeing.jobs import JUDGE, Judged, JudgeJob
from openyibao.kit.seeing.plans import plan_of
from openyibao.kit.worker_child import serve_jobs
from openyibao.rooms import faces
from openyibao.settings import Settings, read_settings

_MARGIN = 0.06
"""Two candidates nearer to each other than this: neither is taken."""


class _Keys:
    """The sealer, read anew where a key is missing: it was made since."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.sealer = self._read()

    def _read(self) -> Sealer:
        return Sealer(asyncio.run(_ring(self._settings)))

    def open(self, template_id: int, sealed: bytes) -> tuple[float, ...]:
        """The numbers of a template. Raises UnsealFault where it was altered."""
        try:
            return faces.open_template(self.sealer, template_id, sealed)
        except UnsealFault:
            self.sealer = self._read()
            return faces.open_template(self.sealer, template_id, sealed)


async def _ring(settings: Settings) -> Any:
    if settings.key_file is None:
        raise RuntimeError("OPENYIBAO_KEY_FILE is not set")
    suite, connection = Suite(settings.suite), await db.connect(settings.database_url)
    try:
        return await db_keys.ensure_keys(connection, MasterKey.load(settings.key_file), SystemClock(), suite=suite)
    finally:
        await connection.close()


def make_handlers() -> Mapping[str, Callable[[Any], Any]]:
    """The jobs, with models and keys loaded."""
    from openyibao.kit.seeing.judging import judge  # noqa: PLC0415 needs the extra, which others may lack
    from openyibao.kit.seeing.sight import Sight, distance  # noqa: PLC0415 the same

    sight, keys, limits = Sight(), _Keys(read_settings()), Thresholds()

    def judged(content: Any) -> Any:
        job = msgspec.convert(content, JudgeJob)
        evidence = sm3(job.capture)
        seen = judge(sight, job.capture, plan_of(job.plan), limits)
        if seen.against is not None:
            return _told(Judged(against=seen.against.value, evidence_digest=evidence))
        if job.template_id is not None:
            sealed = faces.seal_template(keys.sealer, job.template_id, seen.template)
            return _told(Judged(against="", evidence_digest=evidence, template_sealed=sealed))
        near = sorted(
            (distance(seen.template, keys.open(template_id, sealed)), template_id)
            for template_id, sealed in job.candidates
        )
        best = [one for one in near[:2] if one[0] <= limits.person_max]
        ambiguous = len(best) > 1 and best[1][0] - best[0][0] < _MARGIN
        return _told(
            Judged(
                against="",
                evidence_digest=evidence,
                template_id=best[0][1] if best and not ambiguous else None,
                distance_e4=int(near[0][0] * 10_000) if near else 0,
                ambiguous=ambiguous,
            )
        )

    return {JUDGE: judged}


def _told(judged: Judged) -> Any:
    return msgspec.to_builtins(judged, builtin_types=(bytes,))


if __name__ == "__main__":
    serve_jobs(make_handlers)
