"""The person's cards: usable or reported lost, with the report one press away. 中文: 证件与社保卡页面。"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere, read_fields
from openyibao.fronts.wallet.sessions import bound_device, signed_in
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import cards
from openyibao.rooms.bindings import Binding
from openyibao.rooms.cards import CardKind, CardReportKind

REFUSED = 422


class CardView(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of card and how it stands: ``usable``, ``lost_now`` or ``not_entered``."""

    kind: CardKind
    state: str


class ReportForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which card was lost or found."""

    kind: CardKind
    reported: CardReportKind


async def _cards_page(page: Page, binding: Binding, box: Box | None = None) -> Response[Any]:
    name = (binding.bucket, binding.person_id)
    async with page.platform.readers.reading() as reading:
        held = (await cards.read_cards(reading, [name]))[name]
    views = []
    for kind in CardKind:
        there = kind is CardKind.identity_card or held.newest is not None
        state = "lost_now" if held.is_lost(kind) else ("usable" if there else "not_entered")
        views.append(CardView(kind=kind, state=state))
    return page.html("wallet/cards.html", status_code=REFUSED if box else 200, box=box, views=views)


@get("/cards", include_in_schema=False)
async def show_cards(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """How the person's cards stand."""
    page = Page(platform, request, WALLET_WORDS)
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
    return await _cards_page(page, binding)


@post("/cards", status_code=200, include_in_schema=False)
async def report_card(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Report a card lost, or found again; it counts at once."""
    page = Page(platform, request, WALLET_WORDS)
    await signed_in(platform, request)
    form: ReportForm = read_fields(await request.form(), ReportForm)
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)

    async def run(tx: Tx) -> Any:
        return await cards.report_card(
            tx,
            platform.clock,
            bucket=binding.bucket,
            person_id=binding.person_id,
            kind=form.kind,
            reported=form.reported,
            actor=str(binding.person_id),
        )

    answer = await platform.lane.submit("work", Work(run=run))
    if isinstance(answer, Refused):
        return await _cards_page(page, binding, page.refused(answer))
    return page.go("/wallet/cards")


CARD_HANDLERS = (show_cards, report_card)
