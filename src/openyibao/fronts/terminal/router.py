"""The pages of the terminal: sign in, scan, bill, pre-settle, settle, slip, reverse, today. 中文: 收费终端页面。

The desk keeps its state in its own form, not on the server: any worker answers any step, and a lost page loses nothing
but typing. Each pre-settlement draws the request key its settlement will be asked under.
"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, Router, get, post
from litestar.di import Provide

from openyibao.fronts.shared.aiding import settle_bill
from openyibao.fronts.shared.carrier_proofs import scan_with_proof
from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere, fault_answers, page_guard, read_fields
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.terminal import desk, forms, views
from openyibao.fronts.terminal.cards import CARD_HANDLERS, seen_of, show_person
from openyibao.fronts.terminal.faces import FACE_HANDLERS
from openyibao.fronts.terminal.grounds import led_to_field
from openyibao.fronts.terminal.offline import OFFLINE_HANDLERS
from openyibao.fronts.terminal.sessions import LOOKUP, TerminalSession, clear_cookie, in_session, session_cookie
from openyibao.fronts.terminal.slips import SLIP_HANDLERS
from openyibao.fronts.terminal.stays import STAY_HANDLERS
from openyibao.fronts.terminal.words import TERMINAL_WORDS
from openyibao.kit.batch import Busy, Unknown, Work
from openyibao.kit.crypto import sm3_hex
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import institutions, settlement
from openyibao.rooms.cards import CardKind
from openyibao.rooms.catalogue import CatalogueItem
from openyibao.rooms.confirmations import CONFIRMATION_ASKED
from openyibao.rooms.institutions import InstitutionLevel, Operator
from openyibao.rooms.presentation import Purpose, ScanRequest

REFUSED = 422


@get("/", include_in_schema=False)
async def show_desk(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The desk, waiting for a code."""
    page, session = in_session(platform, request)
    purposes = desk.purposes_at(platform, session.institution_id)
    return page.html("terminal/desk.html", session=session, purposes=purposes, card_kinds=tuple(CardKind))


