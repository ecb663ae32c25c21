"""The bench of channels: presigned calls of many channels are taken by a served platform, none refused."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from openyibao import running
from openyibao.demo import bench_channels, stage
from openyibao.demo.bench_crowd import bind_all
from openyibao.demo.population import make_population
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import MasterKey, Suite
from openyibao.kit.embedded import temporary_server
from openyibao.settings import Settings

pytestmark = pytest.mark.owns_server

TOO_FEW_A_SECOND = 100
"""They are used up on any machine, whatever its speed: the bench signs more, and tells of no run that ended early."""


@pytest.mark.skipif(shutil.which("wrk") is None, reason="the load is wrk's")
def test_calls_of_many_channels_are_counted_and_none_is_refused(tmp_path: Path) -> None:
    with temporary_server(fsync=False) as server:
        settings = Settings(
            database_url=server.url(), key_file=tmp_path / "master.key", port=stage.free_port(), carriers=1
        )
        assert settings.key_file is not None
        MasterKey.create(settings.key_file, suite=Suite(settings.suite))
        running.prepare(settings)
        clock = SystemClock()
        prepared = asyncio.run(stage.seed(settings, make_population(people=16, institutions=6), clock))
        devices = asyncio.run(bind_all(settings, prepared, clock))
        found = asyncio.run(
            bench_channels.measure(
                Console(),
                settings,
                server,
                devices,
                tmp_path,
                seconds=1,
                workers=1,
                clock=clock,
                prepared_a_second=TOO_FEW_A_SECOND,
            )
        )
    assert found["channels"] == bench_channels.CHANNELS
    for route in ("self", "bindings/code"):
        assert found[route]["requests"] > 0, "however many the machine answers, more were signed"
        assert found[route]["not_done"] == 0, found
