"""Cards at the terminal, and what the window sees beside a card or a printed code; whoever it is, the form of the visit follows.

中文: 终端读卡。
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from litestar import Response, post
from litestar.datastructures import FormMultiDict

from openyibao.fronts.shared.carrier_proofs import WindowSeen, identify_with_proof
from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere, read_fields
from openyibao.fronts.terminal import desk
from openyibao.fronts.terminal.sessions import TerminalSession, in_session
from openyibao.kit.outcome import Refused
from openyibao.rooms.cards import CardKind
from openyibao.rooms.presentation import IdentifyRequest, Presentation, Purpose

REFUSED = 422
_DIGITS, _PASSWORD = re.compile(r"[0-9]{3}[0-9Xx]"), re.compile(r"[0-9]{6}")


class CardForm(msgspec.Struct, frozen=True, kw_only=True):
    """A card as a reader or a clerk enters it."""

    kind: CardKind
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
    document_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{17}[0-9Xx]$")]
    card_number: Annotated[str, msgspec.Meta(pattern=r"^([0-9A-Za-z]{6,30})?$")] = ""
    purpose: Purpose

    def __repr__(self) -> str:
        return f"CardForm(kind={self.kind})"


def seen_of(form: FormMultiDict) -> WindowSeen:
    """What the clerk ticked and typed beside a card or a paper; what is none of it counts as not given."""
    digits, password = (str(form.get(name, "")).strip() for name in ("digits", "password"))
    return WindowSeen(
        document_seen=form.get("document_seen") == "yes",
        digits=digits if _DIGITS.fullmatch(digits) else None,
        password=password if _PASSWORD.fullmatch(password) else None,
    )


async def show_person(page: Page, session: TerminalSession, shown: Presentation) -> Response[Any]:
    """Who it is, and the form of the visit."""
    return page.html("terminal/bill.html", **await desk.bill_facts(page.platform, session.institution_id, shown))


@post("/cards", status_code=200, include_in_schema=False)
async def read_card(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Who a card is, and the form of the visit; with the password, the personal account may pay."""
    page, session = in_session(platform, request)
    form = await request.form()
    given: CardForm = read_fields(form, CardForm)
    asked = IdentifyRequest(
        kind=given.kind,
        name=given.name,
        document_number=given.document_number,
        card_number=given.card_number or None,
        institution_id=session.institution_id,
        terminal_code=session.terminal_code,
        operator_code=session.operator_code,
        purpose=given.purpose,
    )
    answer = await identify_with_proof(platform, asked, seen_of(form))
    if isinstance(answer, Refused):
        return page.show_box(page.refused(answer), status_code=REFUSED)
    return await show_person(page, session, answer)


CARD_HANDLERS = (read_card,)
