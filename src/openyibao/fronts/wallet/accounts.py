"""The person's account: balances by pot, statement, mutual aid with a relative, the purse. 中文: 账户页面。"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import FormMultiDict

from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere, read_fields
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.relatives import (
    AccountHolder,
    area_settings,
    find_relative,
    proposing,
    read_holder,
    sending,
)
from openyibao.fronts.wallet.sessions import bound_device, signed_in
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.kit.batch import Work
from openyibao.kit.crypto import sm3_hex
from openyibao.kit.db import Reading, Tx
from openyibao.kit.money import FEN_MAX, parse_yuan
from openyibao.kit.outcome import Refused
from openyibao.rooms import ledger, mutual_aid, purse, settlement
from openyibao.rooms.ledger import AccountPot
from openyibao.rooms.mutual_aid import Party, Relation
from openyibao.rooms.people import DocumentType

REFUSED = 422
MOVEMENTS_SHOWN, USES_SHOWN = 50, 20

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{14,17}[0-9Xx]$")]
Yuan = Annotated[str, msgspec.Meta(pattern=r"^([0-9]{1,9}(\.[0-9]{1,2})?)?$")]
Key = Annotated[str, msgspec.Meta(min_length=8, max_length=64, pattern=r"^[0-9A-Za-z]+$")]
Named = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,10}-[0-9]{1,19}$")]


class AidForm(msgspec.Struct, frozen=True, kw_only=True):
    """A relative whose bills the account is to pay."""

    name: Name
    document_number: Number
    relation: Relation
    per_use: Yuan = ""
    per_year: Yuan = ""
    valid_until: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""


class NamedForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which agreement or transfer is meant: its cell and its id."""

    named: Named


class SendForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent to whose purse; the key is drawn with the page, so that a second press sends nothing twice."""

    name: Name
    document_number: Number
    relation: Relation
    amount: Yuan
    request_key: Key


async def whose(platform: Platform, request: PageRequest, reading: Reading) -> AccountHolder:
    """The person of this browser. Raises SignInNeeded as ``bound_device``."""
    binding = await bound_device(platform, request, reading)
    return await read_holder(platform, reading, binding.bucket, binding.person_id)


async def _asked(
    page: Page, request: PageRequest, form: AidForm | SendForm
) -> tuple[AccountHolder, AccountHolder | None, dict[str, Any]]:
    """The person, the relative they name, and what their area has decided."""
    platform = page.platform
    async with platform.readers.reading() as reading:
        me = await whose(platform, request, reading)
        relative = await find_relative(
            platform,
            reading,
            document_type=DocumentType.identity_card,
            number=form.document_number,
            name=form.name,
        )
        return me, relative, await area_settings(platform, reading, me.cell)


@get("/account", include_in_schema=False)
async def show_account(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What the account has, by pot, and what moved it."""
    page = Page(platform, request, WALLET_WORDS)
    async with platform.readers.reading() as reading:
        me = await whose(platform, request, reading)
        accounts = await ledger.read_accounts(reading, [(me.cell, me.person_id)])
        moved = await settlement.list_movements(reading, cell=me.cell, person_id=me.person_id, most=MOVEMENTS_SHOWN)
        await platform.desk.directory.fresh(reading)
    found = (accounts.get((me.cell, me.person_id, pot)) for pot in AccountPot)
    pots = [one for one in found if one is not None]
    directory = platform.desk.directory
    movements = [
        (one, place.name if one.institution_id and (place := directory.by_id(one.institution_id)) else "")
        for one in moved
    ]
    return page.html(
        "wallet/account.html",
        box=None,
        pots=pots,
        available_fen=sum(one.available_fen for one in pots),
        movements=movements,
    )


async def _aid_page(page: Page, me: AccountHolder, box: Box | None = None) -> Response[Any]:
    async with page.platform.readers.reading() as reading:
        mine = await mutual_aid.list_mine(reading, cell=me.cell, person_id=me.person_id)
        uses = {
            one.agreement_id: await mutual_aid.list_uses(reading, one.cell, [one.agreement_id], most=USES_SHOWN)
            for _, one in mine
        }
    return page.html(
        "wallet/aid.html",
        status_code=REFUSED if box else 200,
        box=box,
        agreements=mine,
        uses=uses,
        relations=list(Relation),
        owner=Party.owner,
    )


