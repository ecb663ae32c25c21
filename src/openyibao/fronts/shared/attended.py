"""Who is signed in at a counter or on a ward, with which role, and which activation they have in hand. 中文: 经办会话。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Response

from openyibao.fronts.shared.attending_words import ATTENDING_WORDS
from openyibao.fronts.shared.looking import note_looks
from openyibao.fronts.shared.pages import Page, PageRequest, read_fields
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import SessionContent, SignInNeeded, open_session, page_cookie, seal_session
from openyibao.fronts.shared.words import Words
from openyibao.kit.batch import Work
from openyibao.kit.clock import unix_seconds
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.rooms import institutions, looks
from openyibao.rooms.activations import CHANNEL_RULES, ActivationKey, ChannelRules
from openyibao.rooms.institutions import Operator, OperatorRole
from openyibao.rooms.looks import LookerKind, LookKind, NewLook

REFUSED = 422
SHIFT_SECONDS = 8 * 3600
IN_HAND_SECONDS = 15 * 60
LOOK_LASTS = timedelta(minutes=15)
"""So long a page that is loaded again is the same look."""


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A place where somebody activates for a person who is there: its path, its kind of channel, who may work at it."""

    name: str
    """The path below the root, the kind of channel, and the stem of its words and cookies."""
    officers: tuple[OperatorRole, ...]
    approvers: tuple[OperatorRole, ...]
    has_beds: bool
    looker_kind: LookerKind
    """As who its officers look at a person."""

    @property
    def rules(self) -> ChannelRules:
        """What an activation here takes."""
        return CHANNEL_RULES[self.name]

    @property
    def cookie(self) -> str:
        """Of the officer's session."""
        return f"yb_{self.name}"

    @property
    def in_hand_cookie(self) -> str:
        """Of the activation in hand."""
        return f"yb_{self.name}_activation"


class OfficerSession(SessionContent, frozen=True, kw_only=True):
    """An officer at a post."""

    institution_id: int
    operator_code: str
    operator_name: str

    @property
    def officer(self) -> str:
        """As activations and the audit name them."""
        return f"{self.institution_id}:{self.operator_code}"

    def channel_code(self, post: Post) -> str:
        """The channel of this post at this institution."""
        return f"{post.name}:{self.institution_id}"


class InHand(SessionContent, frozen=True, kw_only=True):
    """The activation an officer has in hand. It is theirs: the holder's secret names them."""

    bucket: int
    activation_id: int
    holder: str
    officer: str

    @property
    def key(self) -> ActivationKey:
        """As the room wants it."""
        return ActivationKey(bucket=self.bucket, activation_id=self.activation_id, holder=self.holder)


class SignInForm(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer signs in with."""

    institution_code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    operator_code: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    password: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    second_factor: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]


async def sign_in(platform: Platform, request: PageRequest, post: Post) -> Response[Any]:
    """Password and one-time code, as at every terminal; then the role is looked at, at each act anew."""
    page = Page(platform, request, ATTENDING_WORDS)
    given: SignInForm = read_fields(await request.form(), SignInForm)

    async def run(tx: Tx) -> Any:
        await platform.desk.fresh(tx)
        return await institutions.sign_in(
            tx, platform.clock, platform.sealer, platform.desk.directory, **msgspec.structs.asdict(given)
        )

    operator = await platform.lane.submit("work", Work(run=run))
    if isinstance(operator, Refused):
        kept = {"institution_code": given.institution_code, "operator_code": given.operator_code}
        return page.html(
            "attended/sign_in.html", status_code=REFUSED, box=page.refused(operator), given=kept, post=post.name
        )
    assert isinstance(operator, Operator)
    content = OfficerSession(
        expires_seconds=unix_seconds(platform.clock.now()) + SHIFT_SECONDS,
        institution_id=operator.institution_id,
        operator_code=operator.operator_code,
        operator_name=operator.name,
    )
    sealed = seal_session(platform, post.cookie, content)
    page.set_cookie(page_cookie(request, post.cookie, sealed, max_age=SHIFT_SECONDS))
    page.set_cookie(page_cookie(request, post.in_hand_cookie, "", max_age=0))
    async with platform.readers.reading() as reading:
        officer = await institutions.has_role(reading, operator.institution_id, operator.operator_code, *post.officers)
    return page.go(f"/{post.name}" if officer else f"/{post.name}/approvals")


async def at_post(
    platform: Platform,
    request: PageRequest,
    post: Post,
    roles: tuple[OperatorRole, ...],
    words: Mapping[str, Words] = ATTENDING_WORDS,
) -> tuple[Page, OfficerSession, Response[Any] | None]:
    """The page, who is signed in, and the refusal where they lack the role. Raises SignInNeeded where nobody is."""
    page = Page(platform, request, words)
    session = open_session(platform, post.cookie, request, OfficerSession)
    if session is None:
        raise SignInNeeded
    operator = platform.desk.directory.operator(session.institution_id, session.operator_code)
    if operator is None or not operator.active:
        raise SignInNeeded
    async with platform.readers.reading() as reading:
        may = await institutions.has_role(reading, session.institution_id, session.operator_code, *roles)
    if may:
        return page, session, None
    return page, session, page.show_box(page.box("attend_role_missing"), status_code=403)


async def look_at_post(
    platform: Platform, post: Post, session: OfficerSession, persons: Sequence[tuple[int, int]], *, why: str
) -> None:
    """Keep this officer's look at people by (bucket, person_id), before their masked names are shown; once a quarter of an hour."""
    new = [
        NewLook(
            bucket=bucket,
            person_id=person_id,
            kind=LookKind.identity,
            looker_kind=post.looker_kind,
            looker=session.operator_code,
            why=f"{post.name} {why}",
            institution_id=session.institution_id,
        )
        for bucket, person_id in sorted(set(persons))
    ]
    async with platform.readers.reading() as reading:
        fresh = await looks.leave_out_repeats(reading, platform.clock, new, within=LOOK_LASTS)
    await note_looks(platform, fresh)


def in_hand(platform: Platform, request: PageRequest, post: Post, session: OfficerSession) -> InHand | None:
    """The activation this officer has in hand; never one of another officer at the same browser."""
    held = open_session(platform, post.in_hand_cookie, request, InHand)
    return held if held is not None and held.officer == session.officer else None


def keep_in_hand(page: Page, post: Post, session: OfficerSession, key: ActivationKey) -> None:
    """Take an activation in hand."""
    content = InHand(
        expires_seconds=unix_seconds(page.platform.clock.now()) + IN_HAND_SECONDS,
        bucket=key.bucket,
        activation_id=key.activation_id,
        holder=key.holder,
        officer=session.officer,
    )
    sealed = seal_session(page.platform, post.in_hand_cookie, content)
    page.set_cookie(page_cookie(page.request, post.in_hand_cookie, sealed, max_age=IN_HAND_SECONDS))


def let_go(page: Page, post: Post) -> None:
    """Nothing in hand any more."""
    page.set_cookie(page_cookie(page.request, post.in_hand_cookie, "", max_age=0))
