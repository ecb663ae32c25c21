"""Which days are open and which are closed, for an area or one institution, and who closed them. 中文: 关账页面。"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from litestar import Response, get

from openyibao.fronts.counter.desk import at_desk
from openyibao.fronts.counter.periods_words import PERIODS_WORDS
from openyibao.fronts.shared.pages import PageRequest, PlatformHere
from openyibao.kit.clock import SHANGHAI
from openyibao.rooms import periods
from openyibao.rooms.periods import ALL_INSTITUTIONS, PeriodAct, PeriodKind

DAYS_SHOWN, ACTS_SHOWN = 31, 50


@get("/periods", include_in_schema=False)
async def show_periods(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The last days with what of them is closed, and the acts, the newest first."""
    desk = await at_desk(platform, request, PERIODS_WORDS)
    if desk.refused is not None:
        return desk.refused
    code = request.query_params.get("institution", "").strip()[:40]
    place = platform.desk.directory.by_code(code) if code else None
    institution_id = ALL_INSTITUTIONS if place is None else place.institution_id
    async with platform.readers.reading() as reading:
        acts = await periods.list_acts(reading, desk.pool.pooling_area, institution_id)
    today = platform.clock.today()
    days = [today - timedelta(days=back) for back in range(1, DAYS_SHOWN + 1)]
    newest = list(reversed(acts))[:ACTS_SHOWN]
    return desk.html(
        "periods.html",
        box=desk.page.box("institution_gone") if code and place is None else None,
        code=code,
        place=desk.page.say("whole_area") if place is None else place.name,
        kinds=[kind.value for kind in PeriodKind],
        days=[(day, closed_kinds(acts, day)) for day in days],
        acts=[(one, one.acted_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")) for one in newest],
        days_shown=DAYS_SHOWN,
    )


def closed_kinds(acts: Sequence[PeriodAct], on: date) -> frozenset[str]:
    """The kinds that are closed on a day: of each the last act counts, the area's and the institution's apart."""
    state: dict[tuple[PeriodKind, bool], bool] = {}
    for act in acts:
        if act.from_on <= on <= act.until_on:
            state[act.kind, act.institution_id == ALL_INSTITUTIONS] = act.closes
    return frozenset(kind.value for (kind, _), closed in state.items() if closed)


PERIOD_HANDLERS = (show_periods,)
