"""Relatives whose code this phone may show, and who may show one's own: add, consent, show, end, see the log. 中文: 亲情账户页面。"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from openyibao.fronts.shared.family import Guardian, MandateView, offering, purposes_of, read_family
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere, read_fields
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.relatives import find_relative
from openyibao.fronts.shared.security import SignInNeeded
from openyibao.fronts.wallet.accounts import Name, Number, Yuan
from openyibao.fronts.wallet.devices import delivery_of, insured_area_text, json_answer
from openyibao.fronts.wallet.offline import minter_url
from openyibao.fronts.wallet.sessions import bound_device, signed_in
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.money import parse_yuan
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials, mandates
from openyibao.rooms.bindings import Binding
from openyibao.rooms.mandates import FamilyMandate, KinshipProof, MandateBasis, MandateSight
from openyibao.rooms.people import DocumentType

REFUSED = 422
_GONE = 401
"""What a phone is told whose relative's keys are over: it forgets them."""
Scope = Literal["everything", "hospital", "pharmacy"]
Named = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,5}-[0-9]{1,19}$")]


class ChildForm(msgspec.Struct, frozen=True, kw_only=True):
    """A child, and by which document one is its guardian."""

    name: Name
    document_type: Literal["identity_card", "birth_certificate"]
    document_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z]{8,18}$")]
    basis: Literal["parent", "guardian"]
    proof: KinshipProof
    proof_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z-]{4,40}$")]


