"""Pure rules of the code: its digits, its authentication code, when it holds; and the visit token. 中文: 展码规则。

28 digits ``PPP AAAAAAAAAA MMMMMMMMM VV EE MM``: issuer, alias of the serial, authentication code (nine digits and, at the very end,
two more), province, purpose. docs/algorithms/presentation-code.md says what is promised of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from openyibao.kit.clock import shanghai_date, unix_seconds
from openyibao.kit.crypto import MacKey, equal
from openyibao.kit.outcome import Reason
from openyibao.rooms.bindings import HOUR_SECONDS, HOURS_A_DAY, DayKey
from openyibao.rooms.presentation import records
from openyibao.rooms.presentation.records import FaceRequest, IdentifyRequest, Purpose, ScanRequest

CODE_VERSION = 2
"""The octet that begins what a code authenticates; a phone mints by it. 1 was the serial itself and nine digits."""
STEP_SECONDS = 30
STEPS_ACCEPTED = 2
STEPS_EXPLAINED = 10
MAC_DIGITS = 11
STEPS_AN_HOUR = HOUR_SECONDS // STEP_SECONDS
TOKEN_LIFETIME = timedelta(minutes=30)
_SHORT_LIFETIME = timedelta(minutes=10)
_SHORT = frozenset({Purpose.collect_medicine, Purpose.report})
"""Nothing begins with these that goes on: the token is for the window where the person stands."""
_VERSION = bytes([CODE_VERSION])
PAPER_EXTENSION = 90
"""Of a printed code: no purpose will ever have this index, so that nobody takes it for a changing one."""
_PAPER = b"paper\x01"
_MAC_BOUND = 10**MAC_DIGITS
_MAC_FIRST = 9
_SHANGHAI_HOURS = 8
_PURPOSES = tuple(Purpose)
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"
_AGES = (0, 1, *range(2, STEPS_EXPLAINED + 1), *range(-1, -STEPS_EXPLAINED - 1, -1))


class ParsedCode(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a code, as digits. ``alias`` is what is shown in the serial's place."""

    issuer: str
    alias: int
    mac: bytes
    province: int
    extension: int
    others: bytes
    digits: str
    """All 28. Extensions from 90 on are for codes that time does not change; what stands where in them is their own affair."""

    @property
    def printed(self) -> bool:
        """Whether it says of itself that it was printed: then the alias is the serial."""
        return self.extension == PAPER_EXTENSION


def step_of(at: datetime) -> int:
    """The 30-second step of an instant."""
    return unix_seconds(at) // STEP_SECONDS


def step_day(step: int) -> date:
    """The Shanghai day whose key a step is minted with."""
    return shanghai_date(datetime.fromtimestamp(step * STEP_SECONDS, UTC))


