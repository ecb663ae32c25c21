"""Fixtures for tests that need a database: one embedded server a run, one rolled-back transaction a test."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest

from openyibao.kit.clock import FakeClock
from openyibao.kit.db import Tx, connect
from openyibao.kit.embedded import temporary_server
from openyibao.kit.ids import IdSource
from openyibao.migrations.run import migrate


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    with temporary_server(fsync=False) as server:
        migrate(server.url())
        yield server.url()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 23, 4, tzinfo=UTC))


@pytest.fixture
def ids(clock: FakeClock) -> IdSource:
    return IdSource(clock, 0)


@pytest.fixture
async def tx(database_url: str, ids: IdSource) -> AsyncIterator[Tx]:
    connection = await connect(database_url)
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield Tx(connection, ids)
    finally:
        await transaction.rollback()
        await connection.close()
