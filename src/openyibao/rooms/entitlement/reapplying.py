"""The verb reapply_settings: enrolments of an area derived anew under the settings of today. 中文: 参数变更后的待遇重算。

A changed setting alters nothing by itself: what was derived stands under the terms it was derived with. An area that wants
the new ones for everybody goes through its enrolments with this verb, a stretch at a time, and can stop anywhere.
"""

from __future__ import annotations

from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.rooms.areas import Areas, cell_span
from openyibao.rooms.entitlement.deriving import TermsBook, lock_all, rederive
from openyibao.rooms.entitlement.store import EnrolmentName
from openyibao.rooms.people import list_enrolments

STRETCH_MAX = 1_000


async def reapply_settings(
    tx: Tx, clock: Clock, areas: Areas, *, pooling_area: int, after: EnrolmentName | None, actor: str
) -> tuple[int, EnrolmentName | None]:
    """Take the next stretch: how many stand differently now, and where to go on; None at the end.

    Whose periods stay as they are under the new terms is left alone, with the terms they had.
    """
    first, last = cell_span(pooling_area)
    book = TermsBook(areas)
    found = await list_enrolments(tx, after=after or (first, -1, -1), most=STRETCH_MAX)
    own = [one for one in found if one.cell <= last]
    names = {(one.cell, one.person_id, one.enrolment_id) for one in own if one.terms_hash is not None}
    held = await lock_all(tx, [(cell, person_id) for cell, person_id, _ in names])
    wanted = [
        one for _, mine in sorted(held.items()) for one in mine if (one.cell, one.person_id, one.enrolment_id) in names
    ]
    changed = await rederive(tx, book, wanted, actor=actor, only_changed=True)
    more = len(found) == STRETCH_MAX and len(own) == len(found)
    return len(changed), (own[-1].cell, own[-1].person_id, own[-1].enrolment_id) if more else None
