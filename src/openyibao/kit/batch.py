"""The lane: gathers requests that arrive together, so that one commit serves many people.

Keeps: a bounded queue for each verb and a few carriers, each with one connection and one writer slot. Promises: every
request is answered once; what is full refuses with "busy, try again in N seconds"; a batch that fails is retried, then
halved until the one poisoned request stands alone; a carrier whose connection dies gets a new one and runs the batch
again (requests carry keys, so nothing happens twice); the work of a client that went away still commits; stopping
drains. Units: seconds. Callers: the fronts, commands. 中文: 批量提交。
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, Protocol

import asyncpg
import msgspec

from openyibao.kit import db
from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.faults import describe_fault
from openyibao.kit.ids import SLOTS_MAX, IdSource

log = logging.getLogger(__name__)

BATCH_MAX = 64
QUEUE_MAX = 2_048
DEADLINE_SECONDS = 15.0
LINGER_SECONDS = 0.005
"""How long a carrier that has just answered many waits for their next requests, so that these go into one batch."""
HELP_SECONDS = 0.03
"""How long the first of the queue waits before a second carrier helps while the first one is held up."""
LOOK_SECONDS = 0.1
"""How often deadlines are looked at."""
RUNS_MAX = 4
"""How often a batch is run again after lost connections and deadlocks before its requests are answered ``Unknown``."""

AGAIN = object()
"""A verb's answer for a request that must wait for the next batch (its person is in this one already)."""


class Busy(Exception):  # noqa: N818 an answer, not an error
    """The queue is full: nothing happened; try again in ``retry_seconds``."""

    def __init__(self, retry_seconds: int) -> None:
        super().__init__(f"busy, try again in {retry_seconds} s")
        self.retry_seconds = retry_seconds


class Unknown(Exception):  # noqa: N818 an answer, not an error
    """The outcome is not yet known: ask for it by the request's key."""


class Poisoned(Exception):  # noqa: N818 an answer, not an error
    """The one request that made its batch fail; nothing of it happened."""


class Verb(msgspec.Struct, frozen=True, kw_only=True):
    """A plural verb: ``run(tx, requests)`` answers each request; ``apart(request)`` are names of which a batch holds each
    at most once.
    """  # noqa: D205 one sentence

    name: str
    run: Callable[[Tx, Sequence[Any]], Awaitable[Sequence[Any]]]
    apart: Callable[[Any], Sequence[Hashable]] = lambda _: ()
    batch_max: int = BATCH_MAX


class Work(msgspec.Struct, frozen=True):
    """A rare act that has no plural verb: runs alone in its transaction, under the lane's promises."""

    run: Callable[[Tx], Awaitable[Any]]


async def _run_work(tx: Tx, requests: Sequence[Work]) -> list[Any]:
    return [await request.run(tx) for request in requests]


WORK = Verb(name="work", run=_run_work, batch_max=1)
"""The verb of ``Work``."""


class Closing(Protocol):
    """What runs as the last statements before a commit (the audit link), and learns whether it was kept."""

    async def attach(self, connection: Any, slot: int) -> None:
        """A new connection holds this writer slot: read where its chain stands."""
        ...

    async def close(self, tx: Tx) -> None:
        """Write the last statements of the batch."""
        ...

    def kept(self) -> None:
        """The commit succeeded."""
        ...


class _Waiting(msgspec.Struct, eq=False):
    request: Any
    answer: asyncio.Future[Any]
    expires: float
    came: float


_LOST = (
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    # Of operator intervention only these: a statement cut off after 20 s is its request's own fault.
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    # The backend was killed in the middle of a message, and the rollback met what was left of it.
    asyncpg.InternalClientError,
    ConnectionError,
    OSError,
)
_RACED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)


