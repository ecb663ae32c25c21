"""The command over real sockets: the table, the exit code, the JSON; underscore headers survive the way."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import msgspec
import pytest
from paper_desk import HOSPITAL, make_cast
from paper_server import PaperServer
from rich.console import Console

from openyibao.conform_commands import Options, run
from openyibao.kit.clock import SHANGHAI
from openyibao.kit.crypto import sm2_generate


@pytest.fixture
def served(server: PaperServer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            told = server(
                httpx.Request("POST", f"http://paper{self.path}", headers=dict(self.headers), content=content)
            )
            self.send_response(told.status_code)
            self.send_header("Content-Type", told.headers["Content-Type"])
            self.send_header("Content-Length", str(len(told.content)))
            self.end_headers()
            self.wfile.write(told.content)

        def do_GET(self) -> None:
            cast = msgspec.structs.replace(make_cast(codes=False), institution=HOSPITAL, key="s3cret")
            content = msgspec.json.encode(cast) if self.path == "/cast.json" else b"{}"
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *said: object) -> None:
            pass

    # the command asks the machine's clock, so the paper's clock is set to it
    server.clock.set(datetime.now(SHANGHAI))
    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}"
    listening.shutdown()
    listening.server_close()
    thread.join()


@pytest.fixture
def cast_file(tmp_path: Path) -> Path:
    path = tmp_path / "cast.json"
    path.write_bytes(msgspec.json.encode(make_cast(codes=False)))
    return path


def options(url: str, profile: str = "v1", key: str = "s3cret") -> Options:
    return Options(url, HOSPITAL, key, "", profile, "", "", account_inside=False)


def test_a_run_prints_the_table_and_ends_with_zero(served: str, cast_file: Path, tmp_path: Path) -> None:
    said, out = io.StringIO(), tmp_path / "result.json"
    code = run(
        Console(file=said, width=200),
        options(served, "v4"),
        cast_place=str(cast_file),
        only="registration",
        json_out=out,
    )
    assert code == 0, said.getvalue()
    assert "门诊挂号撤销" in said.getvalue()
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told["profile"] == "v4"
    assert told["transactions"]["2202"]["state"] == "passed"
    assert told["transactions"]["2202"]["checks"]["repeat"] == "holds"


def test_a_failed_check_ends_with_one_and_is_told_with_its_passage(
    served: str, server: PaperServer, cast_file: Path
) -> None:
    server.lie = lambda infno, reply: (
        reply | {"output": {"data": 1}} if infno == "2202" and reply["infcode"] == 0 else reply
    )
    said = io.StringIO()
    code = run(
        Console(file=said, width=200), options(served), cast_place=str(cast_file), only="registration", json_out=None
    )
    assert code == 1
    assert "output of a no-output transaction is null" in said.getvalue()


def test_an_sm2_key_signs_what_goes_out_sealed(
    served: str, server: PaperServer, cast_file: Path, tmp_path: Path
) -> None:
    server.sm2 = sm2_generate()
    key, said = tmp_path / "key.hex", io.StringIO()
    key.write_text(server.sm2.scalar.hex(), encoding="ascii")
    asked = options(served, "v5")._replace(sm2_key=key)
    code = run(Console(file=said, width=200), asked, cast_place=str(cast_file), only="registration", json_out=None)
    assert code == 0, said.getvalue()
    key.write_text("no key", encoding="ascii")
    code = run(Console(file=said, width=200), asked, cast_place=str(cast_file), only="registration", json_out=None)
    assert code == 2


def test_a_cast_may_be_fetched_and_may_name_the_institution(served: str, tmp_path: Path) -> None:
    said = io.StringIO()
    asked = options(served)._replace(institution="")
    place = f"{served}/cast.json"
    assert run(Console(file=said, width=200), asked, cast_place=place, only="registration", json_out=None) == 0
    assert run(Console(file=said, width=200), asked, cast_place=f"{served}/none", only="", json_out=None) == 2
    nameless = tmp_path / "cast.json"
    nameless.write_bytes(msgspec.json.encode(make_cast(codes=False)))
    assert run(Console(file=said, width=200), asked, cast_place=str(nameless), only="", json_out=None) == 2
    assert "names a hospital" in said.getvalue()


def test_nobody_there_is_a_failure(cast_file: Path) -> None:
    said = io.StringIO()
    console = Console(file=said, width=200)
    code = run(console, options("http://127.0.0.1:1"), cast_place=str(cast_file), only="identify", json_out=None)
    assert code == 1
    assert "no answer: ConnectError" in said.getvalue()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "truncated"),
        ('{"people": []}', "length >= 2"),
        ('{"poeple": []}', "poeple"),
    ],
)
def test_a_cast_that_cannot_be_read_ends_with_two_and_says_where(tmp_path: Path, text: str, says: str) -> None:
    path, said = tmp_path / "cast.json", io.StringIO()
    path.write_text(text, encoding="utf-8")
    assert run(Console(file=said, width=200), options("http://x"), cast_place=str(path), only="", json_out=None) == 2
    assert says in said.getvalue()


def test_a_variant_that_is_none_ends_with_two(cast_file: Path) -> None:
    said = io.StringIO()
    console = Console(file=said, width=200)
    assert run(console, options("http://x", "v7"), cast_place=str(cast_file), only="", json_out=None) == 2
    assert "v7" in said.getvalue()
