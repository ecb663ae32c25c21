"""The camera of a page: what it is asked to take, and what came of it. 中文: 页面摄像。"""

from __future__ import annotations

from typing import Any

from litestar.datastructures import FormMultiDict, UploadFile

from openyibao.kit.seeing import CAPTURE_MAX, Action
from openyibao.rooms.activations import Challenge

SIGNS = ("ahead", *(action.value for action in Action), "checking", "none")
"""The words the page shows while it films: ``face_sign_`` and the sign."""


def camera_of(challenge: Challenge) -> dict[str, Any]:
    """A template's facts: the plan of the camera, None where the provider leads the person itself."""
    plan = {"actions": challenge.actions, "windows": challenge.windows, "total": challenge.total_ms}
    return {"camera": plan if challenge.windows else None, "camera_signs": SIGNS}


NO_CAMERA: dict[str, Any] = {"camera": None, "camera_signs": SIGNS}


async def read_capture(form: FormMultiDict) -> bytes:
    """The octets the camera took; none where the form has none or too many."""
    given = form.get("capture")
    if not isinstance(given, UploadFile):
        return b""
    octets = await given.read(CAPTURE_MAX + 1)
    return octets if len(octets) <= CAPTURE_MAX else b""
