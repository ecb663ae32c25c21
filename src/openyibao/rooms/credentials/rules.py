"""Pure rules of credentials: keys of days, serials, statements. 中文: 凭证规则。"""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec

from openyibao.kit.crypto import hmac_sm3
from openyibao.kit.db import BUCKETS
from openyibao.rooms.credentials.records import SERIALS, PersonToIssue

CODE_LIFETIME = timedelta(minutes=5)
CODE_ATTEMPTS_MAX = 5
CODES_AN_HOUR_MAX = 5


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


def identity_text(person: PersonToIssue) -> str:
    """What makes two credentials the same one: name, kind and number of the document, as JSON.

    JSON marks where each part ends, so that no name can read like another person's name and document.
    """
    return msgspec.json.encode([person.name, person.document_type, person.document_number.upper()]).decode()


def write_statement(
    *, credential_id: int, identity_digest: bytes, insured_area: int | None, issued_at: datetime
) -> bytes:
    """The canonical JSON the issuer signs: keys in order, no spaces; it names no person in clear."""
    return msgspec.json.encode(
        {
            "credential_id": credential_id,
            "identity_digest": identity_digest.hex(),
            "insured_area": insured_area,
            "issued_at": issued_at,
        },
        order="deterministic",
    )
