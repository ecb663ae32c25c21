"""What the pages of cards and papers show and ask: who is in hand, what they have, where a paper holds, who agreed. 中文: 纸质码页面内容。"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import msgspec
import zxingcpp

from openyibao.fronts.shared.attended import IN_HAND_SECONDS, OfficerSession, Post
from openyibao.fronts.shared.family import purposes_of
from openyibao.fronts.shared.pages import Box, Page, PageRequest
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import SessionContent, open_session, page_cookie, seal_session
from openyibao.kit.batch import Work
from openyibao.kit.clock import SHANGHAI, unix_seconds
from openyibao.kit.db import Tx
from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import Refused
from openyibao.rooms import bindings, credentials, institutions, papers, people, presentation
from openyibao.rooms.bindings import BindingKind
from openyibao.rooms.institutions import OperatorRole
from openyibao.rooms.papers import PaperSettings
from openyibao.rooms.people import InsuredPerson

__all__ = ["purposes_of"]
_CARRIERS = frozenset({BindingKind.carrier, BindingKind.printed})
_PATHS = re.compile(r"<rect[^>]*/>|<path[^>]*/>", re.DOTALL)
_SIDE = re.compile(r'<svg width="(\d+)"')


class CarrierInHand(SessionContent, frozen=True, kw_only=True):
    """The person whose document an officer has seen. It is theirs for fifteen minutes."""

    bucket: int
    person_id: int
    officer: str

    @property
    def person(self) -> tuple[int, int]:
        """(bucket, person_id)."""
        return (self.bucket, self.person_id)


class CarrierRow(msgspec.Struct, frozen=True, kw_only=True):
    """One card or paper as the list shows it."""

    binding_id: str
    name: str
    since: str
    used: str | None
    printed: bool
    until: str | None
    day: str | None


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """What stands on a paper, in both languages beside each other."""

    svg: str
    digits: str
    name_masked: str
    where: tuple[tuple[str, str], ...]
    uses: int
    limit: str
    until: str
    proof: str
    number: str


def _cookie(post: Post) -> str:
    return f"yb_{post.name}_carriers"


def taken(platform: Platform, request: PageRequest, post: Post, session: OfficerSession) -> CarrierInHand | None:
    """The person this officer has in hand; never another officer's at the same browser."""
    held = open_session(platform, _cookie(post), request, CarrierInHand)
    return held if held is not None and held.officer == session.officer else None


def keep(page: Page, post: Post, session: OfficerSession, bucket: int, person_id: int) -> None:
    """Take a person in hand."""
    content = CarrierInHand(
        expires_seconds=unix_seconds(page.platform.clock.now()) + IN_HAND_SECONDS,
        bucket=bucket,
        person_id=person_id,
        officer=session.officer,
    )
    sealed = seal_session(page.platform, _cookie(post), content)
    page.set_cookie(page_cookie(page.request, _cookie(post), sealed, max_age=IN_HAND_SECONDS))


def let_go(page: Page, post: Post) -> None:
    """Nobody in hand any more."""
    page.set_cookie(page_cookie(page.request, _cookie(post), "", max_age=0))


def _minute(at: datetime) -> str:
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


async def carriers_of(page: Page, held: CarrierInHand) -> tuple[InsuredPerson, list[CarrierRow], PaperSettings]:
    """The person, their cards and papers that live, and what their area decides."""
    platform = page.platform
    async with platform.readers.reading() as reading:
        person = (await people.read_persons(reading, platform.sealer, [held.person]))[held.person]
        credential = await credentials.find_credential(reading, bucket=held.bucket, person_id=held.person_id)
        devices = []
        if credential is not None:
            name = {"bucket": held.bucket, "credential_id": credential.credential_id}
            devices = await bindings.list_devices(reading, **name)
        codes = await papers.list_codes(reading, bucket=held.bucket, person_id=held.person_id)
    by_id = {one.binding_id: one for one in codes}
    rows = []
    for device in devices:
        one = device.binding
        if one.kind not in _CARRIERS:
            continue
        code = by_id.get(one.binding_id)
        said = None if code is None else {"uses": code.uses_a_day, "limit": yuan_text(code.day_limit_fen)}
        rows.append(
            CarrierRow(
                binding_id=str(one.binding_id),
                name=one.device_name,
                since=_minute(one.bound_at),
                used=None if device.last_used_at is None else _minute(device.last_used_at),
                printed=code is not None,
                until=None if code is None else papers.last_day(code).isoformat(),
                day=None if said is None else page.say("paper_day_text", **said),
            )
        )
    return person, rows, await settings_of(page, held)


async def settings_of(page: Page, held: CarrierInHand) -> PaperSettings:
    """What the person's insured area decides of papers."""
    area = await _area_of(page, held)
    return papers.paper_settings(page.platform.desk.areas.settings(area or 0))


