"""Filing and deciding as the lane runs them: what a filing comes too late for is priced again with it. 中文: 备案与补备案重算。

In one transaction: the filing or its approval, and the repricing of the settlements it would have changed, where the area looks
back at all. A repricing that is refused is stored as such; the filing stands.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import filings
from openyibao.rooms.filings import DecideRequest, Filed, FileRequest, FilingAct, FilingState
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.filing_desk import filing_desk
from openyibao.rooms.settlement.late import find_late_bills
from openyibao.rooms.settlement.records import Corrected, RepriceRequest
from openyibao.rooms.settlement.repricing import reprice

BY_RULE = "area rule"
"""Who approves the repricing for a filing that counts at once: the area, by its setting."""


async def file_filings(tx: Tx, clock: Clock, desk: Desk, requests: Sequence[FileRequest]) -> list[Filed | Refused]:
    """``filings.file_filings``; one that counts at once is followed by the repricing of what it came too late for."""
    await desk.fresh(tx)
    answers = await filings.file_filings(tx, clock, filing_desk(desk), requests)
    return [
        await _price_again(tx, clock, desk, one, approver=BY_RULE)
        if isinstance(one, Filed) and one.filing.counts_at_once
        else one
        for one in answers
    ]


async def decide_filings(tx: Tx, clock: Clock, desk: Desk, requests: Sequence[DecideRequest]) -> list[Filed | Refused]:
    """``filings.decide_filings``; an approval is followed by the repricing of what it came too late for."""
    await desk.fresh(tx)
    answers = await filings.decide_filings(tx, clock, filing_desk(desk), requests)
    return [
        await _price_again(tx, clock, desk, one, approver=request.officer)
        if isinstance(one, Filed) and request.act is FilingAct.approve
        else one
        for request, one in zip(requests, answers, strict=True)
    ]


async def _price_again(tx: Tx, clock: Clock, desk: Desk, filed: Filed, *, approver: str) -> Filed:
    filing = filed.filing
    if filed.repeated or filing.state not in {FilingState.filed, FilingState.approved}:
        return filed
    due = await find_late_bills(tx, desk, filing, today=clock.today())
    if not due:
        return filed
    facts = {one.settlement.settlement_id: one.facts for one in due}
    key = f"late-filing:{filing.filing_id}"
    request = RepriceRequest(
        agency=filing.pooling_area,
        request_key=key,
        digest=sm3(key.encode()),
        cell=filing.cell,
        settlement_ids=tuple(facts),
        remove=False,
        maker=f"filing {filing.cell}-{filing.filing_id}",
        approver=approver,
        why=f"late filing: {filing.kind.value}",
    )
    (answer,) = await reprice(tx, clock, desk, [request], new_facts=lambda old: facts[old.settlement_id])
    if not isinstance(answer, Corrected):
        return filed
    return msgspec.structs.replace(filed, correction_id=answer.correction.correction_id)
