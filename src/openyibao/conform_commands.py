"""The command `openyibao conform`: the options, the progress, the exit code. 中文: 符合性测试命令。"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import httpx
from rich.console import Console

from openyibao.conform import (
    Cast,
    CastFault,
    Desk,
    Keys,
    Profile,
    Scoreboard,
    Suite,
    print_findings,
    print_table,
    read_cast,
    write_json,
)
from openyibao.kit.clock import SHANGHAI, SystemClock
from openyibao.kit.crypto import SignatureFault, Sm2PrivateKey
from openyibao.kit.ids import Randomness


class Options(NamedTuple):
    """What the command line says of the server and of whom to be."""

    url: str
    institution: str
    key: str
    key_id: str
    profile: str
    pharmacy: str
    pharmacy_key: str
    account_inside: bool
    sm2_key: Path | None = None


def read_sm2_key(path: Path | None) -> Sm2PrivateKey | None:
    """A private scalar of 32 octets in hexadecimal. Raises ValueError for anything else."""
    if path is None:
        return None
    try:
        return Sm2PrivateKey(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except (OSError, UnicodeDecodeError, SignatureFault) as fault:
        raise ValueError(f"{path}: {type(fault).__name__}: no SM2 key of 64 hexadecimal digits") from fault


def desk_of(options: Options, cast: Cast) -> Desk:
    """The desk of the options, else of the cast. Raises ValueError for a profile that is none, or where nobody is named."""
    if not options.institution:
        options = options._replace(institution=cast.institution, key=cast.key, key_id=options.key_id or cast.key_id)
    if not options.pharmacy:
        options = options._replace(pharmacy=cast.pharmacy, pharmacy_key=cast.pharmacy_key)
    if not options.institution:
        raise CastFault("neither --institution nor the cast names a hospital")
    sm2 = read_sm2_key(options.sm2_key)
    pharmacy_id = cast.pharmacy_key_id if options.pharmacy == cast.pharmacy else ""
    return Desk(
        url=options.url,
        institution=options.institution,
        keys=Keys(key_id=options.key_id or options.institution, secret=options.key, sm2=sm2),
        profile=Profile(options.profile.lower()),
        pharmacy=options.pharmacy,
        pharmacy_keys=Keys(key_id=pharmacy_id or options.pharmacy, secret=options.pharmacy_key)
        if options.pharmacy
        else None,
        account_inside=options.account_inside,
    )


def run(console: Console, options: Options, *, cast_place: str, only: str, json_out: Path | None) -> int:
    """Run the suite. 0: no check failed; 1: one did, or nothing ran; 2: cast or profile can't be used."""
    try:
        cast = read_cast(cast_place)
        desk = desk_of(options, cast)
    except ValueError as fault:
        console.print(str(fault), markup=False)
        return 2
    clock = SystemClock()
    wanted = [name.strip() for name in only.split(",") if name.strip()]
    with httpx.Client(trust_env=False) as http, console.status("…") as status:
        progress: Callable[[str], None] = status.update
        suite = Suite(http, desk, cast, clock, Randomness(), only=wanted, progress=progress)
        scores: Scoreboard = suite.run()
    print_table(console, scores)
    print_findings(console, scores)
    if json_out is not None:
        at = clock.now().astimezone(SHANGHAI)
        write_json(json_out, scores, url=desk.url, profile=desk.profile.value, at=at)
        console.print(str(json_out), markup=False)
    return 1 if scores.failed else 0
