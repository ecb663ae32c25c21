"""Who is at the agency's counter, for which pooling area, and the look that goes before any answer. 中文: 经办工作台。"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from litestar import Response

from openyibao.fronts.shared.attended import OfficerSession, Post, at_post
from openyibao.fronts.shared.attending_words import ATTENDING_WORDS
from openyibao.fronts.shared.looking import note_looks
from openyibao.fronts.shared.pages import Page, PageRequest
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.words import Words
from openyibao.rooms.areas import PoolingArea
from openyibao.rooms.institutions import OperatorRole
from openyibao.rooms.looks import LookerKind, LookKind, NewLook

COUNTER = Post(
    name="counter",
    officers=(OperatorRole.officer,),
    approvers=(OperatorRole.approver,),
    has_beds=False,
    looker_kind=LookerKind.agency,
)
Why = Annotated[str, msgspec.Meta(min_length=2, max_length=160, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]


class AtDesk(msgspec.Struct):
    """An officer at the counter, with the pooling area they work for; ``refused`` where they may not be here."""

    page: Page
    session: OfficerSession
    pool: PoolingArea
    refused: Response[Any] | None

    def html(self, template: str, *, status_code: int = 200, **facts: Any) -> Response[Any]:
        """A page in the counter's frame."""
        frame = {"post": COUNTER.name, "who": self.session.operator_name, "pool": self.pool}
        return self.page.html(f"counter/{template}", status_code=status_code, **frame, **facts)

    async def note(self, persons: set[tuple[int, int]], kind: LookKind, why: str) -> None:
        """Keep the look at people by (bucket, person_id) before anything of them is shown."""
        await note_looks(
            self.page.platform,
            [
                NewLook(
                    bucket=bucket,
                    person_id=person_id,
                    kind=kind,
                    looker_kind=LookerKind.agency,
                    looker=self.session.operator_code,
                    why=why.strip(),
                    institution_id=self.session.institution_id,
                )
                for bucket, person_id in sorted(persons)
            ],
        )


async def at_desk(platform: Platform, request: PageRequest, words: Mapping[str, Words]) -> AtDesk:
    """Who is here. An officer works for the pooling area in which their own desk lies. Raises SignInNeeded."""
    page, session, refused = await at_post(platform, request, COUNTER, COUNTER.officers, {**ATTENDING_WORDS, **words})
    async with platform.readers.reading() as reading:
        await platform.desk.fresh(reading)
    own = platform.desk.directory.by_id(session.institution_id)
    area = 0 if own is None else own.treatment_area
    areas = platform.desk.areas
    pool = areas.by_code(area) or areas.pooling_area(area, platform.clock.today())
    if pool is None:
        raise LookupError(f"the desk {session.institution_id} lies in no pooling area")
    return AtDesk(page, session, pool, refused)
