"""Ten thousand wallets show and refresh their codes without a query (N3)."""

from __future__ import annotations

from typing import Any

import msgspec
from journey_house import House
from litestar import Litestar

from openyibao.fronts.shared.delivering import delivered
from openyibao.fronts.wallet import wallet_router
from openyibao.sandbox.channel_client import mint_code

WALLETS = 10_000


class Untouchable:
    """A database nobody may ask."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked of the database")


async def _get(app: Any, path: str) -> tuple[int, bytes]:
    """One request, as uvicorn would hand it over."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(b"host", b"t")],
        "client": ("127.0.0.1", 1),
        "server": ("t", 80),
        "state": {},
    }
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


async def test_ten_thousand_wallets_refresh_without_a_query(house: House) -> None:
    binding = (await house.bind(1)).binding
    keys = msgspec.json.decode(msgspec.json.encode(delivered(house.platform, binding)))
    apart = msgspec.structs.replace(house.platform, readers=Untouchable(), lane=Untouchable())
    app = Litestar(route_handlers=[wallet_router(apart)], openapi_config=None)
    begun = int(house.clock.now().timestamp())
    codes = set()
    for wallet in range(WALLETS):
        status, body = await _get(app, "/wallet/time")
        assert status == 200
        told = msgspec.json.decode(body)
        assert told["version"] == keys["version"]
        codes.add(mint_code(keys, told["server_ms"] // 1000 + wallet))
    assert told["server_ms"] // 1000 == begun
    assert len(codes) == len({(begun + wallet) // 30 for wallet in range(WALLETS)})
    # The guard bites: the page itself does ask.
    assert (await _get(app, "/wallet/code"))[0] == 500


async def test_a_shown_code_of_the_delivery_is_taken(house: House) -> None:
    """What the phones mint from the delivery is what terminals take."""
    binding = (await house.bind(2)).binding
    keys = msgspec.json.decode(msgspec.json.encode(delivered(house.platform, binding)))
    answer = await house.scan(mint_code({**keys, "extension": "00"}, int(house.clock.now().timestamp())))
    assert answer.visit_token
