"""The short way to the REST doors on a real connection: the same answers as by ASGI, in the order asked, whatever a client does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import uvicorn
from journey_house import House

from openyibao.fronts.api import ApiDoors, DirectProtocol
from openyibao.fronts.api.doors import BODY_MAX

LOOK = "/api/v1/packs/81234567890123456789"


class App:
    """The doors, and one page of its own that says it came by ASGI."""

    def __init__(self, house: House) -> None:
        self.doors: ApiDoors | None = ApiDoors(house.platform)
        self.by_asgi: list[str] = []

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        self.by_asgi.append(scope["path"])
        if scope["path"].startswith("/api/v1/"):
            assert self.doors is not None
            await self.doors(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        await send({"type": "http.response.body", "body": b"page"})


@asynccontextmanager
async def served(app: Any, **more: Any) -> AsyncIterator[tuple[uvicorn.Server, int]]:
    config = uvicorn.Config(
        app,
        port=0,
        http=DirectProtocol,
        lifespan="off",
        access_log=False,
        log_level="error",
        proxy_headers=False,
        **more,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 uvicorn has no event for it
        await asyncio.sleep(0)
    try:
        yield server, server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await task


def post(path: str, body: bytes, *more: str) -> bytes:
    head = [f"POST {path} HTTP/1.1", "host: x", f"content-length: {len(body)}", *more]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def get(path: str, *more: str, version: str = "1.1") -> bytes:
    return "\r\n".join([f"GET {path} HTTP/{version}", "host: x", *more]).encode() + b"\r\n\r\n"


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
    return int(head[0].split()[1]), headers, await reader.readexactly(int(headers["content-length"]))


async def test_both_ways_answer_alike(house: House) -> None:
    app = App(house)
    async with served(app) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        answers = []
        # A query string goes by ASGI, which leaves it away.
        for request in (get(LOOK), get(LOOK + "?by=asgi"), post("/api/v1/scans", b"{}"), post("/api/v1/scans?", b"{}")):
            writer.write(request)
            answers.append(await read_answer(reader))
        for short, long in (answers[:2], answers[2:]):
            assert short[0] == long[0]
            assert short[1].keys() == long[1].keys()
            one, other = msgspec.json.decode(short[2]), msgspec.json.decode(long[2])
            assert app.by_asgi == [LOOK, "/api/v1/scans"]
            assert {**one, "request_id": ""} == {
                **other,
                "request_id": "",
            }  # of a refusal; an answer has it in its head
        writer.close()


async def test_requests_sent_at_once_are_answered_in_their_order(house: House) -> None:
    async with served(App(house)) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        asked = [f"/api/v1/unheard-of-{n}" if n % 2 else LOOK for n in range(30)]
        writer.write(b"".join(get(path) for path in asked))
        for path in asked:
            status, _, body = await read_answer(reader)
            assert (status == 404) == (path != LOOK), (path, body)
        writer.write(get("/page"))
        assert (await read_answer(reader))[2] == b"page"
        writer.close()


async def test_another_kind_of_request_right_behind_is_not_answered_before_ours(house: House) -> None:
    async with served(App(house)) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(get(LOOK) + get("/page"))
        status, headers, _ = await read_answer(reader)
        assert (status, headers["connection"]) == (200, "close")
        assert await reader.read() == b""
        writer.close()


async def test_a_body_in_pieces_and_one_too_large(house: House) -> None:
    async with served(App(house)) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(
            b"POST /api/v1/scans HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
        )
        assert msgspec.json.decode((await read_answer(reader))[2])["reason"] == "session_key_unknown"
        writer.write(post("/api/v1/scans", bytes(BODY_MAX + 1)))
        assert msgspec.json.decode((await read_answer(reader))[2])["reason"] == "body_too_large"
        writer.write(get(LOOK))
        assert (await read_answer(reader))[0] == 200
        writer.close()


async def test_an_old_client_and_one_that_says_goodbye_are_closed_after_their_answer(house: House) -> None:
    async with served(App(house)) as (_, port):
        for request in (get(LOOK, version="1.0"), get(LOOK, "connection: close")):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            assert (await read_answer(reader))[0] == 200
            assert await reader.read() == b""
            writer.close()


async def test_a_silent_connection_is_closed(house: House) -> None:
    async with served(App(house), timeout_keep_alive=0) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(get(LOOK))
        assert (await read_answer(reader))[0] == 200
        assert await reader.read() == b""
        writer.close()


async def test_what_was_asked_is_answered_though_the_server_stops(house: House) -> None:
    held, entered = asyncio.Event(), asyncio.Event()

    class Slow(App):
        def __init__(self, house: House) -> None:
            super().__init__(house)
            doors, answer = self.doors, self.doors.answer  # type: ignore[union-attr]

            async def slowly(*args: Any) -> Any:
                entered.set()
                await held.wait()
                return await answer(*args)

            doors.answer = slowly  # type: ignore[method-assign,union-attr]

    async with served(Slow(house)) as (server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(get(LOOK))
        await entered.wait()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        held.set()
        status, headers, _ = await read_answer(reader)
        assert (status, headers["connection"]) == (200, "close")
        assert await reader.read() == b""
        writer.close()
