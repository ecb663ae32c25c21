"""A capture: frames with their times, as the page packs them. 中文: 拍摄帧序列。

Layout: for each frame a 4-octet time in milliseconds and a 4-octet length (big-endian), then so many octets of JPEG.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

CAPTURE_MAX = 2_000_000
FRAMES_MAX = 120
FRAME_MAX = 60_000
FRAMES_MIN = 12
SECONDS_MAX = 40
GAP_MAX_MS = 900
_HEAD = 8


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One picture and when it was taken, in milliseconds since the capture began."""

    at_ms: int
    jpeg: bytes

    def __repr__(self) -> str:
        return f"Frame(at_ms={self.at_ms}, octets={len(self.jpeg)})"


class FramesFault(Exception):  # noqa: N818 the capture is at fault, not the program
    """A capture that is no sequence of frames."""


def pack_frames(frames: Iterable[Frame]) -> bytes:
    """The octets of a capture."""
    return b"".join(
        frame.at_ms.to_bytes(4, "big") + len(frame.jpeg).to_bytes(4, "big") + frame.jpeg for frame in frames
    )


def read_frames(capture: bytes) -> list[Frame]:
    """The frames of a capture. Raises FramesFault where it is none, is too much, too little, or its times don't rise."""
    if len(capture) > CAPTURE_MAX:
        raise FramesFault("too many octets")
    frames: list[Frame] = []
    at = 0
    while at < len(capture):
        if len(capture) - at < _HEAD or len(frames) >= FRAMES_MAX:
            raise FramesFault("cut off, or too many frames")
        at_ms, length = int.from_bytes(capture[at : at + 4], "big"), int.from_bytes(capture[at + 4 : at + _HEAD], "big")
        at += _HEAD
        if not 0 < length <= FRAME_MAX or len(capture) - at < length:
            raise FramesFault("a frame of impossible length")
        if frames and not 0 < at_ms - frames[-1].at_ms <= GAP_MAX_MS:
            raise FramesFault("times that don't rise, or a gap")
        frames.append(Frame(at_ms=at_ms, jpeg=capture[at : at + length]))
        at += length
    if len(frames) < FRAMES_MIN or frames[-1].at_ms > SECONDS_MAX * 1_000:
        raise FramesFault("too few frames, or too long")
    return frames