class RelativeForm(msgspec.Struct, frozen=True, kw_only=True):
    """A grown relative who will be asked."""

    name: Name
    document_number: Number
    basis: Literal["child", "spouse", "other"]
    scope: Scope = "everything"
    sees: MandateSight = MandateSight.nothing
    may_file: Literal["", "yes"] = ""
    per_bill: Yuan = ""
    per_day: Yuan = ""
    valid_until: Annotated[str, msgspec.Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")] = ""


class NamedForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which mandate is meant: its bucket and its id."""

    named: Named


async def _mine(page: Page) -> tuple[Binding, list[MandateView]]:
    """The device asking, and the mandates of its person on both sides."""
    async with page.platform.readers.reading() as reading:
        binding = await bound_device(page.platform, page.request, reading)
        return binding, await read_family(page.platform, reading, binding)


async def family_page(page: Page, box: Box | None = None) -> Response[Any]:
    """Everybody's mandates on both sides, with what was just answered."""
    _, views = await _mine(page)
    return page.html(
        "wallet/family.html",
        status_code=REFUSED if box and box.tone != "good" else 200,
        box=box,
        views=views,
        proofs=list(KinshipProof),
        sights=list(MandateSight),
    )


@get("/family", include_in_schema=False)
async def show_family(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Mandates on both sides, with their logs; and the forms for another."""
    return await family_page(Page(platform, request, WALLET_WORDS))


@post("/family/child", status_code=200, include_in_schema=False)
async def add_child(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """A parent or guardian adds a child. Who has no proof learns nothing of the child's name and number."""
    page = Page(platform, request, WALLET_WORDS)
    await signed_in(platform, request)
    form: ChildForm = read_fields(await request.form(), ChildForm)
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
        child = await find_relative(
            platform,
            reading,
            document_type=DocumentType(form.document_type),
            number=form.document_number.upper(),
            name=form.name,
        )
        if child is None:
            return await family_page(page, page.refused(Refused(mandates.MANDATE_PROOF_UNKNOWN)))
        guardian = Guardian(basis=MandateBasis(form.basis), proof=form.proof, proof_number=form.proof_number)
        run = await offering(platform, reading, binding, child, guardian=guardian)
    return await _acted(page, run)


@post("/family/relative", status_code=200, include_in_schema=False)
async def add_relative(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """A grown relative is offered that one shows their code; they are asked."""
    page = Page(platform, request, WALLET_WORDS)
    await signed_in(platform, request)
    form: RelativeForm = read_fields(await request.form(), RelativeForm)
    try:
        until = date.fromisoformat(form.valid_until) if form.valid_until else None
    except ValueError as fault:
        raise msgspec.ValidationError(str(fault)) from fault
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)
        relative = await find_relative(
            platform,
            reading,
            document_type=DocumentType.identity_card,
            number=form.document_number.upper(),
            name=form.name,
        )
        if relative is None:
            return await family_page(page, page.box("relative_not_found"))
        run = await offering(
            platform,
            reading,
            binding,
            relative,
            basis=MandateBasis(form.basis),
            purposes=purposes_of(form.scope),
            sees=form.sees,
            may_file=form.may_file == "yes",
            per_bill_fen=parse_yuan(form.per_bill) if form.per_bill else None,
            per_day_fen=parse_yuan(form.per_day) if form.per_day else None,
            valid_until=until,
        )
    return await _acted(page, run)


@post("/family/consent", status_code=200, include_in_schema=False)
async def consent(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The principal agrees on their own device."""
    return await _answer(request, platform, mandates.consent)


@post("/family/end", status_code=200, include_in_schema=False)
async def end(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Either ends it, or refuses what was offered."""
    return await _answer(request, platform, mandates.end)


async def _answer(request: PageRequest, platform: Platform, verb: Any) -> Response[Any]:
    page = Page(platform, request, WALLET_WORDS)
    await signed_in(platform, request)
    bucket, mandate_id = named_of(read_fields(await request.form(), NamedForm).named)
    async with platform.readers.reading() as reading:
        binding = await bound_device(platform, request, reading)

    async def run(tx: Tx) -> Any:
        return await verb(tx, platform.clock, bucket=bucket, mandate_id=mandate_id, person_id=binding.person_id)

    return await _acted(page, run)


async def _acted(page: Page, run: Any) -> Response[Any]:
    answer = await page.platform.lane.submit("work", Work(run=run))
    if isinstance(answer, Refused):
        return await family_page(page, page.refused(answer))
    return page.go("/wallet/family")


def named_of(text: str) -> tuple[int, int]:
    """(bucket, mandate_id) of a form's name; (0, 0) for what is none."""
    bucket, _, number = text.partition("-")
    if not (bucket.isdigit() and number.isdigit() and len(bucket) <= 5 and len(number) <= 18):
        return 0, 0
    return int(bucket), int(number)


async def _bound_for(page: Page, named: str) -> tuple[FamilyMandate | None, Binding | Refused]:
    """The relative's credential on this device, bound now where it wasn't."""
    platform = page.platform
    bucket, mandate_id = named_of(named)
    async with platform.readers.reading() as reading:
        mine = await bound_device(platform, page.request, reading)
        one = (await mandates.read_mandates(reading, [(bucket, mandate_id)])).get((bucket, mandate_id))

    async def run(tx: Tx) -> Any:
        return await mandates.bind_device(
            tx,
            platform.clock,
            platform.sealer,
            platform.randomness,
            bucket=bucket,
            mandate_id=mandate_id,
            agent=mine,
            default_province=platform.settings.province,
        )

    return one, await platform.lane.submit("work", Work(run=run))


@get("/family/code/{named:str}", include_in_schema=False)
async def show_family_code(request: PageRequest, platform: PlatformHere, named: FromPath[str]) -> Response[Any]:
    """A relative's code on this phone. Opening the page binds nothing: that comes with the first keys, by a form's proof."""
    page = Page(platform, request, WALLET_WORDS)
    name = named_of(named)
    async with platform.readers.reading() as reading:
        mine = await bound_device(platform, request, reading)
        one = (await mandates.read_mandates(reading, [name])).get(name)
        bound = None if one is None else await mandates.find_device(reading, one, mine)
    if one is None or (one.agent_bucket, one.agent_person_id) != (mine.bucket, mine.person_id):
        return await family_page(page, page.refused(Refused(mandates.MANDATE_UNKNOWN)))
    refused = mandates.refuse_state(one, platform.clock.today())
    if refused is not None:
        return await family_page(page, page.refused(refused))
    async with platform.readers.reading() as reading:
        credential = await credentials.find_credential(reading, bucket=one.bucket, person_id=one.principal_person_id)
        await platform.desk.areas.fresh(reading)
    return page.html(
        "wallet/family_code.html",
        binding="" if bound is None else str(bound.binding_id),
        minter=minter_url(),
        named=f"{one.bucket}-{one.mandate_id}",
        name_masked=one.principal_masked,
        area=insured_area_text(page, credential.insured_area if credential else None),
    )


@post("/family/keys/{named:str}", status_code=200, include_in_schema=False)
async def deliver_family_keys(request: PageRequest, platform: PlatformHere, named: FromPath[str]) -> Response[bytes]:
    """The day keys of a relative's code; 401 where the mandate or a binding is over."""
    try:
        one, bound = await _bound_for(Page(platform, request, WALLET_WORDS), named)
    except SignInNeeded:
        return json_answer({"state": "ended"}, status_code=_GONE)
    if one is None or isinstance(bound, Refused):
        return json_answer({"state": "ended"}, status_code=_GONE)
    return json_answer(delivery_of(platform, bound))


FAMILY_HANDLERS = (
    *(show_family, add_child, add_relative, consent, end),
    *(show_family_code, deliver_family_keys),
)
