"""How wrong names are counted, so that nobody guesses who is insured: by device, address, document and channel. 中文: 试探限制。

A stranger who tries thousands of documents from thousands of devices and addresses meets the limit of the channel's
sixteenth that their addresses fall in; the other fifteen, the other channels and the counters stay open to everybody.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from openyibao.kit.crypto import Sealer
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms.activations import reasons, rules, store
from openyibao.rooms.activations.records import ChannelRules
from openyibao.rooms.areas import bucket_of_digest

CHANNEL_PARTS = 16
Subject = tuple[int, str, bytes]


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """From where somebody tries: ``device`` is a browser, an officer or an institution; ``address`` a network address."""

    device: str
    address: str
    channel_code: str


def window_of(at: datetime) -> datetime:
    """The hour a try is counted in."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _subject(sealer: Sealer, kind: str, text: str) -> Subject:
    digest = sealer.digest(f"{kind}|{text}", purpose="activations.tries")
    return bucket_of_digest(digest), kind, digest


def subjects_of(sealer: Sealer, origin: Origin, document: str) -> list[Subject]:
    """What a try is counted on; the channel's part follows from the address."""
    address = _subject(sealer, "address", origin.address)
    part = address[2][0] % CHANNEL_PARTS
    return [
        _subject(sealer, "device", origin.device),
        address,
        _subject(sealer, "document", document),
        _subject(sealer, "channel", f"{origin.channel_code}|{part}"),
    ]


async def refuse_tries(tx: Tx, subjects: list[Subject], channel: ChannelRules, at: datetime) -> Refused | None:
    """``activation_tries_exhausted`` where one of the subjects has tried too often this hour."""
    window = window_of(at)
    tried = await store.read_tries(tx, subjects, window_at=window)
    for _, kind, digest in subjects:
        if kind in channel.uncounted:
            continue
        most = channel.tries_an_hour if kind == "device" else rules.SUBJECT_LIMITS[kind]
        if tried.get((kind, digest), 0) >= most:
            left = window + rules.WINDOW - at
            return Refused(reasons.ACTIVATION_TRIES_EXHAUSTED, {"minutes": 1 + int(left.total_seconds()) // 60})
    return None


async def count_code(tx: Tx, sealer: Sealer, person: tuple[int, int], at: datetime) -> Refused | None:
    """Count a code sent to a person's phone; ``activation_too_often`` where five went out this hour."""
    subject = _subject(sealer, "phone", f"{person[0]}|{person[1]}")
    window = window_of(at)
    tried = await store.read_tries(tx, [subject], window_at=window)
    if tried.get(subject[1:], 0) >= rules.CODES_AN_HOUR_MAX:
        return Refused(reasons.ACTIVATION_TOO_OFTEN)
    await store.raise_tries(tx, [subject], window_at=window)
    return None
