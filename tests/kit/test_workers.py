"""A worker process: it answers, it is bounded, and its end is neither the service's end nor the end of the work."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from openyibao.kit.workers import Worker, WorkerAway, WorkerBusy

CHILD = """
import os, threading
from openyibao.kit.worker_child import serve_jobs
def make():
    print("chatter of a library")
    return {
        "double": lambda n: 2 * n,
        "pid": lambda _: os.getpid(),
        "fail": lambda n: 1 // 0,
        "hang": lambda _: threading.Event().wait(),
    }
serve_jobs(make)
"""


@asynccontextmanager
async def working(**given: float) -> AsyncIterator[Worker]:
    worker = Worker([sys.executable, "-c", CHILD], name="test worker", **given)  # type: ignore[arg-type]
    worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


async def test_jobs_are_answered_in_another_process_whatever_it_prints() -> None:
    async with working() as worker:
        assert await asyncio.gather(*(worker.ask("double", number) for number in range(5))) == [0, 2, 4, 6, 8]
        assert await worker.ask("pid", None) not in {None, os.getpid()}


async def test_a_child_that_was_killed_is_said_so_and_begun_again(caplog: pytest.LogCaptureFixture) -> None:
    async with working() as worker:
        first = await worker.ask("pid", None)
        with caplog.at_level(logging.WARNING):
            os.kill(first, signal.SIGKILL)
            second = await _asked_until_answered(worker)
        assert second != first
        assert worker.begun == 2
        assert f"process {first} ended" in caplog.text


async def _asked_until_answered(worker: Worker) -> int:
    while True:
        try:
            return int(await worker.ask("pid", None))
        except WorkerAway:
            continue


async def test_a_job_that_fails_ends_the_child_and_no_other_job() -> None:
    async with working() as worker:
        with pytest.raises(WorkerAway):
            await worker.ask("fail", 1)
        assert await worker.ask("double", 4) == 8


async def test_a_job_that_hangs_is_given_up_at_its_deadline() -> None:
    async with working(deadline_seconds=3) as worker:
        assert await worker.ask("double", 1) == 2
        with pytest.raises(WorkerAway):
            await worker.ask("hang", None)
        assert await _asked_until_answered(worker)


async def test_more_than_the_queue_holds_are_turned_away_at_once() -> None:
    async with working(queue_max=2, deadline_seconds=30) as worker:
        assert await worker.ask("double", 1) == 2
        waiting = [asyncio.create_task(worker.ask("hang", None))]
        # One is under way, two wait: of three more at least one finds no place.
        more = [asyncio.create_task(worker.ask("double", number)) for number in range(5)]
        turned_away, _ = await asyncio.wait(more, return_when=asyncio.FIRST_COMPLETED)
        assert all(isinstance(each.exception(), WorkerBusy) for each in turned_away)
        waiting += [each for each in more if each not in turned_away]
        await worker.stop()
        given_up = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(each, WorkerAway) for each in given_up)


async def test_the_child_ends_with_the_service() -> None:
    async with working() as worker:
        pid = await worker.ask("pid", None)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
