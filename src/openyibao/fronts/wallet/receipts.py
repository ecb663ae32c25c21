"""Receipts of one's own settlements, to keep and to have checked by whomever one likes. 中文: 我的结算收据。"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere
from openyibao.fronts.shared.proving import receipt_file
from openyibao.fronts.shared.security import SECURITY_HEADERS
from openyibao.fronts.wallet.rights import REFUSED, subject_here
from openyibao.fronts.wallet.rights_words import RIGHTS_WORDS
from openyibao.kit.outcome import Refused
from openyibao.rooms import settlement

ID_END = 2**63
"""A number from here on is nobody's; PostgreSQL would not take it."""


@get("/receipts/{settlement_id:int}", include_in_schema=False)
async def show_receipt(request: PageRequest, platform: PlatformHere, settlement_id: FromPath[int]) -> Response[Any]:
    """The receipt of one of the person's settlements, as a file."""
    settlement_id = settlement_id if 0 < settlement_id < ID_END else 0
    page = Page(platform, request, RIGHTS_WORDS)
    async with platform.readers.reading() as reading:
        _, subject = await subject_here(page, reading)
        found = await settlement.receipt_of(
            reading, cells=subject.cells, settlement_id=settlement_id, person_id=subject.person_id
        )
    if isinstance(found, Refused):
        return page.show_box(page.refused(found), status_code=REFUSED)
    headers = {
        **SECURITY_HEADERS,
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="receipt-{settlement_id}.json"',
    }
    return Response(msgspec.json.encode(receipt_file(found)), media_type="application/json", headers=headers)


RECEIPT_HANDLERS = (show_receipt,)
