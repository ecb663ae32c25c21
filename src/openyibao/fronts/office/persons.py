"""A person before an officer: found by the document they show, then what is proposed for them. 中文: 窗口业务。"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from openyibao.fronts.office.desk import OFFICE, PAGES_OF, REFUSED, Officer, at_office, minute, read_name
from openyibao.fronts.shared import proposing
from openyibao.fronts.shared.pages import Box, PageRequest, PlatformHere
from openyibao.fronts.shared.proposing import (
    PERSON_KINDS,
    ConsentBody,
    IdentityBody,
    KinshipBody,
    PlainBody,
    ResetBody,
)
from openyibao.fronts.shared.security import SessionContent, open_session, page_cookie, seal_session
from openyibao.kit.clock import unix_seconds
from openyibao.kit.outcome import Refused
from openyibao.rooms import freezes, mandates, people, proposals
from openyibao.rooms.looks import LookKind
from openyibao.rooms.mandates import KinshipProof, MandateBasis, MandateParty
from openyibao.rooms.people import DocumentType, InsuredPerson
from openyibao.rooms.proposals import Decision, Proposal, ProposalKind

IN_HAND_SECONDS = 15 * 60
TYPES = [each.value for each in DocumentType]
_EMPTY = {"name": "", "document_type": DocumentType.identity_card.value, "document_number": "", "why": ""}
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z()]{5,24}$")]


class PersonForm(msgspec.Struct, frozen=True, kw_only=True):
    """Who stands there, and what for."""

    name: Name
    document_type: DocumentType
    document_number: Number
    why: Annotated[str, msgspec.Meta(min_length=2, max_length=120, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]


class PersonInHand(SessionContent, frozen=True, kw_only=True):
    """The person an officer has before them, and the reason they gave for looking."""

    bucket: int
    person_id: int
    why: str
    officer: str


class Untold(Exception):  # noqa: N818 an answer, not an error
    """A form that can't be read, or names what is not there; carries the box's key."""


def in_hand(officer: Officer) -> PersonInHand | None:
    """The person this officer has in hand; never one of another officer at the same browser."""
    held = open_session(officer.platform, OFFICE.in_hand_cookie, officer.page.request, PersonInHand)
    return held if held is not None and held.officer == officer.session.officer else None


async def _fields(request: PageRequest) -> dict[str, str]:
    return {name: str(value).strip() for name, value in (await request.form()).items()}


async def _find(officer: Officer, document_type: DocumentType, number: str, name: str) -> InsuredPerson | None:
    async with officer.platform.readers.reading() as reading:
        found = await people.find_by_document(reading, officer.platform.sealer, document_type, number.upper())
    return found if found is not None and found.name == name else None


@get("/person", include_in_schema=False)
async def show_person(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The person in hand, or the form to find one."""
    officer, refused = await at_office(platform, request, PAGES_OF["person"])
    return refused or await _page(officer)


async def _page(officer: Officer, box: Box | None = None, given: dict[str, str] | None = None) -> Response[Any]:
    held, status = in_hand(officer), REFUSED if box is not None and box.tone == "stop" else 200
    if held is None:
        return officer.html("find", status_code=status, box=box, given=given or _EMPTY, types=TYPES)
    platform, name = officer.platform, (held.bucket, held.person_id)
    async with platform.readers.reading() as reading:
        person = (await people.read_persons(reading, platform.sealer, [name]))[name]
        frozen = await freezes.find_open(reading, bucket=held.bucket, person_id=held.person_id)
        mine = await mandates.list_mine(reading, bucket=held.bucket, person_id=held.person_id)
    today = platform.clock.today()
    asked = [
        {"named": f"{one.bucket}-{one.mandate_id}", "agent": one.agent_masked}
        for party, one in mine
        if party is MandateParty.principal and mandates.asks_own_consent(one, today)
    ]
    return officer.html(
        "person",
        status_code=status,
        box=box,
        name_masked=people.masked_name(person.name),
        document_masked=people.masked_document(person.document_number),
        frozen_since=None if frozen is None else minute(frozen.frozen_at),
        asked=asked,
        types=TYPES,
        bases=[one.value for one in sorted(mandates.GUARDED)],
        kin_proofs=[one.value for one in KinshipProof],
    )


