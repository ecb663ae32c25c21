"""Codes that a system took without a network, sent in over the REST interface. 中文: 断网受理接口。"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from openyibao.fronts.api.bodies import Code
from openyibao.fronts.api.calls import Call, Route
from openyibao.fronts.api.reasons import KEY_MISSING
from openyibao.kit.outcome import Refused
from openyibao.rooms.acceptances import OfflineRequest, Taken
from openyibao.rooms.presentation import Purpose

KEY_MIN, KEY_MAX = 8, 64


class OfflineBody(msgspec.Struct, forbid_unknown_fields=True):
    """What was taken down: the code, when by a clock set at the last contact, and the amount that was due."""

    code: Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[^\x00]*$")]
    taken_at: Annotated[datetime, msgspec.Meta(tz=True)]
    amount_fen: Annotated[int, msgspec.Meta(ge=1, le=10**9)]
    terminal_code: Code
    operator_code: Code
    purpose: Purpose


async def _send_in(call: Call) -> Any:
    body: OfflineBody = call.body
    key = call.request_key
    if key is None or not KEY_MIN <= len(key) <= KEY_MAX or not key.replace("-", "").replace("_", "").isalnum():
        return Refused(KEY_MISSING)
    answer = await call.platform.lane.submit(
        "sync_offline",
        OfflineRequest(
            code=body.code,
            taken_at=body.taken_at,
            amount_fen=body.amount_fen,
            institution_id=call.institution_id,
            terminal_code=body.terminal_code,
            operator_code=body.operator_code,
            purpose=body.purpose,
            request_key=key,
        ),
    )
    if isinstance(answer, Refused):
        return answer
    assert isinstance(answer, Taken)
    return {
        "masked_name": answer.shown.masked_name,
        "visit_token": answer.shown.visit_token,
        "expires_at": answer.shown.expires_at,
        "amount_fen": answer.amount_fen,
        "repeated": answer.repeated,
    }


OFFLINE_ROUTES: dict[tuple[str, str], Route] = {
    ("POST", "offline-acceptances"): Route(
        run=_send_in,
        body=OfflineBody,
        summary="Send in a code that was taken without a network; the answer is a visit token, good for half an hour from now",
    ),
}
