"""Driving load and reading what the tools say: pgbench, wrk, timeit. Figures of speed, never of money. 中文: 压测工具。"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import timeit
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console

from openyibao.kit.embedded import EmbeddedServer, binaries

PAUSE_SECONDS = 0.1
"""Between two looks at something that is on its way."""
CLIENTS = 64
LUA = """
local at = tonumber(wrk.thread and 0 or 0)
local thread_count = 0
function setup(thread)
  thread:set("number", thread_count)
  thread_count = thread_count + 1
end
function init(args)
  lines = {}
  local n = 0
  for line in io.lines(args[1]) do
    if n % 2 == number then
      local head, body = line:match("^(.-)\\t(.*)$")
      local ts, key, sig, session = head:match("^(%S+) (%S+) (%S+) (%S+)$")
      lines[#lines + 1] = wrk.format("POST", args[2], {
        ["X-Session-Key"] = session, ["X-Timestamp"] = ts, ["X-Signature"] = sig,
        ["Idempotency-Key"] = key, ["Content-Type"] = "application/json"}, body)
    end
    n = n + 1
  end
  at = 0
end
function request()
  at = at + 1
  if at > #lines then wrk.thread:stop(); at = #lines end
  return lines[at]
end
local refused = 0
function response(status) if status ~= 200 then refused = refused + 1 end end
"""


class UsedUpError(RuntimeError):
    """The service answered all that was prepared before the time was over: there is no figure."""


class Figures(msgspec.Struct, kw_only=True):
    """One load: requests a second, percentiles, what was not a 200, the generator's processor seconds."""

    per_second: float
    p50_ms: str
    p99_ms: str
    not_done: int
    requests: int
    generator_cpu_seconds: float


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": len(os.sched_getaffinity(0)),
    }


def prepare_tpcb(console: Console, server: EmbeddedServer) -> None:
    """The yardstick's own database."""
    server.ensure_database("tpcb")
    console.print("pgbench -i -s 100 …")
    subprocess.run([_pgbench(), "-i", "-s", "100", "-q", server.url("tpcb")], check=True, capture_output=True)


def tpcb(console: Console, server: EmbeddedServer, seconds: int) -> dict[str, float]:
    """TPC-B at 16 and 64 clients, as it is at this minute: a shared machine is not the same an hour later."""
    found = {}
    for clients in (16, 64):
        choices = ["-M", "prepared", "-n", "-c", str(clients), "-j", "2", "-T", str(seconds)]
        text = subprocess.run(
            [_pgbench(), *choices, server.url("tpcb")], check=True, capture_output=True, text=True
        ).stdout
        match = re.search(r"tps = ([0-9.]+)", text)
        assert match is not None
        found[f"clients_{clients}"] = round(float(match.group(1)), 1)
        console.print(f"TPC-B, {clients} clients: {match.group(1)}/s")
    return found


def _pgbench() -> str:
    return str(binaries() / "pgbench")


def fire(url: str, path: str, requests: Path, lua: Path, seconds: int) -> Figures:
    """Run wrk, at most the prepared requests, and read its words. Raises UsedUpError when they did not last."""
    arguments = [
        "/usr/bin/time",
        "-f",
        "%U %S",
        "wrk",
        "-t",
        "2",
        "-c",
        str(CLIENTS),
        "-d",
        f"{seconds}s",
        "--latency",
        "--timeout",
        "10s",
        "-s",
        str(lua),
        url,
        "--",
        str(requests),
        path,
    ]
    if not Path("/usr/bin/time").exists():
        arguments = arguments[3:]
    done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    text = done.stdout
    total = re.search(r"([0-9]+) requests in ([0-9.]+)(ms|s|m)", text)
    bad = re.search(r"Non-2xx or 3xx responses: ([0-9]+)", text)
    cpu = re.search(r"([0-9.]+) ([0-9.]+)\s*$", done.stderr)
    assert total is not None
    took = float(total.group(2)) * {"ms": 0.001, "s": 1.0, "m": 60.0}[total.group(3)]
    not_done = int(bad.group(1)) if bad else 0
    prepared = requests.read_bytes().count(b"\n")
    if int(total.group(1)) >= prepared - CLIENTS:
        raise UsedUpError(f"all {prepared} prepared requests were used up: take more people or fewer seconds")
    return Figures(
        per_second=round((int(total.group(1)) - not_done) / took, 1),
        p50_ms=_percentile(text, "50%"),
        p99_ms=_percentile(text, "99%"),
        not_done=not_done,
        requests=int(total.group(1)),
        generator_cpu_seconds=sum(float(part) for part in cpu.groups()) if cpu else 0.0,
    )


def _workers(port: int) -> list[Path]:
    """The processes of the service on a port."""
    mine, found = f"OPENYIBAO_PORT={port}".encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mine in process.joinpath("environ").read_bytes().split(b"\0"):
                found.append(process)
    return found


def worker_memory_mb(port: int) -> int:
    """What the largest worker of the service on a port holds, in megabytes."""
    largest = 0
    for process in _workers(port):
        with suppress(OSError):
            found = re.search(r"VmRSS:\s+([0-9]+) kB", process.joinpath("status").read_text())
            largest = max(largest, int(found.group(1)) // 1024 if found else 0)
    return largest


class CpuMeter:
    """What a load costs the processors, by who worked: it drifts less than what a shared machine does in a second."""

    def __init__(self, port: int, postmaster: int) -> None:
        self._port, self._postmaster = port, postmaster
        self._begun: dict[str, float] = {}

    def begin(self) -> None:
        """The load starts now."""
        self._begun = self._seconds()

    def microseconds_each(self, count: int) -> dict[str, int]:
        """Processor time since then, a request."""
        ended = self._seconds()
        return {name: round((ended[name] - self._begun[name]) / max(1, count) * 1e6) for name in ended}

    def _seconds(self) -> dict[str, float]:
        backends = [f for f in Path("/proc").glob("[0-9]*") if _parent(f) == self._postmaster]
        return {
            "workers": sum(_processor_seconds(process) for process in _workers(self._port)),
            "postgresql": sum(_processor_seconds(process) for process in backends),
        }


def _stat(process: Path) -> list[str]:
    try:
        return process.joinpath("stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _parent(process: Path) -> int:
    fields = _stat(process)
    return int(fields[1]) if fields else 0


def _processor_seconds(process: Path) -> float:
    fields = _stat(process)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def _percentile(text: str, name: str) -> str:
    match = re.search(rf"{name}\s+([0-9.]+\w+)", text)
    return match.group(1) if match else "?"


def ratio(measured: float, yardstick: float) -> float:
    """One figure over the other, to three places."""
    return round(measured / yardstick, 3)


def microseconds(act: Callable[[], object], *, times: int = 2_000) -> float:
    """The best of five rounds, for one call."""
    return round(min(timeit.repeat(act, number=times, repeat=5)) / times * 1e6, 2)


def per_second(call_us: float) -> int:
    """How many calls of so many microseconds a core makes in a second."""
    return round(1e6 / call_us)
