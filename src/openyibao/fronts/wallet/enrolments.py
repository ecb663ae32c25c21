"""Where a person is insured: all of it, the area in use, and transfers they ask for and follow (C11). 中文: 我的参保页面。"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.shared.answering import hotline_at
from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.wallet.devices import at_text
from openyibao.fronts.wallet.enrolment_words import ENROLMENT_WORDS
from openyibao.fronts.wallet.rights import subject_here
from openyibao.fronts.wallet.words import WALLET_WORDS
from openyibao.kit.batch import Work
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import credentials, entitlement, transfers
from openyibao.rooms.bindings import Binding
from openyibao.rooms.credentials import Credential
from openyibao.rooms.people import BASE_INSURANCES, Enrolment
from openyibao.rooms.transfers import EnrolmentTransfer, NewTransfer, TransferState

REFUSED = 422
WORDS = {**WALLET_WORDS, **ENROLMENT_WORDS}
Code = Annotated[int, msgspec.Meta(ge=0, le=999_999)]


class TransferForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which enrolment, as cell-id, and the agency area it is to go to."""

    enrolment: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,9}-[0-9]{1,18}$")]
    agency_area: Code


def _plain_id(text: str, most: int = 18) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= most else -1


async def _page(page: Page, box: Box | None = None) -> Response[Any]:
    platform, today = page.platform, page.platform.clock.today()
    async with platform.readers.reading() as reading:
        binding, subject = await subject_here(page, reading)
        areas = platform.desk.areas
        own = (await entitlement.list_person_enrolments(reading, areas, [subject.person_id]))[subject.person_id]
        credential = await credentials.find_credential(reading, bucket=binding.bucket, person_id=binding.person_id)
        asked = await transfers.list_of_person(reading, bucket=binding.bucket, person_id=binding.person_id)
    going_on = [one for one in own if one.ends_on is None or one.ends_on > today]
    pool = _plain_id(page.request.query_params.get("to", ""), most=6)
    return page.html(
        "wallet/enrolments.html",
        status_code=REFUSED if box is not None and box.tone == "stop" else 200,
        box=box,
        enrolments=[_view(page, one, credential) for one in own],
        movable=[(f"{one.cell}-{one.enrolment_id}", _label(page, one)) for one in going_on],
        pools=[(each.pooling_area, each.name) for each in areas.list_pools()],
        pool=pool if areas.by_code(pool) is not None else 0,
        agencies=[(each.agency_area, each.name) for each in areas.agencies_of(pool, today)],
        transfers=[_progress(page, one) for one in asked],
    )


def _label(page: Page, one: Enrolment) -> str:
    kind = f"type_{one.insurance_type.value}"
    return f"{_area(page, one.pooling_area)} · {page.say(kind if kind in page.words else 'type_other')}"


def _area(page: Page, code: int) -> str:
    pool = page.platform.desk.areas.by_code(code)
    return str(code) if pool is None else pool.name


def _view(page: Page, one: Enrolment, credential: Credential | None) -> dict[str, Any]:
    today = page.platform.clock.today()
    over = one.ends_on is not None and one.ends_on < today
    used = credential is not None and (credential.insured_cell, credential.insured_area) == (one.cell, one.pooling_area)
    begins = one.begins_on.isoformat()
    span = (
        page.say("enrolled_from", begins=begins)
        if one.ends_on is None
        else page.say("enrolled_span", begins=begins, ends=one.ends_on.isoformat())
    )
    return {
        "label": _label(page, one),
        "span": span,
        "paid": None if one.paid_until is None else page.say("enrolled_paid", on=one.paid_until.isoformat()),
        "used": used and not over and one.insurance_type in BASE_INSURANCES,
        "may_use": not used and not over and one.begins_on <= today and one.insurance_type in BASE_INSURANCES,
        "area": one.pooling_area,
    }


