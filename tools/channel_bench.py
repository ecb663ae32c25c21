"""Channel calls a second on an embedded server: ``.venv/bin/python tools/channel_bench.py --seconds 6``. Needs wrk.

Prepared requests of 300 channels are sent by 64 connections to one and two workers: ``self`` (what authentication and
admission cost), ``bindings/code`` (a read beside it), and ``self`` signed by SM2 each.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path
from typing import Any

import httpx
import msgspec
from rich.console import Console

from openyibao import running
from openyibao.demo import stage
from openyibao.demo.load import CpuMeter, fire
from openyibao.demo.population import make_population
from openyibao.kit.batch import Work
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import MasterKey, Suite, sm2_generate
from openyibao.kit.embedded import temporary_server
from openyibao.main import open_platform
from openyibao.rooms import bindings, channels
from openyibao.rooms.bindings import BindingKind
from openyibao.rooms.channels import ChannelKind, NewChannel, Signing, usual_terms
from openyibao.sandbox.channel_client import PREFIX, ChannelClient
from openyibao.settings import Settings

CHANNELS = 300
LUA = """
local count = 0
function setup(thread) thread:set("number", count); count = count + 1 end
function init(args)
  lines = {}
  local n = 0
  for line in io.lines(args[1]) do
    if n % 2 == number then
      local key, ts, nonce, sig, body = line:match("^(%S+) (%S+) (%S+) (%S+)\\t(.*)$")
      lines[#lines + 1] = wrk.format("POST", args[2], {["X-Channel-Key"] = key, ["X-Timestamp"] = ts,
        ["X-Nonce"] = nonce, ["X-Signature"] = sig, ["Content-Type"] = "application/json"}, body)
    end
    n = n + 1
  end
  at = 0
end
function request() at = at + 1; if at > #lines then wrk.thread:stop(); at = #lines end; return lines[at] end
"""


async def prepare(settings: Settings, prepared: stage.Prepared) -> list[tuple[ChannelClient, str]]:
    """Each channel with a session and a binding; every tenth signs each message by SM2."""
    platform = await open_platform(settings, SystemClock())
    http, made = httpx.AsyncClient(), list[tuple[ChannelClient, str]]()
    for number in range(CHANNELS):
        private, person = sm2_generate(), prepared.installed.persons[number]
        each = number % 10 == 0
        terms = msgspec.structs.replace(
            usual_terms(ChannelKind.bank),
            calls_a_minute=1_000_000,
            signing=Signing.each_message if each else Signing.session,
        )
        code = f"bench_{number}"
        new = NewChannel(
            channel_code=code,
            name=code,
            name_en=code,
            kind=ChannelKind.bank,
            terms=terms,
            public_key=private.public.der(),
        )

        async def run(tx: Any, new: NewChannel = new, person: Any = person) -> Any:
            channel, key_id = (await channels.register_channels(tx, platform.clock, channels=[new], actor="bench"))[0]  # type: ignore[misc]
            agreed = await channels.agree_session(
                tx, platform.clock, platform.sealer, platform.randomness, channel=channel
            )
            bound: Any = await bindings.bind(
                tx,
                platform.clock,
                platform.sealer,
                platform.randomness,
                bucket=person.bucket,
                person_id=person.person_id,
                default_province=11,
                kind=BindingKind.own,
                channel_code=new.channel_code,
                device_name="x",
            )
            return key_id, agreed, f"{bound.binding.bucket}-{bound.binding.binding_id}"

        key_id, agreed, name = await platform.lane.submit("work", Work(run))
        client = ChannelClient(http, "", key_id, private, each_message=each)
        client.session_id, client.secret = agreed.key_id, agreed.secret
        made.append((client, name))
    await platform.lane.drain()
    await platform.readers.close()
    return made


def write(path: Path, made: list[tuple[ChannelClient, str]], route: str, count: int, *, by_sm2: bool) -> None:
    """Prepared requests, a line each."""
    chosen = [each for each in made if each[0].each_message == by_sm2]
    with path.open("w", encoding="ascii") as out:
        for n in range(count):
            client, name = chosen[n % len(chosen)]
            content = b"{}" if route == "self" else msgspec.json.encode({"binding": name})
            given = client.headers(route, content, by_sm2=by_sm2)
            parts = (given["X-Channel-Key"], given["X-Timestamp"], given["X-Nonce"], given["X-Signature"])
            out.write(" ".join(parts) + "\t" + content.decode() + "\n")


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=5)
    seconds: int = parser.parse_args().seconds
    console = Console(soft_wrap=True, highlight=False)
    with tempfile.TemporaryDirectory(prefix="openyibao-bench-") as folder, temporary_server(fsync=True) as server:
        place = Path(folder)
        lua = place / "channels.lua"
        lua.write_text(LUA, encoding="ascii")
        settings = Settings(database_url=server.url(), key_file=place / "master.key", port=stage.free_port())
        MasterKey.create(place / "master.key", suite=Suite(settings.suite))
        running.prepare(settings)
        prepared = asyncio.run(stage.seed(settings, make_population(people=1_000), SystemClock()))
        made = asyncio.run(prepare(settings, prepared))
        postmaster = int((server.data_directory / "postmaster.pid").read_text(encoding="ascii").split()[0])
        for workers in (1, 2):
            service = msgspec.structs.replace(running.service_settings(settings, server), workers=workers)
            with stage.served(service) as (url, _):
                meter = CpuMeter(settings.port, postmaster)
                for route, by_sm2, most in (
                    ("self", False, 9_000),
                    ("bindings/code", False, 6_000),
                    ("self", True, 3_000),
                ):
                    path = place / "requests.txt"
                    write(path, made, route, most * seconds, by_sm2=by_sm2)
                    meter.begin()
                    figures = fire(url, PREFIX + route, path, lua, seconds)
                    cpu = meter.microseconds_each(figures.requests)
                    console.print(
                        f"{workers} worker(s), {route}{' by SM2' if by_sm2 else ''}: {figures.per_second:.0f}/s, "
                        f"p50 {figures.p50_ms}, p99 {figures.p99_ms}, not done {figures.not_done} of {figures.requests}; "
                        f"{cpu['workers']} us in the workers, {cpu['postgresql']} us in PostgreSQL"
                    )


if __name__ == "__main__":
    main()
