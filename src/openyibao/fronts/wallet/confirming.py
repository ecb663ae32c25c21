"""Payments above a limit that wait for this phone: the place, the amount, yes or no. 中文: 结算确认页面。"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post

from openyibao.fronts.shared.authenticating import PASSWORD_MAX
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere, read_fields
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.relatives import read_holder
from openyibao.fronts.shared.security import SignInNeeded
from openyibao.fronts.wallet.check_words import CHECK_WORDS
from openyibao.fronts.wallet.devices import json_answer
from openyibao.fronts.wallet.password_session import password_given, require_password
from openyibao.fronts.wallet.sessions import bound_device, signed_in
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.kit.batch import Work
from openyibao.kit.clock import SHANGHAI
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import confirmations, mandates
from openyibao.rooms.bindings import Binding
from openyibao.rooms.confirmations import BillConfirmation
from openyibao.rooms.mandates import MandateParty

REFUSED = 422
WORDS = {**WALLET_WORDS, **CHECK_WORDS}


class AnswerForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which payment, the answer, and the password where it was not typed lately."""

    named: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}-[0-9]{1,18}$")]
    answer: Literal["yes", "no"]
    password: Annotated[str, msgspec.Meta(max_length=PASSWORD_MAX)] = ""


class ConfirmView(msgspec.Struct, frozen=True, kw_only=True):
    """One payment as its page shows it; ``name`` is a relative's, masked."""

    confirmation: BillConfirmation
    place: str
    until: str
    name: str


class Answerable(msgspec.Struct, frozen=True, kw_only=True):
    """Whom this device answers for: its own person, and relatives whose mandates hold, by mandate."""

    binding: Binding
    persons: list[tuple[int, int]]
    names: dict[int, str]


async def _answerable(platform: Platform, request: PageRequest, reading: Reading) -> Answerable:
    binding = await bound_device(platform, request, reading)
    me = await read_holder(platform, reading, binding.bucket, binding.person_id)
    persons, names = [(me.cell, me.person_id)], {}
    today = platform.clock.today()
    for party, one in await mandates.list_mine(reading, bucket=binding.bucket, person_id=binding.person_id):
        if party is MandateParty.agent and mandates.refuse_state(one, today) is None:
            principal = await read_holder(platform, reading, one.bucket, one.principal_person_id)
            persons.append((principal.cell, principal.person_id))
            names[one.mandate_id] = one.principal_masked
    return Answerable(binding=binding, persons=persons, names=names)


async def _waiting(platform: Platform, reading: Reading, who: Answerable) -> list[BillConfirmation]:
    """What waits for this device: of its own person all, of relatives what was shown under their mandates."""
    found = await confirmations.list_waiting(reading, platform.clock, persons=who.persons)
    return [one for one in found if one.person_id == who.binding.person_id or one.mandate_id in who.names]


async def _confirm_page(page: Page, box: Box | None = None, *, status_code: int = 200) -> Response[Any]:
    platform = page.platform
    async with platform.readers.reading() as reading:
        who = await _answerable(platform, page.request, reading)
        found = await _waiting(platform, reading, who)
        await platform.desk.directory.fresh(reading)
    views = []
    for one in found:
        place = platform.desk.directory.by_id(one.institution_id)
        views.append(
            ConfirmView(
                confirmation=one,
                place=place.name if place else "",
                until=one.expires_at.astimezone(SHANGHAI).strftime("%H:%M:%S"),
                name=who.names.get(one.mandate_id or 0, "") if one.person_id != who.binding.person_id else "",
            )
        )
    given = password_given(page, who.binding)
    return page.html("wallet/confirm.html", status_code=status_code, box=box, views=views, given=given)


@get("/confirm", include_in_schema=False)
async def show_confirm(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What waits for this phone."""
    return await _confirm_page(Page(platform, request, WORDS))


@get("/confirm/waiting", include_in_schema=False)
async def count_waiting(request: PageRequest, platform: PlatformHere) -> Response[bytes]:
    """How much waits; asked by the code page every few seconds, and read nowhere where no area asks phones."""
    if not platform.desk.areas.has_setting(confirmations.SETTING_ABOVE):
        return json_answer({"count": 0})
    async with platform.readers.reading() as reading:
        try:
            who = await _answerable(platform, request, reading)
        except SignInNeeded:
            return json_answer({"count": 0})
        return json_answer({"count": len(await _waiting(platform, reading, who))})


@post("/confirm", status_code=200, include_in_schema=False)
async def answer_confirm(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Yes with the password, or no, once."""
    page = Page(platform, request, WORDS)
    await signed_in(platform, request)
    form: AnswerForm = read_fields(await request.form(), AnswerForm)
    cell, _, number = form.named.partition("-")
    async with platform.readers.reading() as reading:
        who = await _answerable(platform, request, reading)
    if form.answer == "yes":
        # The phone that lies on the counter has the device's session; only its owner has the digits.
        refused = await require_password(page, who.binding, form.password)
        if refused is not None:
            return await _confirm_page(page, page.refused(refused), status_code=REFUSED)

    async def run(tx: Tx) -> Any:
        return await confirmations.answer(
            tx,
            platform.clock,
            cell=int(cell),
            confirmation_id=int(number),
            person_id=who.binding.person_id,
            mandate_ids=list(who.names),
            confirms=form.answer == "yes",
        )

    answer = await platform.lane.submit("work", Work(run=run))
    if isinstance(answer, Refused):
        return await _confirm_page(page, page.refused(answer), status_code=REFUSED)
    return await _confirm_page(page, page.box("confirmed" if form.answer == "yes" else "declined", tone="good"))


CONFIRM_HANDLERS = (show_confirm, count_waiting, answer_confirm)
