"""Owning a running platform: the embedded server, the workers, the verification. Used by the commands. 中文: 运行。"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import uvicorn
from rich.console import Console

from openyibao.fronts.api import DirectProtocol
from openyibao.kit import db, db_keys
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Readers
from openyibao.kit.embedded import APP_ROLE, EmbeddedServer, default_directory
from openyibao.main import make_desk, open_ring, settle_memory
from openyibao.migrations import ensure_partitions, require_newest_shape
from openyibao.migrations import migrate as run_migrations
from openyibao.rooms import settlement
from openyibao.settings import PREFIX, Settings, SettingsFault, adopt, read_settings, require_sound

FAULTS_SHOWN = 20


def with_directory(settings: Settings, directory: Path) -> Settings:
    """The settings of a demonstration or a service in this directory: its server and its key."""
    return msgspec.structs.replace(
        settings, database_url="", data_directory=directory, key_file=settings.key_file or directory / "master.key"
    )


def demo_directory() -> Path:
    """Where `make demo` keeps its server."""
    return default_directory().with_name("openyibao-demo")


def chosen_settings(directory: Path | None) -> Settings:
    """The settings of a command that only looks: of the directory named, else the environment's, else the demo's."""
    settings = read_settings()
    if directory is not None:
        return with_directory(settings, directory)
    if not settings.database_url and settings.data_directory is None:
        return with_directory(settings, demo_directory())
    return settings


@contextmanager
def database(settings: Settings) -> Iterator[Settings]:
    """Settings whose ``database_url`` answers: the given one, or the embedded server's, owned meanwhile."""
    if settings.database_url:
        yield settings
        return
    with EmbeddedServer.start(settings.data_directory) as server:
        key_file = settings.key_file or server.directory / "master.key"
        yield msgspec.structs.replace(
            settings, database_url=server.url(), data_directory=server.directory, key_file=key_file
        )


def prepare(settings: Settings) -> None:
    """Migrate and make partitions, as the owner of the tables."""
    run_migrations(settings.database_url)

    async def partitions() -> None:
        connection = await db.connect(settings.database_url)
        await ensure_partitions(connection, SystemClock().today())
        await connection.close()

    asyncio.run(partitions())


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the environment of a worker."""
    return {
        PREFIX + name.upper(): str(int(value) if isinstance(value, bool) else value)
        for name in Settings.__struct_fields__
        if (value := getattr(settings, name)) not in (None, "")
    }


def service_settings(settings: Settings, server: EmbeddedServer | None) -> Settings:
    """The workers connect as a role that owns nothing."""
    return settings if server is None else msgspec.structs.replace(settings, database_url=server.url(role=APP_ROLE))


def serve(settings: Settings) -> int:
    """Own the database where it is embedded, prepare it, and serve until stopped."""
    if settings.key_file is None:
        Console(stderr=True).print(
            "OPENYIBAO_KEY_FILE is not set. The master key opens every sealed value, so `serve` never invents one:\n"
            "make it once with `openyibao demo`'s help or your own procedure, keep it safe, and name its file."
        )
        return 2
    try:
        require_sound(settings)
    except SettingsFault as fault:
        Console(stderr=True).print(str(fault))
        return 2
    if settings.database_url:
        prepare(settings)
        serve_workers(settings)
        return 0
    with EmbeddedServer.start(settings.data_directory) as server:
        prepare(msgspec.structs.replace(settings, database_url=server.url()))
        serve_workers(service_settings(settings, server))
    return 0


def serve_workers(settings: Settings) -> None:
    """Run the workers in this process (one) or below it (several), until stopped."""
    adopt(environment_of(settings))
    uvicorn.run(
        "openyibao.main:create_application",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.workers if settings.workers > 1 else None,
        loop="uvloop",
        http=DirectProtocol,
        lifespan="on",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        log_level="warning",
        timeout_graceful_shutdown=20,
    )


async def verify(console: Console, settings: Settings) -> int:
    """Check everything and say what was checked; 1 with the first fault named where something does not hold.

    Raises ShapeFault for a database of another version, of which every row would look altered.
    """
    connection = await db.connect(settings.database_url)
    try:
        await require_newest_shape(connection)
    finally:
        await connection.close()
    settle_memory()  # what was read is held until it is compared: walking it again and again costs a quarter
    ring = await open_ring(settings, SystemClock())
    desk = make_desk(Sealer(ring))
    readers = await Readers.open(settings.database_url, most=1, seconds=None)
    try:
        async with readers.reading() as reading:
            publics = await db_keys.read_public_keys(reading)
            checked = await settlement.verify(reading, desk, publics.get)
    finally:
        await readers.close()
    console.print("verify: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in checked.counts.items()))
    for fault in checked.faults[:FAULTS_SHOWN]:
        console.print(f"  [red]{fault.kind}[/red] {fault.en}\n    {fault.zh}")
    if checked.faults:
        console.print(
            f"[red]verify: {len(checked.faults)} faults[/red], the first: {checked.faults[0].kind}: {checked.faults[0].en}"
        )
        return 1
    console.print("[green]verify: everything holds[/green]")
    return 0
