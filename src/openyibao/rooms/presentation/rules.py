"""Pure rules of the code: its digits, its authentication code, when it holds; and the visit token. 中文: 展码规则。

28 digits ``PPP SSSSSSSSSS MMMMMMMMM VV EEEE``: issuer, serial, authentication code, province, extension.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import msgspec

from openyibao.kit.clock import shanghai_date, unix_seconds
from openyibao.kit.crypto import MacKey, equal
from openyibao.kit.outcome import Reason
from openyibao.rooms.presentation import records
from openyibao.rooms.presentation.records import Purpose

STEP_SECONDS = 30
STEPS_EXPLAINED = 10
TOKEN_LIFETIME = timedelta(minutes=30)
_SHORT_LIFETIME = timedelta(minutes=10)
_SHORT = frozenset({Purpose.collect_medicine, Purpose.report})
"""Nothing begins with these that goes on: the token is for the window where the person stands."""
_VERSION = b"\x01"
_PAPER_VERSION = b"\x02"
PAPER_EXTENSION = 9001
"""Of a printed code: no purpose will ever have this index, so that nobody takes it for a changing one."""
_MAC_BOUND = 10**9
_PURPOSES = tuple(Purpose)
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


class ParsedCode(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a code, as digits."""

    issuer: str
    serial: int
    mac: str
    province: int
    extension: int
    others: bytes

    @property
    def printed(self) -> bool:
        """Whether it says of itself that it was printed."""
        return self.extension == PAPER_EXTENSION


def step_of(at: datetime) -> int:
    """The 30-second step of an instant."""
    return unix_seconds(at) // STEP_SECONDS


def step_day(step: int) -> date:
    """The Shanghai day whose key a step is minted with."""
    return shanghai_date(datetime.fromtimestamp(step * STEP_SECONDS, UTC))


def code_mac(day_key: MacKey, others: bytes, step: int) -> str:
    """The nine digits over version, all other digits and the step."""
    octets = day_key.mac(_VERSION + others + step.to_bytes(8, "big"))
    return f"{int.from_bytes(octets[:8], 'big') % _MAC_BOUND:09d}"


def mint(day_key: bytes, *, issuer: str, serial: int, province: int, step: int, purpose: Purpose | None = None) -> str:
    """The code a wallet shows in a step; ``day_key`` is that of ``step_day(step)``."""
    extension = 0 if purpose is None else _PURPOSES.index(purpose) + 1
    head, tail = f"{issuer}{serial:010d}", f"{province:02d}{extension:04d}"
    return head + code_mac(MacKey(day_key), (head + tail).encode(), step) + tail


def paper_mac(paper_key: MacKey, others: bytes) -> str:
    """The nine digits of a printed code over its version and all other digits."""
    return f"{int.from_bytes(paper_key.mac(_PAPER_VERSION + others)[:8], 'big') % _MAC_BOUND:09d}"


def print_digits(paper_key: MacKey, *, issuer: str, serial: int, province: int) -> str:
    """The 28 digits of a printed code: they stand until it ends."""
    head, tail = f"{issuer}{serial:010d}", f"{province:02d}{PAPER_EXTENSION:04d}"
    return head + paper_mac(paper_key, (head + tail).encode()) + tail


def paper_holds(code: ParsedCode, paper_key: MacKey) -> bool:
    """Whether a printed code is the one that was printed; compared in constant time."""
    return equal(paper_mac(paper_key, code.others).encode(), code.mac.encode())


def parse_code(code: str, *, issuer: str) -> ParsedCode | None:
    """The parts, or None when it is malformed or of another issuer."""
    if len(code) != 28 or not code.isascii() or not code.isdigit() or code[:3] != issuer:
        return None
    return ParsedCode(
        issuer=code[:3],
        serial=int(code[3:13]),
        mac=code[13:22],
        province=int(code[22:24]),
        extension=int(code[24:]),
        others=(code[:13] + code[22:]).encode(),
    )


def judge(code: ParsedCode, key_of: Callable[[date], MacKey], now: datetime) -> int | Reason:
    """The accepted step (current or previous), or code_expired, code_from_future (±10 steps), else code_not_valid."""
    current = step_of(now)
    ages = [0, 1, *range(2, STEPS_EXPLAINED + 1), *range(-1, -STEPS_EXPLAINED - 1, -1)]
    for age in ages:
        step = current - age
        if equal(code_mac(key_of(step_day(step)), code.others, step).encode(), code.mac.encode()):
            if age < 0:
                return records.CODE_FROM_FUTURE
            return step if age <= 1 else records.CODE_EXPIRED
    return records.CODE_NOT_VALID


def allowed_purpose(extension: int) -> Purpose | None:
    """The one purpose a code is for; None is any. Raises ValueError for an index no purpose has."""
    if extension == 0:
        return None
    if extension > len(_PURPOSES):
        raise ValueError("no purpose has this index")
    return _PURPOSES[extension - 1]


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