def hours_shown(now: datetime) -> list[int]:
    """The hours of whose aliases a code may be that is judged now: this one, near its ends the next ones too."""
    current = step_of(now)
    steps = (current, current - 1, current - STEPS_EXPLAINED, current + STEPS_EXPLAINED)
    return list(dict.fromkeys(step // STEPS_AN_HOUR for step in steps))


def code_mac(day_key: MacKey, others: bytes, step: int) -> str:
    """The eleven digits over version, all other digits and the step."""
    octets = day_key.mac(_VERSION + others + step.to_bytes(8, "big"))
    return f"{int.from_bytes(octets[:8], 'big') % _MAC_BOUND:011d}"


def mint(day: DayKey, *, issuer: str, province: int, step: int, purpose: Purpose | None = None) -> str:
    """The code a phone shows in a step; ``day`` is that of ``step_day(step)``."""
    alias = day.aliases[(step // STEPS_AN_HOUR + _SHANGHAI_HOURS) % HOURS_A_DAY]
    extension = 0 if purpose is None else _PURPOSES.index(purpose) + 1
    head, tail = f"{issuer}{alias:010d}", f"{province:02d}{extension:02d}"
    mac = code_mac(MacKey(day.secret), (head + tail).encode(), step)
    return head + mac[:_MAC_FIRST] + tail + mac[_MAC_FIRST:]


def paper_mac(paper_key: MacKey, others: bytes) -> str:
    """The eleven digits of a printed code over all other digits."""
    return f"{int.from_bytes(paper_key.mac(_PAPER + others)[:8], 'big') % _MAC_BOUND:011d}"


def print_digits(paper_key: MacKey, *, issuer: str, serial: int, province: int) -> str:
    """The 28 digits of a printed code, laid out as every code is; they stand until it ends."""
    head, tail = f"{issuer}{serial:010d}", f"{province:02d}{PAPER_EXTENSION:02d}"
    mac = paper_mac(paper_key, (head + tail).encode())
    return head + mac[:_MAC_FIRST] + tail + mac[_MAC_FIRST:]


def paper_holds(code: ParsedCode, paper_key: MacKey) -> bool:
    """Whether a printed code is the one that was printed; compared in constant time."""
    return equal(paper_mac(paper_key, code.others).encode(), code.mac)


def parse_code(code: str, *, issuer: str) -> ParsedCode | None:
    """The parts, or None when it is malformed or of another issuer."""
    if len(code) != 28 or not code.isascii() or not code.isdigit() or code[:3] != issuer:
        return None
    return ParsedCode(
        issuer=code[:3],
        alias=int(code[3:13]),
        mac=(code[13:22] + code[26:]).encode(),
        province=int(code[22:24]),
        extension=int(code[24:26]),
        others=(code[:13] + code[22:26]).encode(),
        digits=code,
    )


def judge(code: ParsedCode, key_of: Callable[[date], MacKey], now: datetime, *, hour: int) -> int | Reason:
    """The accepted step (current or previous), or code_expired, code_from_future (±10 steps), else code_not_valid.

    Only steps of the ``hour`` count by whose aliases the key was found: so a guess is tried against two steps and no more.
    """
    current = step_of(now)
    for age in _AGES:
        step = current - age
        if step // STEPS_AN_HOUR != hour:
            continue
        if equal(code_mac(key_of(step_day(step)), code.others, step).encode(), code.mac):
            if age < 0:
                return records.CODE_FROM_FUTURE
            return step if age < STEPS_ACCEPTED else records.CODE_EXPIRED
    return records.CODE_NOT_VALID


def purposes_of(extension: int) -> tuple[Purpose, ...] | None:
    """For which purposes a code is good; None where no purpose has this index."""
    if extension == 0:
        return _PURPOSES
    return (_PURPOSES[extension - 1],) if extension <= len(_PURPOSES) else None


def derive_token(
    key: MacKey,
    *,
    area: int | None,
    bucket: int,
    presentation_id: int,
    institution_id: int,
    terminal_code: str,
    purpose: Purpose,
    expires_at: datetime,
) -> str:
    """The visit token, 40 characters: area, ``ec``, bucket in base 36, 116 bits. The same facts give the same token."""
    facts = [presentation_id, institution_id, terminal_code, purpose, unix_seconds(expires_at)]
    digits = _BASE36[bucket // 1296] + _BASE36[bucket // 36 % 36] + _BASE36[bucket % 36]
    return f"{area or 0:06d}ec{digits}{key.mac(msgspec.json.encode(facts)).hex()[:29]}"


def same_place(place: dict[str, Any], request: ScanRequest | IdentifyRequest | FaceRequest) -> bool:
    """Whether a repeat comes from where it came from first."""
    same_desk = place["terminal_code"] == request.terminal_code or (
        bool(request.operator_code) and place["operator_code"] == request.operator_code
    )
    return (
        place["institution_id"] == request.institution_id
        and same_desk
        and place["purpose"] == request.purpose.value
        and (request.caller_key is None or place["caller_key"] == request.caller_key)
    )


def token_lifetime(purpose: Purpose) -> timedelta:
    """So long a visit token of this purpose may be used (FIELD 18)."""
    return _SHORT_LIFETIME if purpose in _SHORT else TOKEN_LIFETIME


def token_bucket(visit_token: str) -> int | None:
    """The bucket a token leads to, or None when it is malformed."""
    if (
        len(visit_token) != 40
        or not visit_token.isascii()
        or visit_token[6:8] != "ec"
        or not visit_token[8:11].isalnum()
    ):
        return None
    return int(visit_token[8:11], 36)
