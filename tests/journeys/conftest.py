"""A seeded platform for each test: one template database a session, copied."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count

import msgspec
import pytest
from channel_house import Street
from face_house import FaceHouse
from journey_house import House

from openyibao.demo import journey, stage
from openyibao.demo.population import make_population
from openyibao.demo.stage import Prepared
from openyibao.facing import LocalLiveness
from openyibao.kit import db
from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import MasterKey, Suite
from openyibao.kit.embedded import APP_ROLE, EmbeddedServer
from openyibao.kit.ids import SeededRandomness
from openyibao.main import open_platform
from openyibao.migrations import ensure_partitions, migrate
from openyibao.settings import Settings

TEMPLATE = "journeys"
BEGIN = datetime(2026, 11, 23, 4, tzinfo=UTC)
PEOPLE, INSTITUTIONS = 30, 10
_copies = count(1)


class Seeded(msgspec.Struct, frozen=True):
    """The template's settings and who is in it."""

    settings: Settings
    prepared: Prepared


async def _seed(settings: Settings) -> Prepared:
    clock = FakeClock(BEGIN)
    connection = await db.connect(settings.database_url)
    await ensure_partitions(connection, clock.today())
    await connection.close()
    population = journey.with_cases(make_population(people=PEOPLE, institutions=INSTITUTIONS))
    return await stage.seed(settings, population, clock)


@pytest.fixture(scope="session")
def seeded(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    """The template: migrated, thirty people, ten institutions. Nobody writes to it."""
    server.ensure_database(TEMPLATE)
    settings = Settings(database_url=server.url(TEMPLATE), key_file=tmp_path_factory.mktemp("keys") / "master.key")
    assert settings.key_file is not None
    MasterKey.create(settings.key_file, suite=Suite(settings.suite))
    migrate(settings.database_url)
    # In a thread: this one belongs to the loop of the tests.
    with ThreadPoolExecutor(1) as thread:
        return Seeded(settings, thread.submit(asyncio.run, _seed(settings)).result())


@pytest.fixture
def database(server: EmbeddedServer, seeded: Seeded) -> Iterator[str]:
    """The name of a copy of the template, dropped afterwards."""
    name = f"{TEMPLATE}_{next(_copies)}"
    server.create_from_template(name, TEMPLATE)
    yield name
    server.drop_database(name)


@pytest.fixture
async def house(server: EmbeddedServer, seeded: Seeded, database: str) -> AsyncIterator[House]:
    """The platform on a copy; it connects as the role that owns nothing."""
    clock = FakeClock(BEGIN)
    clock.set(datetime(2026, 11, 23, 5, tzinfo=UTC))
    url = server.url(database, role=APP_ROLE)
    # Two writers under a clock that stands still: the order of things rests on turns, not on ids.
    settings = msgspec.structs.replace(seeded.settings, database_url=url, carriers=2)
    platform = await open_platform(settings, clock)
    yield House(server.url(database), platform, clock, seeded.prepared)
    await platform.lane.drain()
    await platform.readers.close()


@pytest.fixture
def street(house: House) -> Street:
    """Channels beside the platform."""
    return Street(house)


@pytest.fixture
async def faced(server: EmbeddedServer, seeded: Seeded, database: str) -> AsyncIterator[FaceHouse]:
    """A platform with a face worker of its own."""
    clock = FakeClock(BEGIN)
    clock.set(datetime(2026, 11, 23, 5, tzinfo=UTC))
    url = server.url(database, role=APP_ROLE)
    settings = msgspec.structs.replace(seeded.settings, database_url=url, carriers=1, faces_worker=True)
    platform = msgspec.structs.replace(await open_platform(settings, clock), randomness=SeededRandomness(6))
    assert isinstance(platform.liveness, LocalLiveness)
    platform.liveness.randomness = SeededRandomness(6)
    yield FaceHouse(House(server.url(database), platform, clock, seeded.prepared))
    assert platform.face_worker is not None
    await platform.face_worker.stop()
    await platform.lane.drain()
    await platform.readers.close()