def _progress(page: Page, one: EnrolmentTransfer) -> dict[str, Any]:
    steps = [page.say("transfer_step_asked", at=at_text(one.asked_at))]
    if one.taken_up_at is not None:
        steps.append(page.say("transfer_step_taken_up", at=at_text(one.taken_up_at)))
    state = transfers.state_of(one)
    if state is TransferState.done and one.closed_at is not None and one.moves_on is not None:
        steps.append(page.say("transfer_step_done", at=at_text(one.closed_at), on=one.moves_on.isoformat()))
    elif state is TransferState.stopped and one.stop_ground is not None:
        key = f"transfer_stopped_{one.stop_ground.value}"
        facts = {"at": at_text(one.stopped_at)}
        facts |= {} if one.stop_ground.value == "person" else {"why": one.stop_words or "—"}
        steps.append(page.say(key, **facts))
    else:
        receiving = state is TransferState.asked
        side, area = ("receiving", one.to_area) if receiving else ("sending", one.from_area)
        steps.append(page.say(f"transfer_step_waits_{side}", hotline=hotline_at(page.platform, area)))
    return {
        "id": one.transfer_id,
        "line": page.say("transfer_from_to", source=_area(page, one.from_area), target=_area(page, one.to_area)),
        "steps": steps,
        "open": state in {TransferState.asked, TransferState.taken_up},
        "state": state.value,
    }


@get("/enrolments", include_in_schema=False)
async def show_enrolments(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """All of it; ``?to=`` is the area whose agencies are shown for a transfer."""
    return await _page(Page(platform, request, WORDS))


async def _binding(page: Page, platform: Platform) -> Binding:
    async with platform.readers.reading() as reading:
        binding, _ = await subject_here(page, reading)
    return binding


@post("/enrolments/use", status_code=200, include_in_schema=False)
async def use_area(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Bills are settled by another of the person's areas from now on."""
    page = Page(platform, request, WORDS)
    area = _plain_id(str((await request.form()).get("area", "")), most=6)
    binding = await _binding(page, platform)

    async def run(tx: Tx) -> Credential | Refused:
        return await entitlement.choose_insured_area(
            tx,
            platform.clock,
            platform.desk.areas,
            bucket=binding.bucket,
            person_id=binding.person_id,
            pooling_area=area,
            actor=f"self:{binding.binding_id}",
        )

    done = await platform.lane.submit("work", Work(run=run))
    return await _page(
        page, page.refused(done) if isinstance(done, Refused) else page.box("enrolled_used", tone="good")
    )


@post("/enrolments/transfer", status_code=200, include_in_schema=False)
async def ask_transfer(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Ask for a transfer."""
    page = Page(platform, request, WORDS)
    form = await request.form()
    binding = await _binding(page, platform)
    try:
        shape = {name: str(form.get(name, "")).strip()[:40] for name in TransferForm.__struct_fields__}
        given = msgspec.convert(shape, TransferForm, strict=False)
    except msgspec.ValidationError:
        return await _page(page, page.box("transfer_unread"))
    cell, _, enrolment_id = given.enrolment.partition("-")
    new = NewTransfer(
        bucket=binding.bucket,
        person_id=binding.person_id,
        from_cell=int(cell),
        from_enrolment_id=int(enrolment_id),
        to_agency_area=given.agency_area,
        asked_by=f"self:{binding.binding_id}",
    )

    async def run(tx: Tx) -> EnrolmentTransfer | Refused:
        return await transfers.ask(tx, platform.clock, platform.desk.areas, new)

    done = await platform.lane.submit("work", Work(run=run))
    return await _page(
        page, page.refused(done) if isinstance(done, Refused) else page.box("transfer_asked", tone="good")
    )


@post("/enrolments/withdraw", status_code=200, include_in_schema=False)
async def withdraw_transfer(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Take a transfer back while it is under way."""
    page = Page(platform, request, WORDS)
    transfer_id = _plain_id(str((await request.form()).get("transfer_id", "")))
    binding = await _binding(page, platform)

    async def run(tx: Tx) -> EnrolmentTransfer | Refused:
        return await transfers.stop(
            tx,
            platform.clock,
            bucket=binding.bucket,
            transfer_id=transfer_id,
            by=f"self:{binding.binding_id}",
            words="",
            person_id=binding.person_id,
        )

    done = await platform.lane.submit("work", Work(run=run))
    return await _page(
        page, page.refused(done) if isinstance(done, Refused) else page.box("transfer_withdrawn", tone="good")
    )


ENROLMENT_HANDLERS = (show_enrolments, use_area, ask_transfer, withdraw_transfer)
