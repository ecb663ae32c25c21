"""Signals of misuse in the officer's area: why they look is asked first, then the list with its evidence, and a finding each. 中文: 异常提醒核查页面。"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.counter.desk import AtDesk, Why, at_desk
from openyibao.fronts.counter.signals_words import SIGNALS_WORDS
from openyibao.fronts.shared.pages import Box, PageRequest, PlatformHere, read_fields
from openyibao.fronts.shared.watching import judge_signal, signals_of_pool
from openyibao.kit.clock import SHANGHAI
from openyibao.kit.outcome import REASONS, Refused
from openyibao.rooms.looks import LookKind
from openyibao.rooms.signals import Signal, SignalFinding

REFUSED = 422


class LookForm(msgspec.Struct, frozen=True, kw_only=True):
    """Why an officer looks."""

    why: Why


class JudgeForm(msgspec.Struct, frozen=True, kw_only=True):
    """What they found of one signal, and why."""

    why: Why
    signal: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,4}-[0-9]{1,18}$")]
    finding: SignalFinding


@get("/signals", include_in_schema=False)
async def ask_why(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The form: nothing is shown before the reason is kept."""
    desk = await at_desk(platform, request, SIGNALS_WORDS)
    return desk.refused or desk.html("signals.html", box=None, rows=None)


@post("/signals", status_code=200, include_in_schema=False)
async def show_signals(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The signals of the area, the oldest first."""
    desk = await at_desk(platform, request, SIGNALS_WORDS)
    if desk.refused is not None:
        return desk.refused
    given: LookForm = read_fields(await request.form(), LookForm)
    return await _list(desk, given.why)


@post("/signals/judge", status_code=200, include_in_schema=False)
async def judge(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Keep a finding, once."""
    desk = await at_desk(platform, request, SIGNALS_WORDS)
    if desk.refused is not None:
        return desk.refused
    given: JudgeForm = read_fields(await request.form(), JudgeForm)
    bucket, _, number = given.signal.partition("-")
    here = {(one.bucket, one.signal_id) for one in await signals_of_pool(platform, desk.pool.pooling_area)}
    if (int(bucket), int(number)) not in here:
        return await _list(desk, given.why, desk.page.box("signal_not_here"))
    answer = await judge_signal(
        platform,
        bucket=int(bucket),
        signal_id=int(number),
        finding=given.finding,
        officer=desk.session.officer,
        why=given.why,
    )
    refused = isinstance(answer, Refused)
    box = desk.page.refused(answer) if isinstance(answer, Refused) else desk.page.box("signal_kept", tone="good")
    return await _list(desk, given.why, box, status_code=REFUSED if refused else 200)


async def _list(desk: AtDesk, why: str, box: Box | None = None, *, status_code: int = 200) -> Response[Any]:
    found = await signals_of_pool(desk.page.platform, desk.pool.pooling_area)
    persons = {(one.bucket, one.person_id) for one in found if one.person_id is not None}
    await desk.note(persons, LookKind.signals, why)
    rows = [_row(desk, one) for one in found]
    return desk.html("signals.html", status_code=status_code, box=box, rows=rows, why=why)


def _row(desk: AtDesk, one: Signal) -> dict[str, Any]:
    name_of = desk.page.platform.desk.name_of
    facts = []
    for fact in one.evidence:
        place = fact.get("institution_id")
        told = [str(fact[name]) for name in ("at", "item_code", "settlement") if name in fact]
        told += [f"{desk.page.say(f'fact_{name}')} {fact[name]}" for name in ("persons", "refusals") if name in fact]
        why = REASONS.get(str(fact.get("reason", "")))
        told += [] if why is None or "{" in why.zh else [why.en if desk.page.language == "en" else why.zh]
        facts.append(" · ".join([*told, *([name_of(int(str(place)))] if place is not None else [])]))
    return {
        "name": f"{one.bucket}-{one.signal_id}",
        "kind": f"signal_{one.kind.value}",
        "at": one.happened_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        "person": one.person_id is not None,
        "blocked": one.blocked,
        "facts": facts,
    }


SIGNAL_HANDLERS = (ask_why, show_signals, judge)