@post("/person", status_code=200, include_in_schema=False)
async def find_person(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Find who stands there; the look is kept with its reason before anything is shown."""
    officer, refused = await at_office(platform, request, PAGES_OF["person"])
    if refused is not None:
        return refused
    kept = {name: (await _fields(request)).get(name, "")[:120] for name in _EMPTY}
    try:
        given = msgspec.convert(kept, PersonForm, strict=False)
    except msgspec.ValidationError:
        return await _page(officer, officer.page.box("find_unread"), kept)
    person = await _find(officer, given.document_type, given.document_number, given.name)
    if person is None:
        return await _page(officer, officer.page.box("find_nobody"), kept)
    await officer.look([(person.bucket, person.person_id)], LookKind.identity, f"office: {given.why}")
    content = PersonInHand(
        expires_seconds=unix_seconds(platform.clock.now()) + IN_HAND_SECONDS,
        bucket=person.bucket,
        person_id=person.person_id,
        why=given.why,
        officer=officer.session.officer,
    )
    sealed = seal_session(platform, OFFICE.in_hand_cookie, content)
    officer.page.set_cookie(page_cookie(request, OFFICE.in_hand_cookie, sealed, max_age=IN_HAND_SECONDS))
    return officer.page.go("/office/person")


@post("/person/drop", status_code=200, include_in_schema=False)
async def drop_person(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The next one, please."""
    officer, refused = await at_office(platform, request, PAGES_OF["person"])
    officer.page.set_cookie(page_cookie(request, OFFICE.in_hand_cookie, "", max_age=0))
    return refused or officer.page.go("/office/person")


async def _body(officer: Officer, held: PersonInHand, kind: ProposalKind, fields: dict[str, str]) -> Any:
    """What the act takes, from its form. Raises Untold with the key of what is wrong; ValidationError for what can't be read."""
    if kind is ProposalKind.lift_freeze:
        async with officer.platform.readers.reading() as reading:
            if await freezes.find_open(reading, bucket=held.bucket, person_id=held.person_id) is None:
                return Refused(freezes.NOT_FROZEN)
        return PlainBody()
    if kind is ProposalKind.reset_password:
        return ResetBody(end_others=fields.get("end_others") == "yes")
    if kind is ProposalKind.enter_kinship:
        return await _kinship_body(officer, fields)
    if kind is ProposalKind.consent_mandate:
        name = read_name(fields.get("named", ""))
        async with officer.platform.readers.reading() as reading:
            one = (await mandates.read_mandates(reading, [name])).get(name)
        if one is None or one.principal_person_id != held.person_id:
            return Refused(mandates.MANDATE_UNKNOWN)
        return ConsentBody(bucket=name[0], mandate_id=name[1], agent_masked=one.agent_masked)
    shape = {
        "name": fields.get("new_name", ""),
        "document_type": fields.get("new_document_type", ""),
        "document_number": fields.get("new_document_number", "").upper(),
    }
    return msgspec.convert(shape, IdentityBody)


async def _kinship_body(officer: Officer, fields: dict[str, str]) -> KinshipBody:
    number = fields.get("guardian_number", "")[:24]
    guardian = await _find(officer, DocumentType.identity_card, number, fields.get("guardian_name", ""))
    proof_number = fields.get("proof_number", "")
    if guardian is None or not 4 <= len(proof_number) <= 40:
        raise Untold("guardian_nobody")
    await officer.look([(guardian.bucket, guardian.person_id)], LookKind.identity, "office: guardian of a child")
    return KinshipBody(
        guardian_bucket=guardian.bucket,
        guardian_person_id=guardian.person_id,
        guardian_masked=people.masked_name(guardian.name),
        basis=msgspec.convert(fields.get("basis", ""), MandateBasis),
        proof=msgspec.convert(fields.get("proof", ""), KinshipProof),
        proof_number=proof_number,
    )


@post("/propose/{kind:str}", status_code=200, include_in_schema=False)
async def propose(request: PageRequest, platform: PlatformHere, kind: FromPath[str]) -> Response[Any]:
    """Propose an act for the person in hand; the second officer decides it."""
    officer, refused = await at_office(platform, request, PAGES_OF["person"])
    if refused is not None:
        return refused
    held, fields = in_hand(officer), await _fields(request)
    if held is None or kind not in {each.value for each in PERSON_KINDS}:
        return await _page(officer, officer.page.box("in_hand_over"))
    try:
        body = await _body(officer, held, ProposalKind(kind), fields)
    except (Untold, msgspec.ValidationError) as fault:
        return await _page(officer, officer.page.box(str(fault) if isinstance(fault, Untold) else "find_unread"))
    if isinstance(body, Refused):
        return await _page(officer, officer.page.refused(body))
    made = await proposing.propose(
        platform,
        ProposalKind(kind),
        body,
        person=(held.bucket, held.person_id),
        institution_id=officer.session.institution_id,
        maker=officer.session.officer,
        why=held.why,
    )
    if isinstance(made, Refused):
        return await _page(officer, officer.page.refused(made))
    return officer.page.go("/office/made")


@get("/made", include_in_schema=False)
async def show_made(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What this officer proposed lately, and what became of it."""
    officer, refused = await at_office(platform, request, PAGES_OF["made"])
    return refused or await _made(officer)


async def _made(officer: Officer, box: Box | None = None) -> Response[Any]:
    platform, session = officer.platform, officer.session
    async with platform.readers.reading() as reading:
        found = await proposals.list_made(
            reading,
            platform.clock,
            platform.sealer,
            institution_id=session.institution_id,
            maker=session.officer,
            kinds=PERSON_KINDS,
        )
    rows = [
        {
            "named": f"{one.bucket}-{one.proposal_id}",
            "kind": one.kind.value,
            "at": minute(one.made_at),
            "why": one.why,
            "state": _state(one, platform.clock.now()),
        }
        for one in found
    ]
    return officer.html("made", status_code=REFUSED if box and box.tone == "stop" else 200, box=box, rows=rows)


def _state(one: Proposal, now: Any) -> str:
    """How it stands: waiting, approved (the person has still to act), done, rejected, expired."""
    if one.done_at is not None:
        return "done"
    if one.decision is Decision.rejected:
        return "rejected"
    if now >= one.expires_at:
        return "expired"
    return "waiting" if one.decision is None else "approved"


@post("/password", status_code=200, include_in_schema=False)
async def set_password(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The person types new digits at the desk, once it is approved."""
    officer, refused = await at_office(platform, request, PAGES_OF["made"])
    if refused is not None:
        return refused
    form = await request.form()
    new, again = (str(form.get(name, ""))[:20] for name in ("password", "password_again"))
    if new != again:
        return await _made(officer, officer.page.box("attend_differs"))
    bucket, proposal_id = read_name(str(form.get("named", "")))
    done = await proposing.set_password(
        platform,
        bucket=bucket,
        proposal_id=proposal_id,
        institution_id=officer.session.institution_id,
        maker=officer.session.officer,
        password=new,
    )
    if isinstance(done, Refused):
        return await _made(officer, officer.page.refused(done))
    return await _made(officer, officer.page.box("office_reset_done", tone="good"))


PERSON_HANDLERS = (show_person, find_person, drop_person, propose, show_made, set_password)
