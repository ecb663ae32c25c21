"""A made-up head before a made-up camera: a photograph laid over a solid head, turned as a person turns theirs.

For tests and for ``openyibao faces attacks``. The head is an ellipsoid with a nose and eye sockets; a flat picture of the same
photograph is what an attacker holds up. Needs the extra ``face``. 中文: 合成头部与拍摄。
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from openyibao.kit.ids import SeededRandomness
from openyibao.kit.seeing.frames import Frame
from openyibao.kit.seeing.sight import Picture, Sight

SPAN = 70
"""Pixels between the eyes in the texture."""
ACROSS, DOWN = 2.6, 3.0
"""Half the texture, in distances of the eyes."""
WIDTH, HEIGHT = 320, 240
COARSE = 8
CAMERA = 8.0
Floats = npt.NDArray[np.float32]


class Chance:
    """Numbers that are the same for the same seed, few and many."""

    def __init__(self, seed: int) -> None:
        self.source = SeededRandomness(seed)

    def between(self, low: float, high: float) -> float:
        """A number from low to high."""
        return low + (high - low) * self.source.below(1_000_000) / 1_000_000

    def octets(self, shape: tuple[int, ...]) -> Picture:
        """An array of octets."""
        return np.frombuffer(self.source.octets(math.prod(shape)), np.uint8).reshape(shape)

    def noise(self, shape: tuple[int, ...]) -> Floats:
        """An array of noise around nought with a deviation of about one: three octets make it nearly normal."""
        parts = self.octets((3, *shape)).astype(np.float32).sum(axis=0)
        return np.asarray((parts - 382.5) / 128, dtype=np.float32)


class Head(msgspec.Struct, frozen=True):
    """A texture in its own frame: the middle between the eyes at its middle, ``SPAN`` pixels from eye to eye."""

    texture: Any
    name: str

    @property
    def person(self) -> str:
        """Whose head it is: photographs of one person are numbered."""
        return self.name.partition("-")[0].rstrip("0123456789")


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """How a head (or a picture of one) is held: angles in degrees, shift in distances of the eyes, nearness as a factor."""

    turn: float = 0.0
    nod: float = 0.0
    tilt: float = 0.0
    right: float = 0.0
    down: float = 0.0
    near: float = 1.0


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Camera and light of one sequence."""

    span: float = 46.0
    backdrop: Any = None
    gain: float = 1.0
    slope: float = 0.0
    noise: float = 2.5
    quality: int = 80
    blur: float = 0.0


