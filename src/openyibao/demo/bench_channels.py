"""Calls of channels a second: many channels side by side, each message signed, admitted once, counted. 中文: 渠道压测。

Each call is what a channel sends: an HMAC-SM3 by its session key, a fresh nonce. Presigned, sent by wrk. ``self`` asks nothing but to be
admitted; ``bindings/code`` also reads a binding and makes a code.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from openyibao import running
from openyibao.demo import stage
from openyibao.demo.bench_crowd import Device, writing
from openyibao.demo.load import Figures, UsedUpError, fire
from openyibao.kit.clock import Clock, unix_seconds
from openyibao.kit.crypto import MacKey, sm2_generate
from openyibao.kit.embedded import EmbeddedServer
from openyibao.kit.ids import Randomness
from openyibao.rooms import channels
from openyibao.rooms.channels import Channel, ChannelKind, NewChannel, SessionAgreed, message_to_sign, usual_terms
from openyibao.settings import Settings

CHANNELS = 100
PREPARED_A_SECOND = 9_000
"""So many requests are signed for each second at first; where a machine answers them all, twice as many and anew."""
CALLS_A_MINUTE = 1_000_000
PREFIX = "/channel/v1/"
LUA = """
local thread_count = 0
function setup(thread)
  thread:set("number", thread_count)
  thread_count = thread_count + 1
end
function init(args)
  lines, at = {}, 0
  local n = 0
  for line in io.lines(args[1]) do
    if n % 2 == number then
      local key, ts, nonce, mac, body = line:match("^(%S+) (%S+) (%S+) (%S+)\\t(.*)$")
      lines[#lines + 1] = wrk.format("POST", args[2], {["X-Channel-Key"] = key, ["X-Timestamp"] = ts, ["X-Nonce"] = nonce,
        ["X-Signature"] = mac, ["Content-Type"] = "application/json"}, body)
    end
    n = n + 1
  end
end
function request()
  at = at + 1
  if at > #lines then wrk.thread:stop(); at = #lines end
  return lines[at]
end
"""
Agreed = tuple[Channel, SessionAgreed]


async def open_channels(settings: Settings, clock: Clock, *, first: str, count: int = CHANNELS) -> list[Agreed]:
    """Channels with a session each; the first one has the code that the bench's devices were bound in."""
    randomness, public = Randomness(), sm2_generate().public.der()
    terms = msgspec.structs.replace(usual_terms(ChannelKind.bank), calls_a_minute=CALLS_A_MINUTE)
    news = [
        NewChannel(
            channel_code=first if not n else f"bench_{n}",
            name="压测",
            name_en="bench",
            kind=ChannelKind.bank,
            terms=terms,
            public_key=public,
        )
        for n in range(count)
    ]
    found: list[Agreed] = []
    async with writing(settings, clock) as writer, writer.tx() as tx:
        made: list[Any] = await channels.register_channels(tx, clock, channels=news, actor="bench")
        for channel, _ in made:
            agreed = await channels.agree_session(tx, clock, writer.sealer, randomness, channel=channel)
            found.append((channel, agreed))
    return found


def write_calls(
    place: Path, route: str, bodies: list[tuple[Agreed, dict[str, Any]]], clock: Clock
) -> tuple[Path, Path]:
    """The file of signed calls, and the script that sends them."""
    randomness, now = Randomness(), str(unix_seconds(clock.now()))
    macs: dict[int, MacKey] = {}
    path, script = place / "calls.txt", place / "calls.lua"
    script.write_text(LUA, encoding="ascii")
    with path.open("w", encoding="ascii") as lines:
        for (_, agreed), body in bodies:
            content, nonce = msgspec.json.encode(body), randomness.octets(12).hex()
            mac = macs.setdefault(agreed.key_id, MacKey(agreed.secret))
            signature = mac.mac(message_to_sign("POST", PREFIX + route, now, nonce, "", content)).hex()
            lines.write(f"{agreed.key_id} {now} {nonce} {signature}\t{content.decode()}\n")
    return path, script


def _fire_enough(
    url: str,
    route: str,
    bodies: list[tuple[Agreed, dict[str, Any]]],
    place: Path,
    seconds: int,
    clock: Clock,
    *,
    count: int,
) -> Figures:
    """A figure only from a run whose calls lasted: a nonce counts once, so more are signed and all is fired again."""
    while True:
        path, script = write_calls(place, route, [bodies[n % len(bodies)] for n in range(count)], clock)
        try:
            return fire(url, PREFIX + route, path, script, seconds)
        except UsedUpError:
            count *= 2


async def measure(
    console: Console,
    settings: Settings,
    server: EmbeddedServer,
    devices: list[Device],
    place: Path,
    *,
    seconds: int,
    workers: int,
    clock: Clock,
    prepared_a_second: int = PREPARED_A_SECOND,
) -> dict[str, Any]:
    """Both figures against a service of its own."""
    agreed = await open_channels(settings, clock, first=devices[0][0].binding.channel_code)
    names = [f"{one.binding.bucket}-{one.binding.binding_id}" for one, _ in devices]
    loads: dict[str, list[tuple[Agreed, dict[str, Any]]]] = {
        "self": [(one, {}) for one in agreed],
        "bindings/code": [(agreed[0], {"binding": name}) for name in names],
    }
    service = msgspec.structs.replace(
        running.service_settings(settings, server), workers=workers, port=stage.free_port()
    )
    found: dict[str, Any] = {"channels": len(agreed), "workers": workers}
    with stage.served(service) as (url, _):
        for route, bodies in loads.items():
            figures = _fire_enough(url, route, bodies, place, seconds, clock, count=prepared_a_second * seconds)
            found[route] = msgspec.to_builtins(figures)
            console.print(
                f"channels, {route}: {figures.per_second:.0f}/s, p99 {figures.p99_ms}, refused {figures.not_done}"
            )
    return found
