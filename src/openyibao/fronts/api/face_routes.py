"""The routes of faces: a challenge for a terminal's camera, and what it took, in place of a code (P12). 中文: 刷脸接口。"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

import msgspec

from openyibao.fronts.api.answers import shown_body
from openyibao.fronts.api.bodies import Code
from openyibao.fronts.api.calls import Call, Route
from openyibao.fronts.shared import known_faces
from openyibao.fronts.shared.known_faces import Capture, FaceAtDesk
from openyibao.kit.outcome import Refused
from openyibao.rooms.presentation import Purpose

_Base64 = Annotated[str, msgspec.Meta(min_length=4, max_length=1_900_000, pattern=r"^[0-9A-Za-z+/]*={0,2}$")]


class FaceChallengeBody(msgspec.Struct, forbid_unknown_fields=True):
    """Ask for what the person is to do before this terminal's camera."""

    terminal_code: Code
    operator_code: Code


class FaceBody(msgspec.Struct, forbid_unknown_fields=True):
    """What the camera took, and among whom the face is looked for: by exactly one of the three ways.

    ``capture`` is base64 of the frames: for each 4 octets of milliseconds, 4 octets of length (big-endian), then its JPEG.
    """

    challenge_id: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{16}-[0-9a-f]{48}$")]
    capture: _Base64
    terminal_code: Code
    operator_code: Code
    purpose: Purpose
    phone_tail: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}$")] | None = None
    document_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{17}[0-9Xx]$")] | None = None
    stays_here: bool = False
    """Among the people who lie at this institution."""
    password: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")] | None = None

    def __post_init__(self) -> None:
        ways = (self.phone_tail is not None, self.document_number is not None, self.stays_here)
        if sum(ways) != 1:
            raise ValueError("exactly one of phone_tail, document_number and stays_here")

    def __repr__(self) -> str:
        return f"FaceBody(purpose={self.purpose})"


def _reference(call: Call) -> str:
    """Whose challenge it is: this terminal's and operator's at this institution; one is open at a time."""
    body = call.body
    return f"api-{call.institution_id}-{body.terminal_code}-{body.operator_code}"[:80]


async def _challenge(call: Call) -> Any:
    drawn = await known_faces.draw_challenge(call.platform, reference=_reference(call))
    if isinstance(drawn, Refused):
        return drawn
    return {
        "challenge_id": drawn.challenge_id,
        "actions": [
            {"action": one.action.value, "from_ms": one.from_ms, "to_ms": one.to_ms} for one in drawn.plan.actions
        ],
        "total_ms": drawn.plan.total_ms,
    }


async def _present(call: Call) -> Any:
    body: FaceBody = call.body
    try:
        octets = base64.b64decode(body.capture, validate=True)
    except binascii.Error:
        octets = b""
    asked = FaceAtDesk(
        capture=Capture(reference=_reference(call), challenge_id=body.challenge_id, octets=octets),
        institution_id=call.institution_id,
        terminal_code=body.terminal_code,
        operator_code=body.operator_code,
        purpose=body.purpose,
        phone_tail=body.phone_tail,
        document_number=body.document_number,
        stays_here=body.stays_here,
        password=body.password,
        caller_key=call.request_key,
    )
    answer = await known_faces.identify_face(call.platform, asked)
    return answer if isinstance(answer, Refused) else shown_body(answer)


FACE_ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "face-challenges"): Route(
        run=_challenge,
        body=FaceChallengeBody,
        summary="What a person is to do before a terminal's camera; good for two minutes",
    ),
    ("POST", "face-presentations"): Route(
        run=_present,
        body=FaceBody,
        summary="Know a person by their face in place of a code; the answer is that of a scan",
    ),
}
