"""Who is signed in at the officers' desk, with which roles, and what they find there. 中文: 工作台会话。"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post

from openyibao.fronts.office.words import OFFICE_WORDS
from openyibao.fronts.shared.attended import OfficerSession, Post, at_post, sign_in
from openyibao.fronts.shared.attending_words import ATTENDING_WORDS
from openyibao.fronts.shared.looking import note_looks
from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import page_cookie
from openyibao.kit.clock import SHANGHAI
from openyibao.rooms import institutions
from openyibao.rooms.institutions import OperatorRole
from openyibao.rooms.looks import LookerKind, LookKind, NewLook

REFUSED = 422
OFFICE = Post(
    name="office",
    officers=tuple(OperatorRole),
    approvers=(OperatorRole.approver,),
    has_beds=False,
    looker_kind=LookerKind.agency,
)
PAGES_OF: dict[str, tuple[OperatorRole, ...]] = {
    "person": (OperatorRole.officer,),
    "made": (OperatorRole.officer,),
    "approvals": (OperatorRole.approver,),
    "hotline": (OperatorRole.hotline,),
    "disputes": (OperatorRole.officer,),
    "transfers": (OperatorRole.officer,),
    "roles": (OperatorRole.security, OperatorRole.auditor),
    "system": (OperatorRole.system,),
}
"""Page → who may open it. Each act looks again."""
AT_DESK = tuple(sorted({role for roles in PAGES_OF.values() for role in roles}))


class Officer:
    """An officer on a page: the page, the session, and the roles they have at this moment."""

    def __init__(self, page: Page, session: OfficerSession, roles: frozenset[OperatorRole]) -> None:
        self.page, self.session, self.roles = page, session, roles

    @property
    def platform(self) -> Platform:
        """What the page stands on."""
        return self.page.platform

    @property
    def area(self) -> int:
        """The pooling area of the institution they sit at; 0 where it has none."""
        place = self.platform.desk.directory.by_id(self.session.institution_id)
        today = self.platform.clock.today()
        pool = None if place is None else self.platform.desk.areas.pooling_area(place.treatment_area, today)
        return 0 if pool is None else pool.pooling_area

    def html(self, template: str, *, status_code: int = 200, **facts: Any) -> Response[Any]:
        """A page in the desk's frame."""
        links = [name for name, roles in PAGES_OF.items() if self.roles & set(roles)]
        return self.page.html(
            f"office/{template}.html",
            status_code=status_code,
            post=OFFICE.name,
            who=self.session.operator_name,
            desk_pages=links,
            **facts,
        )

    async def look(self, persons: Sequence[tuple[int, int]], kind: LookKind, why: str) -> None:
        """Keep this officer's look at people by (bucket, person_id), before anything of them is shown."""
        new = [
            NewLook(
                bucket=bucket,
                person_id=person_id,
                kind=kind,
                looker_kind=OFFICE.looker_kind,
                looker=self.session.operator_code,
                why=why.strip()[:200],
                institution_id=self.session.institution_id,
            )
            for bucket, person_id in sorted(set(persons))
        ]
        await note_looks(self.platform, new)


async def at_office(
    platform: Platform, request: PageRequest, roles: tuple[OperatorRole, ...]
) -> tuple[Officer, Response[Any] | None]:
    """Who asks, and the refusal where they lack the role. Raises SignInNeeded where nobody is signed in."""
    page, session, refused = await at_post(platform, request, OFFICE, roles)
    page.words = {**page.words, **OFFICE_WORDS}
    async with platform.readers.reading() as reading:
        held = await institutions.roles_of(reading, session.institution_id, session.operator_code)
    return Officer(page, session, held), refused


def minute(at: Any) -> str:
    """An instant as people here read it."""
    return str(at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"))


def read_name(text: str) -> tuple[int, int]:
    """(bucket, id) of a form's name; one that leads nowhere for nonsense."""
    head, _, tail = text.strip()[:40].partition("-")
    plain = (head + tail).isascii() and head.isdigit() and tail.isdigit() and len(head) < 6 and len(tail) < 19
    return (int(head), int(tail)) if plain else (-1, -1)


@get("/sign-in", include_in_schema=False, sync_to_thread=False)
def show_sign_in(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The form."""
    page = Page(platform, request, ATTENDING_WORDS)
    return page.html("attended/sign_in.html", box=None, given={}, post=OFFICE.name)


@post("/sign-in", status_code=200, include_in_schema=False)
async def take_sign_in(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Password and one-time code."""
    return await sign_in(platform, request, OFFICE)


@post("/sign-out", status_code=200, include_in_schema=False, sync_to_thread=False)
def sign_out(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The shift is over."""
    page = Page(platform, request, ATTENDING_WORDS)
    page.set_cookie(page_cookie(request, OFFICE.cookie, "", max_age=0))
    page.set_cookie(page_cookie(request, OFFICE.in_hand_cookie, "", max_age=0))
    return page.go("/office/sign-in")


@get("/", include_in_schema=False)
async def show_desk(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What this officer's roles open."""
    officer, refused = await at_office(platform, request, AT_DESK)
    return refused or officer.html("desk")


@get("/system", include_in_schema=False)
async def show_system(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """How the platform is, for who looks after it: nobody's data."""
    officer, refused = await at_office(platform, request, PAGES_OF["system"])
    if refused is not None:
        return refused
    areas, places = platform.desk.areas, platform.desk.directory.list_all()
    return officer.html(
        "system",
        now=minute(platform.clock.now()),
        cells=len(areas.all_cells()),
        places=len(places),
        faces=platform.liveness is not None,
        stand_in=platform.settings.faces_stand_in,
    )


DESK_HANDLERS = (show_sign_in, take_sign_in, sign_out, show_desk, show_system)
