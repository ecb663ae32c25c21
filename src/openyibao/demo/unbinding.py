"""How long a code lives after its binding was ended: asked of every process, whichever has it in its caches. 中文: 解绑生效时间。"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import httpx
import msgspec
from rich.console import Console

from openyibao import running
from openyibao.demo import stage
from openyibao.demo.bench_crowd import Device, code_of
from openyibao.demo.client import InstitutionClient
from openyibao.kit.batch import Work
from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.embedded import EmbeddedServer
from openyibao.main import open_platform
from openyibao.rooms import bindings
from openyibao.rooms.institutions import SessionKey
from openyibao.rooms.presentation import step_of
from openyibao.settings import Settings

DEAD_WITHIN_MS = 1_000
PROCESSES = 2
_TRIES = 1_000


class UnbindTimes(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds from asking to unbind until the last process refused the code that all had accepted before."""

    unbound: int
    median_ms: float
    most_ms: float


def measure(
    console: Console,
    settings: Settings,
    server: EmbeddedServer,
    prepared: stage.Prepared,
    devices: Sequence[Device],
    clock: Clock,
) -> UnbindTimes:
    """Two server processes have each code in their caches; a third unbinds it, and both are asked until they refuse."""
    key = next(iter(prepared.session_keys.values()))
    with ExitStack() as stack:
        urls = []
        for _ in range(PROCESSES):
            service = msgspec.structs.replace(running.service_settings(settings, server), port=stage.free_port())
            urls.append(stack.enter_context(stage.served(service))[0])
        times = sorted(asyncio.run(_measure(settings, urls, key, devices, clock)))
    found = UnbindTimes(
        unbound=len(times), median_ms=round(times[len(times) // 2] * 1000, 1), most_ms=round(times[-1] * 1000, 1)
    )
    console.print(
        f"unbind to dead: median {found.median_ms} ms, at most {found.most_ms} ms "
        f"in {PROCESSES} processes that had the code, of {found.unbound}"
    )
    return found


async def _measure(
    settings: Settings, urls: Sequence[str], key: SessionKey, devices: Sequence[Device], clock: Clock
) -> list[float]:
    platform = await open_platform(settings, clock)
    try:
        async with httpx.AsyncClient(timeout=30) as http:
            clients = [InstitutionClient(http, url, key, clock) for url in urls]
            return [await _one(platform, settings, clients, device, clock) for device in devices]
    finally:
        await platform.lane.drain()
        await platform.readers.close()


async def _one(
    platform: Any, settings: Settings, clients: Sequence[InstitutionClient], device: Device, clock: Clock
) -> float:
    binding = device[0].binding
    body = {
        "code": code_of(settings, device, step_of(clock.now())),
        "terminal_code": "T01",
        "operator_code": "op1",
        "purpose": "settlement",
    }
    for at, client in enumerate(clients):
        answer = await client.post("scans", body, key=f"warm-{binding.binding_id}-{at}")
        if not answer.done and answer.body.get("reason") != "code_already_used":
            raise RuntimeError(f"the code was not accepted before: {answer.body.get('reason')}")

    async def run(tx: Tx) -> Any:
        return await bindings.unbind(
            tx, platform.clock, bucket=binding.bucket, binding_id=binding.binding_id, actor="bench"
        )

    begun = time.perf_counter()
    await platform.lane.submit("work", Work(run=run))
    await asyncio.gather(*[_until_dead(client, body, binding.binding_id) for client in clients])
    return time.perf_counter() - begun


async def _until_dead(client: InstitutionClient, body: dict[str, str], binding_id: int) -> None:
    for turn in range(_TRIES):
        answer = await client.post("scans", body, key=f"dead-{binding_id}-{turn}")
        if not answer.done and answer.body.get("reason") == "code_not_valid":
            return
    raise RuntimeError("the code of an ended binding lives on")
