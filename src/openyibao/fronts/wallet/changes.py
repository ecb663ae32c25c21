"""What was changed of the person's bills afterwards, with why and by how much. 中文: 退费与更正页面。"""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response, get

from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere
from openyibao.fronts.wallet.changes_words import CHANGES_WORDS
from openyibao.fronts.wallet.devices import at_text
from openyibao.fronts.wallet.rights import subject_here
from openyibao.kit.money import yuan_text
from openyibao.rooms import settlement
from openyibao.rooms.settlement import BillChange


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One change as the page shows it; ``bills`` are a place, what it was and what it is."""

    kind: str
    at: str
    why: str
    bills: tuple[tuple[str, str, str], ...]
    sums: tuple[str, ...]


@get("/changes", include_in_schema=False)
async def show_changes(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The newest changes, of all areas in which the person is insured."""
    page = Page(platform, request, CHANGES_WORDS)
    async with platform.readers.reading() as reading:
        _, subject = await subject_here(page, reading)
        found = await settlement.list_bill_changes(reading, cells=subject.cells, person_id=subject.person_id)
    return page.html("wallet/changes.html", changes=[_view(page, one) for one in found])


def _view(page: Page, one: BillChange) -> ChangeView:
    bills = []
    for bill in one.bills:
        place = page.platform.desk.directory.by_id(bill.before.institution_id)
        was = page.say("change_of", settled=bill.before.settled_on, fee=yuan_text(bill.before.fee_total_fen))
        now = page.say("change_gone")
        if bill.after is not None:
            fee, cash = yuan_text(bill.after.fee_total_fen), yuan_text(bill.after.cash_fen)
            now = page.say("change_into", fee=fee, cash=cash)
        bills.append((place.name if place else "", was, now))
    return ChangeView(
        kind=one.kind,
        at=at_text(one.changed_at),
        why=page.say("change_why", why=one.why) if one.why else "",
        bills=tuple(bills),
        sums=tuple(_sums(page, one)),
    )


def _sums(page: Page, one: BillChange) -> list[str]:
    """What changed for whom, in words; the person's own money first."""
    said = [
        page.say(less if amount_fen < 0 else more, sum=yuan_text(abs(amount_fen)))
        for amount_fen, less, more in (
            (one.cash_fen, "cash_back", "cash_owed"),
            (one.personal_account_fen, "account_back", "account_more"),
            (one.fund_total_fen, "fund_less", "fund_more"),
        )
        if amount_fen
    ]
    return said or [page.say("change_even")]


CHANGES_HANDLERS = (show_changes,)