@get("/sign-in", include_in_schema=False, sync_to_thread=False)
def show_sign_in(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The form of signing in."""
    page = Page(platform, request, TERMINAL_WORDS)
    return page.html("terminal/sign_in.html", box=None, given={})


@post("/sign-in", status_code=200, include_in_schema=False)
async def sign_in(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Sign an operator in at a terminal of the institution."""
    page = Page(platform, request, TERMINAL_WORDS)
    form = await request.form()
    given: forms.SignInForm = read_fields(form, forms.SignInForm)
    kept = {name: getattr(given, name) for name in ("institution_code", "operator_code", "terminal_code")}

    async def run(tx: Tx) -> Any:
        await platform.desk.fresh(tx)
        return await institutions.sign_in(
            tx,
            platform.clock,
            platform.sealer,
            platform.desk.directory,
            institution_code=given.institution_code,
            operator_code=given.operator_code,
            password=given.password,
            second_factor=given.second_factor,
        )

    operator = await platform.lane.submit("work", Work(run=run))
    if isinstance(operator, Refused):
        return page.html("terminal/sign_in.html", status_code=REFUSED, box=page.refused(operator), given=kept)
    assert isinstance(operator, Operator)
    terminal = platform.desk.directory.terminal(operator.institution_id, given.terminal_code)
    if terminal is None or not terminal.active:
        box = page.box("terminal_unknown_here")
        return page.html("terminal/sign_in.html", status_code=REFUSED, box=box, given=kept)
    page.set_cookie(session_cookie(platform, request, operator, given.terminal_code))
    return page.go("/terminal")


@post("/sign-out", status_code=200, include_in_schema=False, sync_to_thread=False)
def sign_out(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """End the session of this browser."""
    page = Page(platform, request, TERMINAL_WORDS)
    page.set_cookie(clear_cookie(request))
    return page.go("/terminal/sign-in")


@post("/scan", status_code=200, include_in_schema=False)
async def scan(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Who this is, and the form of the visit."""
    page, session = in_session(platform, request)
    form = await request.form()
    code = forms.scanned_digits(str(form.get("code", "")))
    if len(code) != 28 or not code.isascii() or not code.isdigit():
        return page.show_box(page.box("code_malformed"), status_code=REFUSED)
    asked = ScanRequest(
        code=code,
        institution_id=session.institution_id,
        terminal_code=session.terminal_code,
        operator_code=session.operator_code,
        purpose=msgspec.convert(str(form.get("purpose", "")), Purpose),
    )
    answer = await scan_with_proof(platform, asked, seen_of(form))
    return (
        page.show_box(page.refused(answer), status_code=REFUSED)
        if isinstance(answer, Refused)
        else await show_person(page, session, answer)
    )


@get("/items", include_in_schema=False)
async def find_items(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Catalogue rows for what the clerk typed."""
    page, session = in_session(platform, request)
    query = request.query_params.get("query", "")[:40]
    rows = views.find_rows(await _rows(platform, session), query)
    return page.html("terminal/found.html", rows=rows, query=query)


@get("/line", include_in_schema=False)
async def add_line(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """A new line for a catalogue row."""
    page, session = in_session(platform, request)
    wanted = request.query_params.get("item_code", "")
    rows = [row for row in await _rows(platform, session) if row.item_code == wanted]
    level, due = _limit_level(platform, session), _trace_due(platform, session)
    lines = [views.draft_line(row, level, due=due is not None and due.holds(row)) for row in rows]
    return page.html("terminal/lines.html", lines=lines)


@get("/sample", include_in_schema=False)
async def add_sample(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The lines of a made-up bill; nothing outside a demonstration."""
    page, session = in_session(platform, request)
    kind = request.query_params.get("kind", "")
    lines: list[views.DraftLine] = []
    if platform.settings.demo and kind in desk.SAMPLES:
        lines = views.sample_bill(await _rows(platform, session), _limit_level(platform, session), kind)
    return page.html("terminal/lines.html", lines=lines)


@post("/pre-settle", status_code=200, include_in_schema=False)
async def pre_settle(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The explained split, and the button that settles exactly it."""
    page, session = in_session(platform, request)
    form = await request.form()
    bill = forms.bill_request(form, **session.caller(), settling=None)
    if not bill.items:
        return page.show_box(page.box("no_lines"), status_code=REFUSED)
    async with platform.readers.reading() as reading:
        answer = await settlement.pre_settle(reading, platform.clock, platform.desk, bill)
    if isinstance(answer, Refused):
        return page.show_box(led_to_field(page.refused(answer)), status_code=REFUSED)
    names = {row.item_code: row.name for row in await _rows(platform, session)}
    return page.html(
        "terminal/split.html",
        done=answer,
        split=answer.split,
        segments=views.split_segments(answer.split, page.language),
        lines=views.line_views(bill.items, answer.split.lines, answer.steps, names, page.language),
        steps=[(views.sentence(step, page.language), step.article) for step in answer.steps if step.line_no is None],
        title=answer.document_title_en if page.language == "en" else answer.document_title_zh,
        request_key=f"T{sm3_hex(platform.randomness.octets(16))[:31]}",
    )


@post("/settle", status_code=200, include_in_schema=False)
async def settle(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Settle what was agreed; where the answer is lost, say so and how to find out."""
    page, session = in_session(platform, request)
    form = await request.form()
    settling: forms.SettleForm = read_fields(form, forms.SettleForm)
    bill = forms.bill_request(form, **session.caller(), settling=settling)
    try:
        answer = await settle_bill(platform, bill)
    except Unknown:
        box = page.box("not_yet_known", tone="wait")
        shown = page.show_box(box, status_code=503, lookup=f"{LOOKUP}{settling.request_key}")
        shown.headers["HX-Retarget"] = "#outcome"
        return shown
    except Busy:
        return page.show_box(page.box("busy", tone="wait"), status_code=503)
    if isinstance(answer, Refused) and answer.reason is CONFIRMATION_ASKED:
        # The part asks again by itself, under the same key, until the phone has answered or its time is over.
        return page.html("terminal/waiting.html", box=msgspec.structs.replace(page.refused(answer), tone="wait"))
    if isinstance(answer, Refused):
        return page.show_box(led_to_field(page.refused(answer)), status_code=REFUSED)
    assert isinstance(answer, settlement.Settled)
    return page.go(f"/terminal/slip/{answer.settlement.cell}/{answer.settlement.settlement_id}")


@get("/outcome", include_in_schema=False)
async def show_outcome(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What became of a request key; finding out changes nothing."""
    page, session = in_session(platform, request)
    key = request.query_params.get("request_key", "")[:64]
    async with platform.readers.reading() as reading:
        found = await settlement.find_outcome(reading, session.institution_id, key)
    known = found.settlement is not None
    box = page.box(f"outcome_{found.state.value}", tone="good" if known else "wait")
    again = f"{LOOKUP}{key}" if found.state is settlement.OutcomeState.unknown else None
    return page.html("terminal/outcome.html", box=box, lookup=again, settled=found.settlement)


async def _rows(platform: Platform, session: TerminalSession) -> list[CatalogueItem]:
    """The catalogue as it counts at this institution today."""
    institution = platform.desk.directory.by_id(session.institution_id)
    area = institution.treatment_area if institution else 0
    return platform.desk.catalogue.list_area(area, platform.clock.today())


def _limit_level(platform: Platform, session: TerminalSession) -> str:
    institution = platform.desk.directory.by_id(session.institution_id)
    return (institution.price_limit_level if institution else InstitutionLevel.tertiary).value


def _trace_due(platform: Platform, session: TerminalSession) -> settlement.TraceDue | None:
    """Which items need their packs scanned here today."""
    institution = platform.desk.directory.by_id(session.institution_id)
    if institution is None:
        return None
    return settlement.TraceDue(platform.desk, institution, institution.treatment_area, platform.clock.today())


def terminal_router(platform: Platform) -> Router:
    """All pages of the terminal, under ``/terminal``."""
    return Router(
        path="/terminal",
        route_handlers=[
            show_desk,
            show_sign_in,
            sign_in,
            sign_out,
            scan,
            find_items,
            add_line,
            add_sample,
            pre_settle,
            settle,
            show_outcome,
            *CARD_HANDLERS,
            *FACE_HANDLERS,
            *SLIP_HANDLERS,
            *STAY_HANDLERS,
            *OFFLINE_HANDLERS,
        ],
        dependencies={"platform": Provide(lambda: platform, sync_to_thread=False)},
        before_request=page_guard(platform),
        exception_handlers=fault_answers(platform, TERMINAL_WORDS, sign_in_path="/terminal/sign-in"),
    )