async def _area_of(page: Page, held: CarrierInHand) -> int | None:
    """The pooling area of the person's credential."""
    async with page.platform.readers.reading() as reading:
        credential = await credentials.find_credential(reading, bucket=held.bucket, person_id=held.person_id)
    return None if credential is None or credential.insured_cell is None else credential.insured_cell // 100


async def places_of(
    page: Page, session: OfficerSession, held: CarrierInHand, where: str, codes: str
) -> tuple[tuple[int, ...], tuple[int, ...]] | Box:
    """Institutions and areas that the form names, or what is wrong with it."""
    if where == "here":
        return (session.institution_id,), ()
    if where == "area":
        area = await _area_of(page, held)
        return page.box("carrier_no_area") if area is None else ((), (area,))
    found = []
    for code in re.split(r"[\s,，、]+", codes.strip()):
        institution = page.platform.desk.directory.by_code(code)
        if institution is None:
            return page.box("carrier_place_unknown", what=code[:40])
        found.append(institution.institution_id)
    return tuple(found), ()


async def approver_of(
    page: Page, session: OfficerSession, post: Post, held: CarrierInHand, fields: Any
) -> str | Refused | None:
    """Who else agreed, by an own sign-in on this page; None where nobody is asked. Refuses as a sign-in does, and
    printed_second_officer.
    """  # noqa: D205 one sentence
    settings = await settings_of(page, held)
    if not settings.second_officer:
        return None
    given = {
        name: str(fields.get(name, "")).strip()[:200] for name in ("second_code", "second_password", "second_factor")
    }
    platform = page.platform
    institution = platform.desk.directory.by_id(session.institution_id)
    alone = papers.refuse_alone(settings, session.officer, None)
    assert alone is not None
    if institution is None or not all(given.values()) or given["second_code"] == session.operator_code:
        return alone

    async def run(tx: Tx) -> Any:
        await platform.desk.fresh(tx)
        return await institutions.sign_in(
            tx,
            platform.clock,
            platform.sealer,
            platform.desk.directory,
            institution_code=institution.institution_code,
            operator_code=given["second_code"],
            password=given["second_password"],
            second_factor=given["second_factor"],
        )

    operator = await platform.lane.submit("work", Work(run=run))
    if isinstance(operator, Refused):
        return operator
    roles: tuple[OperatorRole, ...] = post.approvers
    async with platform.readers.reading() as reading:
        may = await institutions.has_role(reading, session.institution_id, given["second_code"], *roles)
    return f"{session.institution_id}:{given['second_code']}" if may else alone


async def paper_view(page: Page, held: CarrierInHand, binding_id: int) -> PaperView | None:
    """A paper of the person in hand that lives, as it is printed."""
    platform = page.platform
    async with platform.readers.reading() as reading:
        code = await papers.find_code(reading, bucket=held.bucket, binding_id=binding_id)
        if code is None or code.person_id != held.person_id:
            return None
        person = (await people.read_persons(reading, platform.sealer, [held.person]))[held.person]
        found = await bindings.list_told_of(reading, bindings=[(held.bucket, binding_id)])
    binding = next((one for one in found if one.ended_at is None), None)
    if binding is None:
        return None
    digits = presentation.digits_of(platform.sealer, binding, issuer=platform.settings.issuer)
    return PaperView(
        svg=draw(digits),
        digits=" ".join(digits[at : at + 4] for at in range(0, len(digits), 4)),
        name_masked=people.masked_name(person.name),
        where=_where(platform, code),
        uses=code.uses_a_day,
        limit=yuan_text(code.day_limit_fen),
        until=papers.last_day(code).isoformat(),
        proof=code.proof.value,
        number=str(binding_id),
    )


def _where(platform: Platform, code: papers.PrintedCode) -> tuple[tuple[str, str], ...]:
    """(kind, name) of each place."""
    directory, areas = platform.desk.directory, platform.desk.areas
    places = [("institution", found.name) for one in code.institution_ids if (found := directory.by_id(one))]
    for area in code.areas:
        pool = areas.by_code(area)
        places.append(("area", str(area) if pool is None else pool.name))
    return tuple(places)


def draw(digits: str) -> str:
    """The QR code as the inside of a picture, black on white, one unit a module; level Q, for paper that is folded."""
    svg = zxingcpp.create_barcode(digits, zxingcpp.BarcodeFormat.QRCode, ec_level="Q").to_svg()
    side = _SIDE.search(svg)
    if side is None:
        raise ValueError("the library drew no picture")
    parts = "".join(_PATHS.findall(svg))
    return f'<svg class="paper-code" viewBox="0 0 {side[1]} {side[1]}" role="img" aria-hidden="true">{parts}</svg>'