def read_head(path: Path, sight: Sight, *, shape: tuple[float, float] = (1.0, 1.0), mirrored: bool = False) -> Head:
    """A head from a photograph; ``shape`` stretches it, so that few photographs make many faces. Raises ValueError without a face."""
    read = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if read is None:
        raise ValueError(f"{path} is no picture")
    scale = min(1.0, 900 / max(read.shape[:2]))
    small = cv2.resize(read, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[:, :, ::-1]
    photo = np.ascontiguousarray(small[:, ::-1] if mirrored else small, dtype=np.uint8)
    faces = sight.faces(photo)
    if not faces:
        raise ValueError(f"{path} shows no face")
    face = faces[0]
    (ax, ay), (bx, by) = face.eyes
    angle, factor = math.degrees(math.atan2(by - ay, bx - ax)), SPAN / face.span
    turning = cv2.getRotationMatrix2D(((ax + bx) / 2, (ay + by) / 2), angle, factor)
    wide, high = int(2 * ACROSS * SPAN), int(2 * DOWN * SPAN)
    turning[:, 2] += np.array([wide / 2 - (ax + bx) / 2, high / 2 - (ay + by) / 2])
    stretch = np.array([[shape[0], 0, wide / 2 * (1 - shape[0])], [0, shape[1], high / 2 * (1 - shape[1])]])
    whole = stretch @ np.vstack([turning, [0, 0, 1]])
    texture = cv2.warpAffine(photo, whole, (wide, high), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    return Head(np.asarray(texture, dtype=np.uint8), f"{path.stem}{'-mirrored' if mirrored else ''}")


def backdrop(draw: Chance) -> Picture:
    """A wall with something on it, out of focus."""
    blobs = 30 + draw.octets((6, 8, 3)) % 180
    return np.asarray(cv2.GaussianBlur(cv2.resize(blobs, (WIDTH, HEIGHT)), (0, 0), 5), dtype=np.uint8)


def _relief(x: Floats, y: Floats) -> Floats:
    """How far the head stands out towards the camera at a place of its front, in distances of the eyes."""
    ball = 1 - (x / 1.3) ** 2 - ((y - 0.35) / 1.9) ** 2
    solid = 1.15 * np.sqrt(np.clip(ball, 0.0, None)) + 0.6 * np.minimum(ball, 0.0)
    nose = 0.36 * np.exp(-((x / 0.2) ** 2) - ((y - 0.52) / 0.3) ** 2)
    sockets = -0.07 * (
        np.exp(-(((x - 0.5) / 0.25) ** 2) - (y / 0.2) ** 2) + np.exp(-(((x + 0.5) / 0.25) ** 2) - (y / 0.2) ** 2)
    )
    return np.asarray(solid + nose + sockets, dtype=np.float32)


def _bent(bend: float) -> Any:
    def depth(x: Floats, y: Floats) -> Floats:
        return np.asarray(-bend * x**2, dtype=np.float32)

    return depth


def _turning(held: Held) -> npt.NDArray[np.float64]:
    # To the person's left is to the picture's right; looking up lifts the nose.
    a, b, c = math.radians(held.turn), math.radians(-held.nod), math.radians(held.tilt)
    about_y = np.array([[math.cos(a), 0, math.sin(a)], [0, 1, 0], [-math.sin(a), 0, math.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, math.cos(b), math.sin(b)], [0, -math.sin(b), math.cos(b)]])
    about_z = np.array([[math.cos(c), -math.sin(c), 0], [math.sin(c), math.cos(c), 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x)


def render(
    head: Head, held: Held, look: Look, *, depth: Any = _relief, whole: bool = False, pivot: float = -0.9
) -> Picture:
    """What the camera sees. ``whole`` shows the photograph to its edge, as a print does; else the head alone before the backdrop."""
    wide, high = WIDTH // COARSE, HEIGHT // COARSE
    px, py = np.meshgrid(np.linspace(0, WIDTH - 1, wide), np.linspace(0, HEIGHT - 1, high))
    span = look.span * held.near
    x0 = (px - WIDTH / 2) / span - held.right
    y0 = (py - HEIGHT * 0.42) / span - held.down
    turning, neck = _turning(held), np.array([0.0, 0.9, pivot])
    at = np.array([0.0, 0.0, float(depth(np.zeros(1, np.float32), np.zeros(1, np.float32))[0])])
    u, v = x0.astype(np.float32), y0.astype(np.float32)
    for _ in range(5):
        z = depth(u, v)
        solid = np.stack([u - neck[0], v - neck[1], z - at[2] - neck[2]], axis=-1) @ turning.T + neck
        factor = CAMERA / (CAMERA - solid[..., 2])
        u = (u + 0.9 * (x0 - solid[..., 0] * factor)).astype(np.float32)
        v = (v + 0.9 * (y0 - solid[..., 1] * factor)).astype(np.float32)
    mu = cv2.resize(u, (WIDTH, HEIGHT)) * SPAN + ACROSS * SPAN
    mv = cv2.resize(v, (WIDTH, HEIGHT)) * SPAN + DOWN * SPAN
    seen = cv2.remap(head.texture, mu, mv, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    fu, fv = (mu / SPAN - ACROSS), (mv / SPAN - DOWN)
    if whole:
        inside = (np.abs(fu) < ACROSS * 0.94) & (np.abs(fv) < DOWN * 0.94)
        edge = inside.astype(np.float32)
    else:
        ball = (fu / 1.28) ** 2 + ((fv - 0.3) / 1.85) ** 2
        edge = np.clip((1.06 - ball) / 0.12, 0, 1).astype(np.float32)
    shown = seen * edge[..., None] + look.backdrop * (1 - edge[..., None])
    return _lit(shown, look)


def _lit(shown: Any, look: Look) -> Picture:
    light = look.gain * (1 + look.slope * np.linspace(-1, 1, WIDTH))[None, :, None]
    return np.asarray(np.clip(shown * light, 0, 255), dtype=np.uint8)


def render_flat(head: Head, held: Held, look: Look, *, bend: float = 0.0) -> Picture:
    """A picture of the head, flat or bent, held before the camera."""
    return render(head, held, look, depth=_bent(bend), whole=True, pivot=0.0)


def taken(picture: Picture, look: Look, at_ms: int, draw: Chance) -> Frame:
    """A frame as the page would send it: lens, sensor, JPEG."""
    blurred = cv2.GaussianBlur(picture, (0, 0), look.blur) if look.blur > 0.2 else picture
    noisy = blurred.astype(np.float32) + look.noise * draw.noise(picture.shape)
    read = np.clip(noisy, 0, 255).astype(np.uint8)[:, :, ::-1]
    _, jpeg = cv2.imencode(".jpg", read, [cv2.IMWRITE_JPEG_QUALITY, look.quality])
    return Frame(at_ms=at_ms, jpeg=jpeg.tobytes())
