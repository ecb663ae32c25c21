"""Forging codes by the thousand: live serials and right layout, and no layout at all. None may be accepted. 中文: 伪造码测试。

The codes go the way of a scan from parsing to judging, with the bindings of a made-up town in memory instead of a table; genuine codes
go among them and must all be accepted, so that a door that refuses everything doesn't pass. Every code comes from a seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import DataKey, KeyPurpose, KeyRing, Sealer, Suite
from openyibao.kit.db import BUCKETS
from openyibao.kit.ids import SeededRandomness
from openyibao.kit.outcome import Reason
from openyibao.rooms import presentation
from openyibao.rooms.bindings import DayKey, derive_day_key, place_serial
from openyibao.rooms.presentation import ScanKeys, mint, parse_code, step_day, step_of

ISSUER, PROVINCE = "900", 11
TOWN = 400
BATCH = 256
GENUINE_EACH = 16
"""One code in so many is genuine."""
STEPS_FAR = 200


class Tally(msgspec.Struct, kw_only=True):
    """What came of a kind of code."""

    tried: int = 0
    accepted: int = 0
    refused: Counter[str] = msgspec.field(default_factory=Counter)


class Town:
    """People with bindings, as the table of bindings would tell them, and what their phones show at one instant."""

    def __init__(self, clock: Clock, seed: int, *, people: int = TOWN) -> None:
        self.draw = SeededRandomness(seed)
        self.now: datetime = clock.now()
        keys = [
            DataKey(
                key_id=at,
                purpose=purpose,
                suite=Suite.national,
                made_on=clock.today(),
                secret=self.draw.octets(size),
            )
            for at, (purpose, size) in enumerate(
                [(KeyPurpose.seal, 16), (KeyPurpose.digest, 32), (KeyPurpose.token, 32), (KeyPurpose.alias, 16)], 1
            )
        ]
        ring = KeyRing(keys)
        self.sealer = Sealer(ring)
        self.keys = ScanKeys(ring, self.sealer, issuer=ISSUER)
        self.secrets: list[bytes] = []
        self.rows: dict[int, dict[str, Any]] = {}
        for number in range(1, people + 1):
            bucket, secret = self.draw.below(BUCKETS), self.draw.octets(32)
            serial = place_serial(self.draw.below(10**10 // BUCKETS), bucket)
            sealed = self.sealer.seal(secret, where=f"bindings.secret_sealed:{number}")
            self.secrets.append(secret)
            self.rows[serial] = {"bucket": bucket, "binding_id": number, "serial": serial, "secret_sealed": sealed}
        self.people = list(self.rows.values())
        self._days: dict[tuple[int, Any], DayKey] = {}

    async def look_up(self, names: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
        """What the table would answer."""
        return [self.rows[serial] for _, serial in names if serial in self.rows]

    def show(self, row: dict[str, Any], steps: int = 0) -> str:
        """What a phone shows, or showed or will show so many steps away."""
        step = step_of(self.now) + steps
        on, number = step_day(step), row["binding_id"]
        day = self._days.get((number, on))
        if day is None:
            secret = derive_day_key(self.secrets[number - 1], on)
            day = DayKey(on=on, secret=secret, aliases=self.keys.aliases.of_day(row["serial"], on))
            self._days[number, on] = day
        return mint(day, issuer=ISSUER, province=PROVINCE, step=step)

    def anyone(self) -> dict[str, Any]:
        """Somebody of the town."""
        return self.people[self.draw.below(len(self.people))]


def _with_mac(code: str, mac: str) -> str:
    return code[:13] + mac[:9] + code[22:26] + mac[9:]


def _wrong_mac(town: Town) -> str:
    code = town.show(town.anyone())
    guess = town.draw.below(10**11)
    forged = _with_mac(code, f"{guess:011d}")
    return forged if forged != code else _with_mac(code, f"{(guess + 1) % 10**11:011d}")


def _step_over(town: Town) -> str:
    """A genuine code of a minute to hours ago."""
    return town.show(town.anyone(), -2 - town.draw.below(STEPS_FAR))


def _step_ahead(town: Town) -> str:
    return town.show(town.anyone(), town.draw.below(STEPS_FAR) + 1)


def _mac_of_another(town: Town) -> str:
    at, further = town.draw.below(len(town.people)), 1 + town.draw.below(len(town.people) - 1)
    shown = town.show(town.people[(at + further) % len(town.people)])
    return _with_mac(town.show(town.people[at]), shown[13:22] + shown[26:])


def _digit_changed(town: Town) -> str:
    code, place = town.show(town.anyone()), town.draw.below(28)
    return code[:place] + str((int(code[place]) + town.draw.below(9) + 1) % 10) + code[place + 1 :]


def _alias_of_another_hour(town: Town) -> str:
    row, steps = town.anyone(), 120 - 240 * town.draw.below(2)
    return town.show(row)[:3] + town.show(row, steps)[3:13] + town.show(row)[13:]


def _digits_at_random(town: Town) -> str:
    return f"{ISSUER}{town.draw.below(10**25):025d}"


def _no_layout(town: Town) -> str:
    letters = "0123456789abc \u0000\uff11\u0661-:/%\n"
    return "".join(letters[each % len(letters)] for each in town.draw.octets(town.draw.below(64)))


KINDS: dict[str, Callable[[Town], str]] = {
    "wrong authentication code": _wrong_mac,
    "a step that is over": _step_over,
    "a step to come": _step_ahead,
    "another person's authentication code": _mac_of_another,
    "one digit changed": _digit_changed,
    "the alias of another hour": _alias_of_another_hour,
    "digits at random": _digits_at_random,
    "no layout": _no_layout,
}
GENUINE = "genuine"


def forgeries(town: Town, count: int) -> Iterator[tuple[str, str]]:
    """So many forged codes, each with its kind, and genuine ones among them."""
    kinds = list(KINDS.items())
    for number in range(count):
        kind, forge = kinds[number % len(kinds)]
        yield kind, forge(town)
        if number % GENUINE_EACH == 0:
            yield GENUINE, town.show(town.anyone(), -town.draw.below(2))


async def try_all(town: Town, count: int) -> dict[str, Tally]:
    """Judge so many forged codes; what came of each kind."""
    tallies = {name: Tally() for name in (*KINDS, GENUINE)}
    waiting: list[tuple[str, str]] = []
    for each in forgeries(town, count):
        waiting.append(each)
        if len(waiting) >= BATCH:
            await _judge(town, waiting, tallies)
            waiting = []
    await _judge(town, waiting, tallies)
    return tallies


async def _judge(town: Town, shown: list[tuple[str, str]], tallies: dict[str, Tally]) -> None:
    parsed = [(kind, parse_code(code, issuer=ISSUER)) for kind, code in shown]
    codes = [code for _, code in parsed if code is not None]
    found = iter(await presentation.find_bindings(town.look_up, town.keys, codes, town.now))
    for kind, code in parsed:
        tally = tallies[kind]
        tally.tried += 1
        judged = None if code is None else next(found).judged
        if isinstance(judged, int):
            tally.accepted += 1
        else:
            tally.refused[judged.code if isinstance(judged, Reason) else "code_other_issuer"] += 1
