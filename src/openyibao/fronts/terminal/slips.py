"""The slip of a settlement, its reversal, and the list of the day. 中文: 结算单与今日记录。"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from openyibao.fronts.shared.aiding import reverse_bill
from openyibao.fronts.shared.pages import PageRequest, PlatformHere
from openyibao.fronts.terminal import views
from openyibao.fronts.terminal.sessions import LOOKUP, in_session
from openyibao.fronts.terminal.stay_forms import refund_lines
from openyibao.kit.batch import Unknown
from openyibao.kit.crypto import sm3, sm3_hex
from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import Refused
from openyibao.rooms import settlement
from openyibao.rooms.settlement import RefundRequest, ReverseRequest, SettlementKind

REFUSED = 422


@get("/slip/{cell:int}/{settlement_id:int}", include_in_schema=False)
async def show_slip(
    request: PageRequest, platform: PlatformHere, cell: FromPath[int], settlement_id: FromPath[int]
) -> Response[Any]:
    """The slip, to be printed; a settlement that stands may be reversed from here."""
    page, session = in_session(platform, request)
    async with platform.readers.reading() as reading:
        found = await settlement.explain_settlement(
            reading, platform.desk, cell=cell, settlement_id=settlement_id, institution_id=session.institution_id
        )
    if isinstance(found, Refused):
        return page.show_box(page.refused(found), status_code=404)
    done = found.settlement
    institution = platform.desk.directory.by_id(done.institution_id)
    return page.html(
        "terminal/slip.html",
        session=session,
        found=found,
        done=done,
        institution=institution,
        reversal=done.kind is SettlementKind.reversal,
        segments=views.settlement_segments(done, page.language),
        lines=views.line_views(found.items, (), found.steps, found.item_names, page.language),
        steps=[(views.sentence(step, page.language), step.article) for step in found.steps if step.line_no is None],
        at=views.shanghai_text(done.settled_at),
        title=found.document_title_en if page.language == "en" else found.document_title_zh,
        request_key=f"R{sm3_hex(platform.randomness.octets(16))[:31]}",
        refund_key=f"F{sm3_hex(platform.randomness.octets(16))[:31]}",
        refundable=views.refundable_lines(found.items, found.item_names, page.language),
        corrections=[
            (one, [(link.settlement_id, link.new_settlement_id) for link in one.settlements])
            for one in found.corrections
        ],
    )


@post("/slip/{cell:int}/{settlement_id:int}/refund", status_code=200, include_in_schema=False)
async def refund(
    request: PageRequest, platform: PlatformHere, cell: FromPath[int], settlement_id: FromPath[int]
) -> Response[Any]:
    """Take the filled-in items back and settle the rest; the answer says what cash changes hands."""
    page, session = in_session(platform, request)
    form = await request.form()
    key = str(form.get("request_key", ""))[:64] or f"F{settlement_id}"
    lines = refund_lines(form)
    if not lines:
        return page.show_box(page.box("refund_nothing"), status_code=REFUSED)
    asked = RefundRequest(
        **session.caller(),
        request_key=key,
        digest=sm3(f"refund|{cell}|{settlement_id}|".encode() + msgspec.json.encode(lines)),
        cell=cell,
        settlement_id=settlement_id,
        lines=lines,
    )
    try:
        answer = await platform.lane.submit("refund_items", asked)
    except Unknown:
        return page.show_box(page.box("not_yet_known", tone="wait"), status_code=503)
    if isinstance(answer, Refused):
        return page.show_box(page.refused(answer), status_code=REFUSED)
    cash_fen = answer.cash_fen
    words = "difference_none" if not cash_fen else "difference_back" if cash_fen < 0 else "difference_owed"
    new = answer.settlements[0].new_settlement_id or answer.settlements[0].reversal_id
    return page.html(
        "terminal/refunded.html",
        box=page.box("refunded", tone="good"),
        done=answer,
        collect=page.say(words, sum=yuan_text(abs(cash_fen))),
        slip=f"/terminal/slip/{cell}/{new}",
    )


@post("/slip/{cell:int}/{settlement_id:int}/reverse", status_code=200, include_in_schema=False)
async def reverse(
    request: PageRequest, platform: PlatformHere, cell: FromPath[int], settlement_id: FromPath[int]
) -> Response[Any]:
    """Undo a settlement; refusals say what is in the way."""
    page, session = in_session(platform, request)
    key = str((await request.form()).get("request_key", ""))[:64] or f"R{settlement_id}"
    asked = ReverseRequest(
        **session.caller(),
        request_key=key,
        digest=sm3(f"reverse|{cell}|{settlement_id}".encode()),
        cell=cell,
        settlement_id=settlement_id,
    )
    try:
        answer = await reverse_bill(platform, asked)
    except Unknown:
        return page.show_box(page.box("not_yet_known", tone="wait"), status_code=503, lookup=f"{LOOKUP}{key}")
    if isinstance(answer, Refused):
        return page.show_box(page.refused(answer), status_code=REFUSED)
    return page.go(f"/terminal/slip/{answer.settlement.cell}/{answer.settlement.settlement_id}")


@get("/today", include_in_schema=False)
async def show_today(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What was settled and reversed here today, the newest first."""
    page, session = in_session(platform, request)
    async with platform.readers.reading() as reading:
        rows = await settlement.list_settlements(reading, session.institution_id, platform.clock.today())
    gone = {row.original_settlement_id for row in rows}
    listed = [(row, views.shanghai_text(row.settled_at)[-5:], row.settlement_id in gone) for row in rows]
    return page.html("terminal/today.html", session=session, rows=listed, on=platform.clock.today().isoformat())


SLIP_HANDLERS = (show_slip, refund, reverse, show_today)
