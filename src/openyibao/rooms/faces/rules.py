"""Pure rules of faces: how templates are written and sealed, what a challenge's signature covers, how long it holds. 中文: 人脸规则。"""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from datetime import datetime, timedelta

from openyibao.kit.crypto import Sealer, equal
from openyibao.kit.outcome import Refused
from openyibao.kit.seeing import Plan
from openyibao.rooms.faces import reasons
from openyibao.rooms.faces.records import FaceChallenge

MODEL = "dlib-resnet-1"
NUMBERS = 128
TEMPLATES_MAX = 100_000
FACE_CONSENT_VERSION = "face-2026-11"
TAIL_DIGITS = 4
FRESH = timedelta(minutes=2)
KEPT = timedelta(hours=1)
SLACK = timedelta(milliseconds=600)
"""Clocks of page and service run a little apart."""
_PERSON, _CHALLENGE, _TAIL = "faces.person", "faces.challenge", "faces.phone_tail"


def _place(template_id: int) -> str:
    return f"face_templates.template_sealed:{template_id}"


def seal_template(sealer: Sealer, template_id: int, numbers: Sequence[float]) -> bytes:
    """The numbers of a face, sealed to their row. Raises ValueError where they are not 128."""
    if len(numbers) != NUMBERS:
        raise ValueError(f"a template has {NUMBERS} numbers")
    return sealer.seal(struct.pack(f"<{NUMBERS}f", *numbers), where=_place(template_id))


def open_template(sealer: Sealer, template_id: int, sealed: bytes) -> tuple[float, ...]:
    """The numbers of a sealed template. Raises UnsealFault where it was altered or is another row's."""
    return struct.unpack(f"<{NUMBERS}f", sealer.unseal(sealed, where=_place(template_id)))


def person_name(sealer: Sealer, bucket: int, person_id: int) -> str:
    """The name under which a provider knows a person: bucket and keyed digest, neither of which tells who it is."""
    return f"{bucket}-{person_digest(sealer, bucket, person_id).hex()}"


def person_digest(sealer: Sealer, bucket: int, person_id: int) -> bytes:
    """The keyed digest of a person."""
    return sealer.digest(f"{bucket}|{person_id}", purpose=_PERSON)


def read_person_name(person: str) -> tuple[int, bytes] | None:
    """Bucket and digest of a name that ``person_name`` made; None where it is none."""
    found = re.fullmatch(r"([0-9]{1,4})-([0-9a-f]{64})", person)
    return None if found is None else (int(found[1]), bytes.fromhex(found[2]))


def sign_challenge(sealer: Sealer, *, nonce: str, reference: str, person: str, plan: Plan, issued_at: datetime) -> str:
    """The name of a challenge: its nonce, and a keyed digest of all that it says. Whoever alters its row alters its name."""
    said = f"{nonce}|{reference}|{person}|{plan.text()}|{issued_at.isoformat()}"
    return f"{nonce}-{sealer.digest(said, purpose=_CHALLENGE).hex()[:48]}"


def judge_challenge(sealer: Sealer, kept: FaceChallenge | None, challenge_id: str, at: datetime) -> Refused | None:
    """Whether a challenge may be answered now. Order: face_challenge_unknown · _used · _stale."""
    if kept is None or not equal(kept.challenge_id.encode(), challenge_id.encode()):
        return Refused(reasons.FACE_CHALLENGE_UNKNOWN)
    said = "|".join(
        (challenge_id.partition("-")[0], kept.reference, kept.person, kept.plan.text(), kept.issued_at.isoformat())
    )
    ours = (each.hex()[:48] for each in sealer.digests(said, purpose=_CHALLENGE).values())
    if not any(equal(each.encode(), challenge_id.partition("-")[2].encode()) for each in ours):
        return Refused(reasons.FACE_CHALLENGE_UNKNOWN)
    if kept.used_at is not None:
        return Refused(reasons.FACE_CHALLENGE_USED)
    sooner = kept.issued_at + timedelta(milliseconds=kept.plan.total_ms) - SLACK
    if not sooner <= at <= kept.issued_at + FRESH:
        return Refused(reasons.FACE_CHALLENGE_STALE)
    return None


def tail_of(phone: str) -> str | None:
    """The last four digits of a phone number."""
    tail = phone[-TAIL_DIGITS:]
    return tail if len(tail) == TAIL_DIGITS and tail.isascii() and tail.isdigit() else None


def tail_digest(sealer: Sealer, tail: str) -> bytes:
    """By what templates are found whose phone ends so."""
    return sealer.digest(tail, purpose=_TAIL)


def tail_digests(sealer: Sealer, tail: str) -> list[bytes]:
    """The same under each key, for looking up."""
    return list(sealer.digests(tail, purpose=_TAIL).values())
