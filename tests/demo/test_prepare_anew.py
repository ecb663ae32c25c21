"""The demonstration's directory outlives versions of the program; its made-up people need not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import asyncpg
import pytest
from rich.console import Console

from openyibao import running
from openyibao.demo.stage import prepare_anew
from openyibao.kit.embedded import temporary_server
from openyibao.migrations import ShapeFault
from openyibao.settings import Settings

pytestmark = pytest.mark.owns_server


async def ask(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def test_a_demonstration_of_another_version_starts_afresh_and_says_so(tmp_path: Path) -> None:
    console = Console(record=True, width=400)
    with temporary_server(fsync=False, settings={"shared_buffers": "32MB"}) as server:
        settings = Settings(database_url=server.url(), key_file=tmp_path / "key")
        prepare_anew(console, server, settings)
        assert console.export_text() == ""
        asyncio.run(ask(server.url(), "update alembic_version set version_num = 'gone'"))
        prepare_anew(console, server, settings)
        assert "starts afresh" in console.export_text()
        assert asyncio.run(ask(server.url(), "select version_num from alembic_version")) != "gone"


def test_verify_says_that_a_database_is_of_another_version_instead_of_a_thousand_faults(tmp_path: Path) -> None:
    with temporary_server(fsync=False, settings={"shared_buffers": "32MB"}) as server:
        settings = Settings(database_url=server.url(), key_file=tmp_path / "key")
        with pytest.raises(ShapeFault, match="nothing yet"):
            asyncio.run(running.verify(Console(quiet=True), settings))
        running.prepare(settings)
        asyncio.run(ask(server.url(), "update alembic_version set version_num = 'foundation1'"))
        with pytest.raises(ShapeFault, match="foundation1"):
            asyncio.run(running.verify(Console(quiet=True), settings))