class Lane:
    """One lane of carriers over one database (a shard); on one machine there is one lane."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        verbs: Sequence[Verb],
        closing: Callable[[], Closing],
        *,
        carriers: int = 2,
        queue_max: int = QUEUE_MAX,
    ) -> None:
        self._url, self._clock, self._queue_max = url, clock, queue_max
        self._verbs = {verb.name: verb for verb in verbs}
        self._queues: dict[str, deque[_Waiting]] = {verb.name: deque() for verb in verbs}
        self._carriers = [_Carrier(self, closing()) for _ in range(carriers)]
        self._tasks: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self._gathered = asyncio.Event()
        self._lingering = self._expected = 0
        self._draining = False
        self._under_way: list[list[_Waiting]] = []
        self._watch: asyncio.Task[None] | None = None
        self.restarts = 0
        self.batches = 0

    async def start(self) -> None:
        """Connect every carrier and begin."""
        for carrier in self._carriers:
            await carrier.connect()
        self._tasks = [asyncio.create_task(self._supervise(carrier)) for carrier in self._carriers]
        self._watch = asyncio.create_task(self._keep_deadlines())

    async def submit(self, verb: str, request: Any, *, deadline_seconds: float = DEADLINE_SECONDS) -> Any:
        """Wait for one answer. Raises Busy (nothing happened), Unknown (deadline passed under way) or Poisoned."""
        queue = self._queues[verb]
        if self._draining or len(queue) >= self._queue_max:
            raise Busy(retry_seconds=2)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Any] = loop.create_future()
        waiting = _Waiting(request, answer, loop.time() + deadline_seconds, loop.time())
        queue.append(waiting)
        self._wake.set()
        if self._lingering and sum(map(len, self._queues.values())) >= self._expected:
            self._gathered.set()
        return await answer

    async def drain(self) -> None:
        """Take nothing new, finish what waits, close the connections."""
        self._draining = True
        self._wake.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._watch is not None:
            self._watch.cancel()
        for carrier in self._carriers:
            await carrier.disconnect()

    async def _keep_deadlines(self) -> None:
        """One look now and then is cheaper than a timer for each request: who waits too long is told so."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            now = asyncio.get_running_loop().time()
            for queue in self._queues.values():
                for waiting in [one for one in queue if one.expires <= now]:
                    queue.remove(waiting)
                    _answer(waiting, Busy(retry_seconds=2))
            for waiting in [one for batch in self._under_way for one in batch if one.expires <= now]:
                _answer(waiting, Unknown())

    async def _supervise(self, carrier: _Carrier) -> None:
        """A carrier that dies is restarted and says so."""
        while True:
            try:
                await self._carry(carrier)
            except Exception:
                self.restarts += 1
                log.exception("carrier of slot %s died and is restarted", carrier.slot)
            else:
                return

    async def _carry(self, carrier: _Carrier) -> None:
        answered = 0
        while True:
            if answered > 1 and not self._draining:
                await self._linger(answered)
            if self._under_way and not self._draining and not self._is_pressing():
                # Another carrier is at work: what comes meanwhile makes one batch after it.
                await asyncio.sleep(HELP_SECONDS)
                continue
            verb, batch = self._take()
            if verb is None:
                if self._draining:
                    return
                answered = 0
                self._wake.clear()
                await self._wake.wait()
                continue
            self.batches += 1
            self._under_way.append(batch)
            try:
                await self._run(carrier, verb, batch, runs=RUNS_MAX)
            except BaseException:
                for waiting in batch:
                    _answer(waiting, Unknown())
                raise
            finally:
                self._under_way = [other for other in self._under_way if other is not batch]
            answered = len(batch)

    async def _linger(self, answered: int) -> None:
        """Let those who were just answered ask again: under load they come together and share the next commit."""
        if (waiting := sum(map(len, self._queues.values()))) >= BATCH_MAX:
            return
        self._expected = min(BATCH_MAX, waiting + answered)
        self._gathered.clear()
        self._lingering += 1
        enough = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._gathered.set)
        try:
            await self._gathered.wait()
        finally:
            self._lingering -= 1
            enough.cancel()

    def _is_pressing(self) -> bool:
        """Whether a second carrier should help: a full batch waits, or its first has waited too long."""
        now = asyncio.get_running_loop().time()
        longest = max((now - queue[0].came for queue in self._queues.values() if queue), default=0.0)
        return longest > HELP_SECONDS or any(len(queue) >= BATCH_MAX for queue in self._queues.values())

    def _take(self) -> tuple[Verb | None, list[_Waiting]]:
        """The verb whose first request waits longest, and as many of its requests as may run together."""
        now = asyncio.get_running_loop().time()
        name = min(
            (name for name, queue in self._queues.items() if queue),
            key=lambda name: self._queues[name][0].expires,
            default=None,
        )
        if name is None:
            return None, []
        verb, queue = self._verbs[name], self._queues[name]
        batch: list[_Waiting] = []
        held: list[_Waiting] = []
        seen: set[Hashable] = set()
        while queue and len(batch) < verb.batch_max:
            waiting = queue.popleft()
            if waiting.expires <= now:
                _answer(waiting, Busy(retry_seconds=2))
                continue
            names = verb.apart(waiting.request)
            if not seen.isdisjoint(names):
                held.append(waiting)
                continue
            seen.update(names)
            batch.append(waiting)
        queue.extendleft(reversed(held))
        return verb, batch

    async def _run(self, carrier: _Carrier, verb: Verb, batch: list[_Waiting], *, runs: int) -> None:
        """Run a batch; on trouble run it again, then in halves; every request ends up answered or back in the queue."""
        if not batch:
            return
        try:
            answers = await carrier.run(verb, [waiting.request for waiting in batch])
        except _LOST:
            await self._after_loss(carrier, verb, batch, runs)
            return
        except _RACED:
            if runs > 1:
                await self._run(carrier, verb, batch, runs=runs - 1)
                return
            await self._halve(carrier, verb, batch)
            return
        except Exception as fault:  # noqa: BLE001 whatever it is, the others must be answered
            log.warning("a batch of %d %s failed: %s", len(batch), verb.name, describe_fault(fault))
            if len(batch) == 1:
                _answer(batch[0], Poisoned(describe_fault(fault)[:300]))
                return
            await self._halve(carrier, verb, batch)
            return
        again = []
        for waiting, answer in zip(batch, answers, strict=True):
            if answer is AGAIN:
                again.append(waiting)
            else:
                _answer(waiting, answer)
        self._queues[verb.name].extendleft(reversed(again))
        if again:
            self._wake.set()

    async def _halve(self, carrier: _Carrier, verb: Verb, batch: list[_Waiting]) -> None:
        middle = (len(batch) + 1) // 2
        if len(batch) == 1:
            _answer(batch[0], Unknown())
            return
        for half in (batch[:middle], batch[middle:]):
            await self._run(carrier, verb, half, runs=RUNS_MAX)

    async def _after_loss(self, carrier: _Carrier, verb: Verb, batch: list[_Waiting], runs: int) -> None:
        """The commit may or may not have happened: run again by the requests' keys on a new connection."""
        self.restarts += 1
        log.warning("carrier of slot %s lost its connection with %d %s under way", carrier.slot, len(batch), verb.name)
        if runs <= 1:
            for waiting in batch:
                _answer(waiting, Unknown())
            await carrier.reconnect()
            return
        await carrier.reconnect()
        log.warning("carrier is back with slot %s; the batch runs again", carrier.slot)
        await self._run(carrier, verb, batch, runs=runs - 1)


