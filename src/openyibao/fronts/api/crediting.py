"""The agency's door for account credits. 中文: 划账接口。"""

from __future__ import annotations

from typing import Any

import msgspec

from openyibao.fronts.api.answers import credited_body
from openyibao.fronts.api.bodies import CreditBatchBody
from openyibao.fronts.api.reasons import BODY_INVALID, CREDIT_NOT_ALLOWED
from openyibao.fronts.shared import Platform
from openyibao.fronts.shared.crediting import CreditLine, credit
from openyibao.kit.crypto import sm3
from openyibao.kit.outcome import Refused
from openyibao.rooms.account_credits import NewCreditBatch
from openyibao.rooms.areas import PoolingArea
from openyibao.rooms.ledger import AccountPot


async def credit_batch(platform: Platform, institution_id: int, body: CreditBatchBody) -> Any:
    """Credit a batch. Reasons: credit_not_allowed · body_invalid · credit_batch_differs; those of single lines stand in the answer."""
    async with platform.readers.reading() as reading:
        await platform.desk.fresh(reading)
    area = platform.desk.areas.by_code(body.pooling_area)
    if area is None or not _may_credit(platform, institution_id, area):
        return Refused(CREDIT_NOT_ALLOWED, {"pooling_area": body.pooling_area})
    if len({line.line_no for line in body.lines}) < len(body.lines):
        return Refused(BODY_INVALID, {"fault": "line_no is there twice"})
    new = NewCreditBatch(
        pooling_area=area.pooling_area,
        batch_code=body.batch_code,
        account_year=body.account_year,
        digest=sm3(msgspec.msgpack.encode(body.lines)),
        line_count=len(body.lines),
        amount_fen=sum(line.amount_fen for line in body.lines),
    )
    lines = (
        CreditLine(
            line_no=line.line_no,
            document_type=line.document_type,
            document_number=line.document_number,
            pot=AccountPot(line.pot),
            amount_fen=line.amount_fen,
        )
        for line in body.lines
    )
    done = await credit(platform, area, new, lines, actor=str(institution_id))
    return done if isinstance(done, Refused) else credited_body(done)


def _may_credit(platform: Platform, institution_id: int, area: PoolingArea) -> bool:
    """Whether the area's settings name this caller: agencies sign in as institutions do."""
    caller = platform.desk.directory.by_id(institution_id)
    return caller is not None and caller.institution_code in area.settings.credit_agencies