@get("/account/aid", include_in_schema=False)
async def show_aid(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Agreements on both sides, with their logs; and the form for another."""
    page = Page(platform, request, WALLET_WORDS)
    async with platform.readers.reading() as reading:
        me = await whose(platform, request, reading)
    return await _aid_page(page, me)


def _limit(text: str) -> int | None:
    return parse_yuan(text) or None if text else None


@post("/account/aid", status_code=200, include_in_schema=False)
async def propose_aid(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The owner consents and sets limits; the relative is asked."""
    page = Page(platform, request, WALLET_WORDS)
    await signed_in(platform, request)
    form: AidForm = read_fields(await request.form(), AidForm)
    try:
        until = date.fromisoformat(form.valid_until) if form.valid_until else None
    except ValueError as fault:
        raise msgspec.ValidationError(str(fault)) from fault
    me, relative, decided = await _asked(page, request, form)
    if relative is None:
        return await _aid_page(page, me, page.box("relative_not_found"))
    run = proposing(
        platform,
        me,
        relative,
        decided,
        relation=form.relation,
        per_use_fen=_limit(form.per_use),
        per_year_fen=_limit(form.per_year),
        valid_until=until,
    )
    return await _acted(page, me, run, "/wallet/account/aid", _aid_page)


@post("/account/aid/agree", status_code=200, include_in_schema=False)
async def agree_aid(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The relative consents."""
    return await _answer(request, platform, mutual_aid.agree, "agreement_id", "/wallet/account/aid", _aid_page)


@post("/account/aid/end", status_code=200, include_in_schema=False)
async def end_aid(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Either ends it."""
    return await _answer(request, platform, mutual_aid.end, "agreement_id", "/wallet/account/aid", _aid_page)


async def _purse_page(page: Page, me: AccountHolder, box: Box | None = None) -> Response[Any]:
    async with page.platform.readers.reading() as reading:
        transfers = await purse.list_mine(reading, cell=me.cell, person_id=me.person_id)
        accounts = await ledger.read_accounts(reading, [(me.cell, me.person_id)])
    mine = accounts.get((me.cell, me.person_id, AccountPot.purse))
    return page.html(
        "wallet/purse.html",
        status_code=REFUSED if box else 200,
        box=box,
        me=me,
        transfers=transfers,
        purse_fen=mine.balance_fen if mine else 0,
        relations=list(Relation),
        request_key=sm3_hex(page.platform.randomness.octets(16))[:32],
    )


@get("/account/purse", include_in_schema=False)
async def show_purse(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What is in the purse, what was sent and what came; and the form to send."""
    page = Page(platform, request, WALLET_WORDS)
    async with platform.readers.reading() as reading:
        me = await whose(platform, request, reading)
    return await _purse_page(page, me)


@post("/account/purse", status_code=200, include_in_schema=False)
async def send_to_purse(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Send to a relative's purse."""
    page = Page(platform, request, WALLET_WORDS)
    await signed_in(platform, request)
    form: SendForm = read_fields(await request.form(), SendForm)
    amount_fen = parse_yuan(form.amount) if form.amount else 0
    if not 0 < amount_fen <= FEN_MAX:
        raise msgspec.ValidationError(form.amount)
    me, relative, decided = await _asked(page, request, form)
    if relative is None:
        return await _purse_page(page, me, page.box("relative_not_found"))
    run = sending(
        platform,
        me,
        relative,
        decided,
        relation=form.relation,
        amount_fen=amount_fen,
        request_key=form.request_key,
    )
    return await _acted(page, me, run, "/wallet/account/purse", _purse_page)


@post("/account/purse/accept", status_code=200, include_in_schema=False)
async def accept_transfer(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Take what was sent; the purse is filled in the same step where nothing fails, else by the next round."""

    async def accept(tx: Tx, clock: Any, *, cell: int, transfer_id: int, person_id: int) -> Any:
        done = await purse.accept(tx, clock, cell=cell, transfer_id=transfer_id, person_id=person_id)
        if not isinstance(done, Refused):
            await settlement.carry_act(tx, clock, cell, transfer_id)
        return done

    return await _answer(request, platform, accept, "transfer_id", "/wallet/account/purse", _purse_page)


@post("/account/purse/refuse", status_code=200, include_in_schema=False)
async def refuse_transfer(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Send it back."""
    return await _answer(request, platform, purse.refuse, "transfer_id", "/wallet/account/purse", _purse_page)


async def _answer(
    request: PageRequest, platform: Platform, verb: Any, id_name: str, path: str, shown: Callable[..., Any]
) -> Response[Any]:
    """Run a verb of an agreement or a transfer for the person of this browser."""
    page = Page(platform, request, WALLET_WORDS)
    async with platform.readers.reading() as reading:
        me = await whose(platform, request, reading)
    cell, named_id = _named(await request.form())

    async def run(tx: Tx) -> Any:
        return await verb(tx, platform.clock, cell=cell, person_id=me.person_id, **{id_name: named_id})

    return await _acted(page, me, run, path, shown)


def _named(form: FormMultiDict) -> tuple[int, int]:
    cell, _, number = read_fields(form, NamedForm).named.partition("-")
    return (int(cell) if int(cell) < 2**31 else 0, int(number) if int(number) < 2**63 else 0)


async def _acted(page: Page, me: AccountHolder, run: Any, path: str, shown: Callable[..., Any]) -> Response[Any]:
    answer = await page.platform.lane.submit("work", Work(run=run))
    if isinstance(answer, Refused):
        refused: Response[Any] = await shown(page, me, page.refused(answer))
        return refused
    return page.go(path)


ACCOUNT_HANDLERS = (
    *(show_account, show_aid, propose_aid, agree_aid, end_aid),
    *(show_purse, send_to_purse, accept_transfer, refuse_transfer),
)
