"""9001 and 9002: operators sign in and out by message. 中文: 签到签退。"""

from __future__ import annotations

from datetime import datetime

from openyibao.fronts.national.calls import Answer, WireCall, text
from openyibao.fronts.national.reasons import SIGN_IN_UNKNOWN
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import exchange
from openyibao.rooms.exchange import SignIn
from openyibao.wire.national.envelope import moment, node_of
from openyibao.wire.national.names import read_number


async def sign_in(call: WireCall) -> Answer:
    """9001."""
    row = node_of(call.sent, "signIn", "data")
    operator = text(row, "opter_no", 40) or call.envelope.operator_code

    async def run(tx: Tx) -> SignIn:
        return await exchange.sign_in(
            tx,
            call.platform.clock,
            institution_id=call.institution_id,
            operator_code=operator,
            message_no=call.envelope.message_no,
        )

    done: SignIn = await call.platform.lane.submit("work", Work(run))
    told = {"sign_no": str(done.sign_in_id), "sign_time": moment(done.signed_in_at)}
    # Software of one city reads the node under another name.
    return {"signinoutb": told, "result": told}


async def sign_out(call: WireCall) -> Answer:
    """9002."""
    row = node_of(call.sent, "signOut", "data")
    number = read_number(text(row, "sign_no", 30) or call.envelope.sign_in_no)

    async def run(tx: Tx) -> datetime | None:
        return await exchange.end_sign_in(
            tx, call.institution_id, number, call.platform.clock.now(), message_no=call.envelope.message_no
        )

    at = await call.platform.lane.submit("work", Work(run))
    if at is None:
        return Refused(SIGN_IN_UNKNOWN)
    told = {"sign_time": moment(at)}
    # The tables print a node of this name; what reads it differs.
    return {"sign_time": told, "signoutoutb": told, "signinoutb": told, "result": told}
