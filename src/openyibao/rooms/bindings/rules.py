"""Pure rules of bindings: keys of days, serials. 中文: 绑定规则。"""

from __future__ import annotations

from datetime import date

from openyibao.kit.crypto import hmac_sm3
from openyibao.kit.db import BUCKETS
from openyibao.rooms.bindings.records import SERIALS

BINDINGS_MAX = 20
"""Active bindings of a credential, unless the setting says another number."""
DAYS_OFFLINE = 7
"""For so many days a phone gets keys, unless the setting says another number."""
NAME_MAX = 40
FACTS_LEAST = 2
CALLS_UNPROVED_MAX = 3
"""So many calls a day that prove nothing, then the hotline takes none about that person."""
CALLS_LISTED_MAX = 100


def derive_day_key(binding_secret: bytes, on: date) -> bytes:
    """The key of one Shanghai day, 32 octets: HMAC-SM3(binding secret, day)."""
    return hmac_sm3(binding_secret, b"openyibao day key\0" + on.isoformat().encode())


def place_serial(drawn: int, bucket: int) -> int:
    """The serial for a number drawn below ``SERIALS // BUCKETS``: ``serial % BUCKETS == bucket``, ten digits."""
    if not 0 <= drawn < SERIALS // BUCKETS or not 0 <= bucket < BUCKETS:
        raise ValueError("the drawn number or the bucket is out of range")
    return drawn * BUCKETS + bucket


def province_of(insured_area: int | None, *, default: int) -> int:
    """The two digits of the province in a code, 10 to 99: those of the insured area, ``default`` where there is none."""
    return default if insured_area is None else insured_area // 10_000
