"""The assembly: the only file that knows everybody; and the dispatcher (path → hot door, all else → Litestar)."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Litestar, get
from litestar.config.compression import CompressionConfig
from litestar.response import Redirect

from openyibao.dispatching import dispatch
from openyibao.facing import begin_face_worker, find_liveness
from openyibao.following import keep_following
from openyibao.fronts.api import ApiDoors, openapi_document
from openyibao.fronts.channels import PREFIX, ChannelDoors, channel_openapi, keep_delivering
from openyibao.fronts.counter import counter_router
from openyibao.fronts.national import NationalDoors, is_ours
from openyibao.fronts.office import office_router
from openyibao.fronts.shared import Platform, static_router
from openyibao.fronts.terminal import terminal_router
from openyibao.fronts.wallet import wallet_router
from openyibao.fronts.ward import ward_router
from openyibao.key_watching import keep_keys_fresh
from openyibao.kit import db, db_keys
from openyibao.kit.batch import Lane
from openyibao.kit.clock import Clock, SystemClock
from openyibao.kit.crypto import KeyPurpose, KeyRing, MasterKey, Sealer, Suite
from openyibao.kit.db import Readers
from openyibao.kit.ids import Randomness
from openyibao.recovering import keep_clearing, keep_recovering
from openyibao.rooms.areas import Areas
from openyibao.rooms.audit import ChainCloser
from openyibao.rooms.bindings import Aliases
from openyibao.rooms.catalogue import Catalogue
from openyibao.rooms.credentials import StatusShelf
from openyibao.rooms.encounters import References
from openyibao.rooms.institutions import Directory
from openyibao.rooms.policies import PolicyShelf
from openyibao.rooms.settlement import Desk
from openyibao.sealing import keep_sealing
from openyibao.settings import Settings, read_settings, require_sound
from openyibao.verbs import verbs_of

log = logging.getLogger(__name__)
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


async def open_ring(settings: Settings, clock: Clock) -> KeyRing:
    """The data keys, made where they are missing. Raises KeyFault where the master key is not to be had."""
    if settings.key_file is None:
        raise RuntimeError("OPENYIBAO_KEY_FILE is not set: `serve` does not invent a master key")
    suite = Suite(settings.suite)
    connection = await db.connect(settings.database_url)
    try:
        return await db_keys.ensure_keys(connection, MasterKey.load(settings.key_file), clock, suite=suite)
    finally:
        await connection.close()


def make_desk(sealer: Sealer) -> Desk:
    """Empty caches; the first batch fills them."""
    return Desk(
        references=References(areas=Areas(), directory=Directory(sealer), catalogue=Catalogue()), shelf=PolicyShelf()
    )


async def open_platform(settings: Settings, clock: Clock) -> Platform:
    """Connect, load keys, fill the caches, start the carriers. Raises SettingsFault for settings nobody may be served under."""
    require_sound(settings)
    ring = await open_ring(settings, clock)
    sealer = Sealer(ring)
    desk = make_desk(sealer)
    readers = await Readers.open(settings.database_url)
    async with readers.reading() as reading:
        await desk.fresh(reading)
    link_key = ring.current(KeyPurpose.link)
    lane = Lane(
        settings.database_url,
        clock,
        verbs_of(desk, clock, sealer, ring, settings),
        lambda: ChainCloser(clock, ring.signer(KeyPurpose.link), key_id=link_key.key_id),
        carriers=settings.carriers,
        queue_max=settings.queue_max,
    )
    await lane.start()
    face_worker = begin_face_worker(settings) if settings.faces_worker else None
    return Platform(
        settings=settings,
        clock=clock,
        randomness=Randomness(),
        sealer=sealer,
        lane=lane,
        readers=readers,
        desk=desk,
        ring=ring,
        aliases=Aliases(ring),
        statuses=StatusShelf(ring),
        liveness=find_liveness(settings, clock, face_worker, sealer=sealer, lane=lane, readers=readers),
        face_worker=face_worker,
    )


@get("/healthz", sync_to_thread=False)
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"state": "ok"}


@get("/", sync_to_thread=False)
def front_page() -> Redirect:
    """Who types the bare address is most often a person with a phone."""
    return Redirect(path="/wallet")


class Application:
    """The ASGI application of one worker."""

    def __init__(self, settings: Settings | None = None, clock: Clock | None = None) -> None:
        self._settings = settings or read_settings()
        self._clock = clock or SystemClock()
        self.platform: Platform | None = None
        self.doors: ApiDoors | None = None
        self._channels: ChannelDoors | None = None
        self.national: NationalDoors | None = None
        self._pages: Litestar | None = None
        self._background: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Dispatch: the REST doors, the interface's description, all else to Litestar."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        assert self.doors is not None
        assert self._pages is not None
        path = scope["path"]
        if path.startswith("/api/v1/") and scope["type"] == "http":
            await self.doors(scope, receive, send)
        elif path.startswith(PREFIX) and scope["type"] == "http":
            assert self._channels is not None
            await self._channels(scope, receive, send)
        elif scope["type"] == "http" and is_ours(path):
            assert self.national is not None
            await self.national(scope, receive, send)
        elif path == "/channel/openapi.json":
            await _send_json(send, msgspec.json.encode(channel_openapi()))
        elif path == "/api/openapi.json":
            await _send_json(send, msgspec.json.encode(openapi_document()))
        else:
            await self._pages(scope, receive, send)  # type: ignore[arg-type]

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.start()
                except Exception as fault:
                    log.exception("this worker can't start")
                    await send({"type": "lifespan.startup.failed", "message": str(fault)})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def start(self) -> None:
        """Open the platform and build the fronts on it."""
        self.platform = await open_platform(self._settings, self._clock)
        self.doors = ApiDoors(self.platform)
        self._channels = ChannelDoors(self.platform)
        self.national = NationalDoors(self.platform)
        settle_memory()
        self._background = [
            asyncio.create_task(dispatch(self.platform)),
            asyncio.create_task(keep_recovering(self.platform)),
            asyncio.create_task(keep_clearing(self.platform)),
            asyncio.create_task(keep_following(self.platform)),
            asyncio.create_task(keep_delivering(self.platform)),
            asyncio.create_task(keep_keys_fresh(self.platform)),
            asyncio.create_task(keep_sealing(self.platform)),
        ]
        self._pages = Litestar(
            route_handlers=[healthz, front_page, *page_routers(self.platform)],
            openapi_config=None,
            # Static files come packed already.
            compression_config=CompressionConfig(backend="gzip", minimum_size=1_000, exclude="^/static/"),
            logging_config=None,
        )

    async def stop(self) -> None:
        """Finish what waits, then close."""
        for task in self._background:
            task.cancel()
        if self.platform is not None:
            if self.platform.face_worker is not None:
                await self.platform.face_worker.stop()
            await self.platform.lane.drain()
            await self.platform.readers.close()


def settle_memory() -> None:
    """Caches and modules stay for good: the collector needn't walk them, nor start after every 700 new objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def page_routers(platform: Platform) -> list[Any]:
    """The routers of the pages and their static files."""
    return [
        static_router(),
        wallet_router(platform),
        terminal_router(platform),
        counter_router(platform),
        ward_router(platform),
        office_router(platform),
    ]


async def _send_json(send: Send, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def create_application() -> Application:
    """Uvicorn's factory: settings come from the environment."""
    return Application()
