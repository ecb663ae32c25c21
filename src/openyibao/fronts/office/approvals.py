"""What waits for a second officer: shown whole, approved or rejected. 中文: 复核页面。"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from litestar import Response, get, post

from openyibao.fronts.office.desk import PAGES_OF, REFUSED, Officer, at_office, minute, read_name
from openyibao.fronts.shared import proposing
from openyibao.fronts.shared.pages import Box, PageRequest, PlatformHere
from openyibao.fronts.shared.proposing import PERSON_KINDS, RoleBody, body_of
from openyibao.kit.outcome import Refused
from openyibao.rooms import people, proposals
from openyibao.rooms.looks import LookKind
from openyibao.rooms.proposals import Proposal, ProposalKind


def told(officer: Officer, one: Proposal) -> list[tuple[str, str]]:
    """What an approver reads of a proposal beside its person: label and value."""
    page, body = officer.page, body_of(one)
    if one.kind is ProposalKind.reset_password:
        return [(page.say("case_end_others"), page.say("yes" if body.end_others else "no"))]
    if one.kind is ProposalKind.enter_kinship:
        return [
            (page.say("case_guardian"), body.guardian_masked),
            (page.say("case_basis"), page.say(f"kin_{body.basis}")),
            (page.say("case_proof"), f"{page.say(f'kin_proof_{body.proof}')} {body.proof_number}"),
        ]
    if one.kind is ProposalKind.consent_mandate:
        return [(page.say("case_agent"), body.agent_masked)]
    if one.kind is ProposalKind.change_identity:
        return [
            (page.say("case_new_name"), body.name),
            (page.say("case_new_document"), f"{page.say(f'paper_{body.document_type}')} {body.document_number}"),
        ]
    return _told_of_role(officer, body) if isinstance(body, RoleBody) else []


def _told_of_role(officer: Officer, body: RoleBody) -> list[tuple[str, str]]:
    place = officer.platform.desk.directory.by_id(body.institution_id)
    name = str(body.institution_id) if place is None else place.name
    return [
        (officer.page.say("role_whose"), f"{name} · {body.operator_code}"),
        (officer.page.say("role_which"), officer.page.say(f"role_{body.role}")),
    ]


async def waiting_rows(officer: Officer, kinds: Collection[ProposalKind]) -> list[dict[str, Any]]:
    """What waits here, with the people it is about; each look is kept first."""
    platform = officer.platform
    async with platform.readers.reading() as reading:
        waiting = await proposals.list_waiting(
            reading, platform.clock, platform.sealer, institution_id=officer.session.institution_id, kinds=kinds
        )
    names = [(one.bucket, one.person_id) for one in waiting if one.person_id is not None]
    await officer.look(names, LookKind.identity, "office approves")
    async with platform.readers.reading() as reading:
        found = await people.read_persons(reading, platform.sealer, names)
    rows = []
    for one in waiting:
        person = found.get((one.bucket, one.person_id or 0))
        rows.append(
            {
                "named": f"{one.bucket}-{one.proposal_id}",
                "kind": one.kind.value,
                "name": "" if person is None else people.masked_name(person.name),
                "document": "" if person is None else people.masked_document(person.document_number),
                "maker": one.maker.partition(":")[2],
                "mine": one.maker == officer.session.officer,
                "why": one.why,
                "at": minute(one.made_at),
                "told": told(officer, one),
            }
        )
    return rows


async def decide_form(officer: Officer, *, kinds: Collection[ProposalKind]) -> Box:
    """One decision from its form; the box that says what came of it."""
    form = await officer.page.request.form()
    bucket, proposal_id = read_name(str(form.get("named", "")))
    approves = form.get("decision") == "approve"
    decided = await proposing.decide(
        officer.platform,
        bucket=bucket,
        proposal_id=proposal_id,
        institution_id=officer.session.institution_id,
        officer=officer.session.officer,
        approves=approves,
        kinds=kinds,
    )
    if isinstance(decided, Refused):
        return officer.page.refused(decided)
    return officer.page.box("case_approved" if approves else "case_rejected", tone="good")


async def _page(officer: Officer, box: Box | None = None) -> Response[Any]:
    rows = await waiting_rows(officer, PERSON_KINDS)
    return officer.html("approvals", status_code=REFUSED if box and box.tone == "stop" else 200, box=box, rows=rows)


@get("/approvals", include_in_schema=False)
async def show_approvals(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What waits at this institution."""
    officer, refused = await at_office(platform, request, PAGES_OF["approvals"])
    return refused or await _page(officer)


@post("/approvals", status_code=200, include_in_schema=False)
async def decide(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Approve or reject."""
    officer, refused = await at_office(platform, request, PAGES_OF["approvals"])
    return refused or await _page(officer, await decide_form(officer, kinds=PERSON_KINDS))


APPROVAL_HANDLERS = (show_approvals, decide)
