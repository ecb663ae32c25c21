"""Who has which role: read by security and audit, given and taken by two security officers. 中文: 角色管理。"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get, post

from openyibao.fronts.office.approvals import decide_form, waiting_rows
from openyibao.fronts.office.desk import PAGES_OF, REFUSED, Officer, at_office, minute
from openyibao.fronts.shared import proposing
from openyibao.fronts.shared.pages import Box, PageRequest, PlatformHere, read_fields
from openyibao.fronts.shared.proposing import ROLE_KINDS, RoleBody
from openyibao.kit.outcome import Refused
from openyibao.rooms import institutions
from openyibao.rooms.institutions import OPERATOR_ABSENT, OperatorRole
from openyibao.rooms.proposals import ProposalKind

SECURITY = (OperatorRole.security,)


class RoleForm(msgspec.Struct, frozen=True, kw_only=True):
    """Whose role, which, given or taken, and why."""

    act: Literal["give_role", "take_role"]
    institution_code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    operator_code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    role: OperatorRole
    why: Annotated[str, msgspec.Meta(min_length=2, max_length=120, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]


async def _page(officer: Officer, box: Box | None = None) -> Response[Any]:
    platform = officer.platform
    async with platform.readers.reading() as reading:
        await platform.desk.fresh(reading)
        held = await institutions.list_roles(reading)
    rows = []
    for one in held:
        place = platform.desk.directory.by_id(one.institution_id)
        rows.append(
            {
                "place": str(one.institution_id) if place is None else place.name,
                "institution_code": "" if place is None else place.institution_code,
                "operator": one.operator_code,
                "role": one.role,
                "given_by": one.given_by,
                "given_at": minute(one.given_at),
            }
        )
    secures = OperatorRole.security in officer.roles
    return officer.html(
        "roles",
        status_code=REFUSED if box and box.tone == "stop" else 200,
        box=box,
        rows=rows,
        secures=secures,
        waiting=await waiting_rows(officer, ROLE_KINDS) if secures else [],
        all_roles=[one.value for one in OperatorRole],
    )


@get("/roles", include_in_schema=False)
async def show_roles(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The roles that are held now, and what waits."""
    officer, refused = await at_office(platform, request, PAGES_OF["roles"])
    return refused or await _page(officer)


@post("/roles", status_code=200, include_in_schema=False)
async def propose_role(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Propose to give or take a role."""
    officer, refused = await at_office(platform, request, SECURITY)
    if refused is not None:
        return refused
    given: RoleForm = read_fields(await request.form(), RoleForm)
    place = platform.desk.directory.by_code(given.institution_code)
    if place is None or platform.desk.directory.operator(place.institution_id, given.operator_code) is None:
        return await _page(officer, officer.page.refused(Refused(OPERATOR_ABSENT)))
    made = await proposing.propose(
        platform,
        ProposalKind(given.act),
        RoleBody(institution_id=place.institution_id, operator_code=given.operator_code, role=given.role),
        person=None,
        institution_id=officer.session.institution_id,
        maker=officer.session.officer,
        why=given.why,
    )
    if isinstance(made, Refused):
        return await _page(officer, officer.page.refused(made))
    return await _page(officer, officer.page.box("role_proposed", tone="good"))


@post("/roles/decide", status_code=200, include_in_schema=False)
async def decide_role(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Another security officer decides."""
    officer, refused = await at_office(platform, request, SECURITY)
    return refused or await _page(officer, await decide_form(officer, kinds=ROLE_KINDS))


ROLE_HANDLERS = (show_roles, propose_role, decide_role)
