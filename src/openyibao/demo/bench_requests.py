"""The bench's requests: bills and scans, each signed beforehand, in the file that wrk's script reads. 中文: 压测请求。"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from openyibao.demo import stage
from openyibao.demo.bills import pick
from openyibao.demo.load import LUA
from openyibao.kit.clock import Clock, unix_seconds
from openyibao.kit.crypto import MacKey, sm3_hex
from openyibao.rooms.institutions import SessionKey

Signed = tuple[SessionKey, dict[str, Any]]
"""A body and the key it will be signed with."""


def make_bills(
    prepared: stage.Prepared, tokens: list[tuple[str, int]], keys: list[SessionKey], places: list[int]
) -> list[Signed]:
    """A five-line outpatient bill for each visit token."""
    doctors = {p.institution_id: p.practitioner_code for p in prepared.population.places.practitioners}
    bodies = []
    shelf = pick(prepared.population.catalogue)
    rows = (*shelf.whole, shelf.by_ratio, shelf.by_sum, shelf.excluded)
    for n, (token, institution_id) in enumerate(tokens):
        at = places.index(institution_id)
        lines = [
            {
                "line_no": k,
                "item_code": row.item_code,
                "quantity_e4": 20_000,
                "unit_price_micro": 12_340_000 + n % 97 * 10_000,
                "amount_fen": 2 * (1_234 + n % 97),
                "practitioner_code": doctors[institution_id],
            }
            for k, row in enumerate(rows, start=1)
        ]
        body = {
            "terminal_code": "T01",
            "operator_code": "op1",
            "visit_token": token,
            "encounter": {
                "kind": "outpatient",
                "practitioner_code": doctors[institution_id],
                "diagnoses": [{"code": "M60.000x001", "main": True}],
            },
            "items": lines,
        }
        bodies.append((keys[at], body))
    return bodies


def write_requests(place: Path, bodies: list[Signed], clock: Clock, path: str) -> tuple[Path, Path]:
    """The file of requests and the script that sends them."""
    timestamp = str(unix_seconds(clock.now()))
    macs: dict[int, MacKey] = {}
    lines = []
    for n, (key, body) in enumerate(bodies):
        content = msgspec.json.encode(body)
        request_key = f"bench-{timestamp}-{n}"
        mac = macs.setdefault(key.session_key_id, MacKey(key.secret))
        signature = mac.mac(f"POST\n{path}\n{timestamp}\n{request_key}\n{sm3_hex(content)}".encode()).hex()
        lines.append(f"{timestamp} {request_key} {signature} {key.session_key_id}\t".encode() + content)
    out, lua = place.joinpath("requests.txt"), place.joinpath("load.lua")
    out.write_bytes(b"\n".join(lines) + b"\n")
    lua.write_text(LUA)
    return out, lua