def _answer(waiting: _Waiting, answer: Any) -> None:
    """Set the answer unless the client went away meanwhile."""
    if not waiting.answer.done():
        give = waiting.answer.set_exception if isinstance(answer, Exception) else waiting.answer.set_result
        give(answer)


class _Carrier:
    """One connection, one writer slot, one chain."""

    def __init__(self, lane: Lane, closing: Closing) -> None:
        self._lane, self._closing = lane, closing
        self._connection: Any = None
        self._ids: IdSource | None = None
        self.slot = -1

    async def connect(self) -> None:
        """Connect and take the first free writer slot."""
        self._connection = await db.connect(self._lane._url)  # noqa: SLF001 the lane's own part
        for slot in range(1, SLOTS_MAX):
            if await db.try_slot(self._connection, slot):
                break
        else:
            raise RuntimeError(f"all {SLOTS_MAX} writer slots are taken")
        if self._ids is None or slot != self.slot:
            self._ids = IdSource(self._lane._clock, slot)  # noqa: SLF001
        self.slot = slot
        await self._closing.attach(self._connection, slot)

    async def disconnect(self) -> None:
        """Close the connection; the writer slot falls free with it."""
        if self._connection is not None:
            connection, self._connection = self._connection, None
            try:
                await connection.close(timeout=5)
            except (*_LOST, TimeoutError):
                connection.terminate()

    async def reconnect(self) -> None:
        """A new connection, waiting for the database as long as it needs (at most a minute)."""
        await self.disconnect()
        for attempt in range(60):
            try:
                await self.connect()
            except _LOST:
                await self.disconnect()
                await asyncio.sleep(min(1.0, 0.05 * 2**attempt))
            else:
                return
        raise ConnectionError("the database did not come back within a minute")

    async def run(self, verb: Verb, requests: Sequence[Any]) -> Sequence[Any]:
        """One transaction for the whole batch, closed by the audit link."""
        if self._connection is None:
            raise ConnectionError("this carrier has no connection")
        assert self._ids is not None
        tx = Tx(self._connection, self._ids, chain=self.slot)
        async with self._connection.transaction():
            answers = await verb.run(tx, requests)
            await self._closing.close(tx)
            await tx.send_writes()
        self._closing.kept()
        return answers
