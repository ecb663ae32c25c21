"""Eyes: pictures read, faces found, five landmarks, the 128 numbers of a face. Needs the extra ``face``. 中文: 人脸检测与特征。"""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from typing import Any

import cv2
import dlib
import msgspec
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
WIDTH_MAX = 1_280
FACE_MIN = 80
"""The detector's smallest face, in pixels."""
SURE = 0.0
ROOM = 0.35
"""So much of a face's width is looked at around where it was in the frame before."""


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """One face in one frame: five landmarks in pixels, the picture's own left first: eye, eye, and the foot of the nose."""

    left_outer: tuple[float, float]
    left_inner: tuple[float, float]
    right_inner: tuple[float, float]
    right_outer: tuple[float, float]
    nose: tuple[float, float]
    box: tuple[int, int, int, int]
    """Left, top, right, bottom."""

    @property
    def eyes(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The middles of both eyes."""
        left = ((self.left_outer[0] + self.left_inner[0]) / 2, (self.left_outer[1] + self.left_inner[1]) / 2)
        right = ((self.right_outer[0] + self.right_inner[0]) / 2, (self.right_outer[1] + self.right_inner[1]) / 2)
        return left, right

    @property
    def span(self) -> float:
        """The distance between the eyes."""
        (ax, ay), (bx, by) = self.eyes
        return math.hypot(bx - ax, by - ay)


def _model(name: str) -> str:
    # The package is not imported: its __init__ asks for setuptools' pkg_resources, which is gone.
    spec = importlib.util.find_spec("face_recognition_models")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("face_recognition_models")
    return str(Path(next(iter(spec.submodule_search_locations))) / "models" / name)


class Sight:
    """The models, loaded once a process."""

    def __init__(self) -> None:
        self._find = dlib.get_frontal_face_detector()
        self._points = dlib.shape_predictor(_model("shape_predictor_5_face_landmarks.dat"))
        self._numbers: Any = None

    def faces(self, picture: Picture, near: Face | None = None) -> list[Face]:
        """The faces in a picture, the largest first; ``near`` looks only around where one was before."""
        left, top = 0, 0
        looked = picture
        if near is not None:
            x0, y0, x1, y1 = near.box
            room = int((x1 - x0) * ROOM)
            left, top = max(0, x0 - room), max(0, y0 - room)
            looked = np.ascontiguousarray(picture[top : y1 + room, left : x1 + room])
        found, _, _ = self._find.run(looked, 0, SURE)
        faces = [self._face(picture, box, left, top) for box in found]
        return sorted(faces, key=lambda face: face.box[0] - face.box[2])

    def _face(self, picture: Picture, box: Any, left: int, top: int) -> Face:
        moved = dlib.rectangle(box.left() + left, box.top() + top, box.right() + left, box.bottom() + top)
        points = [(float(one.x), float(one.y)) for one in self._points(picture, moved).parts()]
        return Face(
            right_outer=points[0],
            right_inner=points[1],
            left_outer=points[2],
            left_inner=points[3],
            nose=points[4],
            box=(moved.left(), moved.top(), moved.right(), moved.bottom()),
        )

    def template(self, picture: Picture, face: Face) -> npt.NDArray[np.float64]:
        """The 128 numbers of a face: a tenth of a second."""
        if self._numbers is None:
            self._numbers = dlib.face_recognition_model_v1(_model("dlib_face_recognition_resnet_model_v1.dat"))
        points = (face.right_outer, face.right_inner, face.left_outer, face.left_inner, face.nose)
        shape = dlib.full_object_detection(
            dlib.rectangle(*face.box), [dlib.point(round(x), round(y)) for x, y in points]
        )
        return np.array(self._numbers.compute_face_descriptor(picture, shape))


def read_picture(jpeg: bytes) -> Picture | None:
    """A picture from its JPEG, red first; None where it is none or too large."""
    read = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if read is None or max(read.shape[:2]) > WIDTH_MAX:
        return None
    return np.ascontiguousarray(read[:, :, ::-1], dtype=np.uint8)


def distance(one: npt.ArrayLike, other: npt.ArrayLike) -> float:
    """How far two templates are apart: below ``Thresholds.same_max`` it is one person."""
    return float(np.linalg.norm(np.asarray(one) - np.asarray(other)))
