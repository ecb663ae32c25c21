"""A worker process beside the service, for what would hold its loop up: asked over pipes, watched, begun again when it ends.

Keeps: one child and a bounded queue. Promises: ``ask`` answers, or raises within its deadline; it never blocks the loop; a child
that ended is said so in the log and begun again, one that outlives a deadline is ended; the child ends with the service. One
job at a time. Units: seconds. Callers: the assembly. 中文: 工作进程。

On the pipes: 4 octets of length (big-endian), then msgpack: ``[name, content]`` there, ``[held, content]`` back.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

log = logging.getLogger(__name__)
MESSAGE_MAX = 16_000_000
AGAIN_FIRST_SECONDS, AGAIN_MAX_SECONDS = 0.2, 30.0
STEADY_SECONDS = 30.0
END_SECONDS = 5.0


class WorkerBusy(Exception):  # noqa: N818 an answer, not an error
    """Too many jobs wait already."""


class WorkerAway(Exception):  # noqa: N818 an answer, not an error
    """The worker ended, or did not answer in time: nothing came of the job."""


class _Job(msgspec.Struct):
    name: str
    content: Any
    answer: asyncio.Future[Any]


class Worker:
    """One child process and who waits for it."""

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        name: str,
        environment: Mapping[str, str] | None = None,
        queue_max: int = 8,
        deadline_seconds: float = 20.0,
    ) -> None:
        self._arguments, self._name, self._environment = list(arguments), name, environment
        self._deadline = deadline_seconds
        self._waiting, self._queue_max, self._more = deque[_Job](), queue_max, asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.pid: int | None = None
        """Of the child that lives now; None where none does."""
        self.begun = 0
        """How many children there were."""

    def start(self) -> None:
        """Begin the child, without waiting for it."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """End the child; who waits is answered ``WorkerAway``."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._let_go()

    async def ask(self, name: str, content: Any) -> Any:
        """The answer to one job. Raises WorkerBusy where too many wait, WorkerAway where none came in time."""
        job = _Job(name, content, asyncio.get_running_loop().create_future())
        if len(self._waiting) >= self._queue_max:
            raise WorkerBusy(self._name)
        self._waiting.append(job)
        self._more.set()
        try:
            return await asyncio.wait_for(job.answer, self._deadline)
        except TimeoutError:
            raise WorkerAway(f"{self._name}: no answer within {self._deadline} s") from None

    async def _keep(self) -> None:
        """Children, one after the other; each that ends is said so, and the next waits a little longer."""
        pause = AGAIN_FIRST_SECONDS
        loop = asyncio.get_running_loop()
        while True:
            begun_at = loop.time()
            child = await asyncio.create_subprocess_exec(
                *self._arguments,
                stdin=PIPE,
                stdout=PIPE,
                env=None if self._environment is None else dict(self._environment),
            )
            self.pid, self.begun = child.pid, self.begun + 1
            log.info("%s: process %s begins", self._name, child.pid)
            try:
                await self._serve(child)
            except (ConnectionError, asyncio.IncompleteReadError, TimeoutError, msgspec.MsgspecError) as fault:
                log.warning("%s: process %s ended (%s); it is begun again", self._name, child.pid, type(fault).__name__)
            finally:
                self.pid = None
                await _end(child)
            pause = (
                AGAIN_FIRST_SECONDS if loop.time() - begun_at > STEADY_SECONDS else min(pause * 2, AGAIN_MAX_SECONDS)
            )
            await asyncio.sleep(pause)

    async def _serve(self, child: Process) -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        while True:
            if not self._waiting:
                self._more.clear()
                more, ended = asyncio.create_task(self._more.wait()), asyncio.create_task(child.wait())
                try:
                    await asyncio.wait({more, ended}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    ended.cancel()
                    more.cancel()
            if child.returncode is not None:
                raise ConnectionResetError(f"ended with {child.returncode}")
            job = self._waiting.popleft()
            if job.answer.done():
                continue
            try:
                job.answer.set_result(await self._pass_on(child, job))
            except BaseException:
                if not job.answer.done():
                    job.answer.set_exception(WorkerAway(self._name))
                raise

    async def _pass_on(self, child: Process, job: _Job) -> Any:
        assert child.stdin is not None
        assert child.stdout is not None
        body = msgspec.msgpack.encode([job.name, job.content])
        async with asyncio.timeout(self._deadline):
            child.stdin.write(len(body).to_bytes(4, "big") + body)
            await child.stdin.drain()
            length = int.from_bytes(await child.stdout.readexactly(4), "big")
            if length > MESSAGE_MAX:
                raise ConnectionError("an answer of impossible length")
            held, content = msgspec.msgpack.decode(await child.stdout.readexactly(length))
        if not held:
            raise ConnectionError(str(content))
        return content

    def _let_go(self) -> None:
        while self._waiting:
            job = self._waiting.popleft()
            if not job.answer.done():
                job.answer.set_exception(WorkerAway(self._name))


async def _end(child: Process) -> None:
    """End a child: by closing its pipe, which it listens to, else for certain."""
    if child.stdin is not None:
        child.stdin.close()
    try:
        await asyncio.wait_for(child.wait(), 0.2)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await asyncio.wait_for(child.wait(), END_SECONDS)
