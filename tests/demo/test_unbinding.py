"""Two server processes have a code in their caches; a third unbinds; within a second none accepts it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rich.console import Console

from openyibao import running
from openyibao.demo import stage, unbinding
from openyibao.demo.bench_crowd import bind_all
from openyibao.demo.population import make_population
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import MasterKey, Suite
from openyibao.kit.embedded import temporary_server
from openyibao.settings import Settings

pytestmark = pytest.mark.owns_server


def test_an_unbound_code_is_dead_in_every_process_within_a_second(tmp_path: Path) -> None:
    with temporary_server(fsync=False) as server:
        settings = Settings(
            database_url=server.url(), key_file=tmp_path / "master.key", port=stage.free_port(), carriers=1
        )
        assert settings.key_file is not None
        MasterKey.create(settings.key_file, suite=Suite(settings.suite))
        running.prepare(settings)
        clock = SystemClock()
        prepared = asyncio.run(stage.seed(settings, make_population(people=16, institutions=6), clock))
        devices = asyncio.run(bind_all(settings, prepared, clock))[:5]
        found = unbinding.measure(Console(), settings, server, prepared, devices, clock)
    assert found.unbound == len(devices) > 0
    assert found.most_ms < unbinding.DEAD_WITHIN_MS
