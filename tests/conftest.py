"""Fixtures of all tests: one embedded server a worker, one migrated database, a transaction that is rolled back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from openyibao.kit.clock import FakeClock
from openyibao.kit.db import Tx, connect
from openyibao.kit.embedded import EmbeddedServer, temporary_server
from openyibao.kit.ids import IdSource
from openyibao.migrations import migrate


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--postgres", type=int, default=18, help="the embedded server's major version: 18 or 16")


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[EmbeddedServer]:
    with temporary_server(fsync=False, major=request.config.getoption("--postgres")) as running:
        yield running


@pytest.fixture(scope="session")
def template_url(server: EmbeddedServer) -> str:
    """The migrated database nobody writes to for good."""
    migrate(server.url())
    return server.url()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 23, 4, tzinfo=UTC))


@pytest.fixture
def ids(clock: FakeClock) -> IdSource:
    return IdSource(clock, 0)


@pytest.fixture
async def tx(template_url: str, ids: IdSource) -> AsyncIterator[Tx]:
    connection = await connect(template_url)
    transaction = connection.transaction()
    await transaction.start()
    yield Tx(connection, ids)
    await transaction.rollback()
    await connection.close()
