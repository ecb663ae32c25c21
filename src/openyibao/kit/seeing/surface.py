"""What a surface gives away: the relief of a solid face, the grid of a screen, the dots of a print. 中文: 立体度与屏纹。"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import cv2
import msgspec
import numpy as np
import numpy.typing as npt

from openyibao.kit.seeing.sight import Face, Picture

POINTS_MAX, POINTS_MIN = 120, 24
NOSE_MAX, NOSE_MIN = 30, 4
PATCH = 128
Gray = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float32]


def gray(picture: Picture) -> Gray:
    """Brightness alone."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), dtype=np.uint8)


class Relief(msgspec.Struct, frozen=True, kw_only=True):
    """How solid a face is, in distances of the eyes.

    ``flat`` is what a flat thing's motion leaves unexplained, ``nose`` how far the nose goes before what a bent sheet's would.
    """

    flat: float = 0.0
    nose: float = 0.0


NONE = Relief()


def relief(pictures: Sequence[Gray], first: Face) -> Relief:
    """The relief seen between the first picture and the last, by points followed from one to the next.

    ``flat``: the homography that explains them best is taken away. What is left of a flat thing, however it is moved, turned
    and tilted, is the camera's noise; of a head that turned, its depth. The middle third counts: single lost points say nothing.
    ``nose``: a bent print has depth too, but no nose. A curved surface (of the second degree) is laid through the points around
    the nose; a solid nose goes before it.
    """
    origin, at = _followed(pictures, first)
    if len(at) < POINTS_MIN:
        return NONE
    found: Any
    found, _ = cv2.findHomography(origin, at, 0)
    if found is None:
        return NONE
    left = np.sort(np.linalg.norm((cv2.perspectiveTransform(origin, found) - at)[:, 0], axis=1))
    third = left[len(left) // 3 : 2 * len(left) // 3]
    return Relief(flat=float(np.mean(third) / first.span), nose=_nose(origin[:, 0], at[:, 0], first))


def _followed(pictures: Sequence[Gray], first: Face) -> tuple[Points, Points]:
    """Points of the face in the first picture, and where they are in the last; without those that were lost."""
    begun, (left, right), span = pictures[0], first.eyes, first.span
    x, y = (left[0] + right[0]) / 2, (left[1] + right[1]) / 2
    found: list[Any] = []
    for centre, size, most, apart in (
        ((x, y + 0.45 * span), (1.05 * span, 1.25 * span), POINTS_MAX, max(3.0, span / 14)),
        ((x, y + 0.5 * span), (0.3 * span, 0.35 * span), NOSE_MAX, 2.0),
    ):
        mask = np.zeros_like(begun)
        cv2.ellipse(mask, (int(centre[0]), int(centre[1])), (int(size[0]), int(size[1])), 0, 0, 360, 255, -1)
        corners = cv2.goodFeaturesToTrack(begun, most, 0.004, apart, mask=mask)
        found += [] if corners is None else [corners]
    if not found:
        return np.zeros((0, 1, 2), np.float32), np.zeros((0, 1, 2), np.float32)
    origin = np.concatenate(found).astype(np.float32)
    at = origin.copy()
    for before, after in itertools.pairwise(pictures):
        to, good, _ = cv2.calcOpticalFlowPyrLK(before, after, at, np.zeros_like(at), winSize=(15, 15), maxLevel=3)
        back, good_back, _ = cv2.calcOpticalFlowPyrLK(
            after, before, to, np.zeros_like(at), winSize=(15, 15), maxLevel=3
        )
        kept = (good.ravel() == 1) & (good_back.ravel() == 1) & (np.linalg.norm((back - at)[:, 0], axis=1) < 1.0)
        origin, at = origin[kept], to[kept]
        if len(at) < POINTS_MIN:
            break
    return origin, at


def _nose(origin: Points, at: Points, first: Face) -> float:
    """How far the points of the nose go across, before what the surface through the others would do."""
    (ax, ay), (bx, by) = first.eyes
    span = first.span
    axis = np.array([(bx - ax) / span, (by - ay) / span])
    placed = (origin - np.array([(ax + bx) / 2, (ay + by) / 2])) / span
    x, y = placed @ axis, placed @ np.array([-axis[1], axis[0]])
    gone = ((at - origin) / span) @ axis
    nose = (np.abs(x) < 0.24) & (y > 0.25) & (y < 0.8)
    around = (np.abs(x) > 0.34) | (y < 0.1) | (y > 0.95)
    if np.count_nonzero(nose) < NOSE_MIN or np.count_nonzero(around) < POINTS_MIN:
        return 0.0
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)
    weights, *_ = np.linalg.lstsq(terms[around], gone[around], rcond=None)
    return float(np.median(gone[nose] - terms[nose] @ weights))


def screen(picture: Gray, face: Face) -> float:
    """How far the strongest regular pattern over the face stands out in the spectrum."""
    (ax, ay), (bx, by) = face.eyes
    half = max(int(1.1 * face.span), 32)
    x, y = int((ax + bx) / 2), int((ay + by) / 2 + 0.4 * face.span)
    patch = picture[max(0, y - half) : y + half, max(0, x - half) : x + half].astype(np.float32)
    if min(patch.shape) < PATCH // 2:
        return 0.0
    # No resizing: it would wash the pattern out.
    side = min(PATCH, *patch.shape)
    patch = patch[:side, :side] - cv2.GaussianBlur(patch[:side, :side], (0, 0), 3)
    window = np.outer(np.hanning(side), np.hanning(side))
    power = np.abs(np.fft.fftshift(np.fft.fft2(patch * window)))
    axis = np.fft.fftshift(np.fft.fftfreq(side))
    fx, fy = np.meshgrid(axis, axis)
    radius = np.hypot(fx, fy)
    surroundings = cv2.blur(power, (9, 9)) + 1e-3
    ratio = power / (surroundings + np.median(power))
    # JPEG draws its own grid of eight pixels, on the axes; low frequencies are the face itself.
    eighths = (np.abs(fx) < 1.5 / side) | (np.abs(fy) < 1.5 / side)
    ratio[(radius < 0.12) | (radius > 0.5) | eighths] = 0.0
    return float(np.max(ratio))


def chip(picture: Gray, face: Face) -> npt.NDArray[np.float32]:
    """The face as a small picture of its own, eyes and nose always in the same places."""
    left, right = face.eyes
    places = np.array([left, right, face.nose], dtype=np.float32)
    to = np.array([[14, 16], [34, 16], [24, 30]], dtype=np.float32)
    small = cv2.warpAffine(picture, cv2.getAffineTransform(places, to), (48, 48)).astype(np.float32)
    return np.asarray((small - small.mean()) / (small.std() + 1e-3), dtype=np.float32)


def alike(one: npt.NDArray[np.float32], other: npt.NDArray[np.float32]) -> float:
    """How alike two chips are: 1 is the same picture, 0 nothing in common."""
    return float(np.mean(one * other))
