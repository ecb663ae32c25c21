"""The use log: who used, looked at and changed what, where and when, in plain words; "this wasn't me". 中文: 用码记录与异议。"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post

from openyibao.fronts.shared.pages import Box, Page, PageRequest, PlatformHere, read_fields
from openyibao.fronts.wallet.devices import at_text
from openyibao.fronts.wallet.rights import REFUSED, channel_text, subject_here
from openyibao.fronts.wallet.rights_words import RIGHTS_WORDS
from openyibao.kit.batch import Work
from openyibao.kit.clock import at_microseconds, unix_microseconds
from openyibao.kit.db import Tx
from openyibao.kit.money import yuan_text
from openyibao.kit.outcome import REASONS, Refused
from openyibao.rooms import credentials, disputes, rights
from openyibao.rooms.areas import AreaSettings
from openyibao.rooms.disputes import Dispute, DisputeAnswers, NewDispute
from openyibao.rooms.rights import Entry, EntryGroup, EntryKind, LogPlace

LAST_ID = 2**63 - 1
DISPUTABLE = frozenset(
    {
        *(
            EntryKind.scan,
            EntryKind.refused_scan,
            EntryKind.settlement,
            EntryKind.reversal,
            EntryKind.refusal,
            EntryKind.signal,
        ),
        *(EntryKind.look, EntryKind.bound, EntryKind.filed, EntryKind.consented, EntryKind.lifted),
    }
)


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One line as the page shows it."""

    kind: str
    entry_id: int
    micro: int
    at: str
    what: str
    where: str
    more: tuple[str, ...]
    stopped: bool
    disputable: bool


class DisputeForm(msgspec.Struct, frozen=True, kw_only=True):
    """Which entry a person says was not them."""

    kind: EntryKind
    entry_id: Annotated[int, msgspec.Meta(ge=0, lt=2**63 - 1)]
    micro: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]
    words: Annotated[str, msgspec.Meta(max_length=500, pattern=r"^[^\x00]*$")] = ""


def _place_of(page: Page) -> LogPlace:
    """Where the page asked for begins; what can't be read is the newest."""
    head, _, tail = page.request.query_params.get("before", "").partition("-")
    plain = (head + tail).isascii() and head.isdigit() and tail.isdigit() and len(head) < 17 and len(tail) < 20
    if not plain or int(tail) > LAST_ID:
        return LogPlace(at=page.platform.clock.now() + timedelta(seconds=1), entry_id=LAST_ID)
    return LogPlace(at=at_microseconds(int(head)), entry_id=int(tail))


def _group_of(page: Page) -> EntryGroup | None:
    asked = page.request.query_params.get("group", "")
    return EntryGroup(asked) if asked in set(EntryGroup) else None


@get("/log", include_in_schema=False)
async def show_log(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """A page of the log."""
    page = Page(platform, request, RIGHTS_WORDS)
    group = _group_of(page)
    async with platform.readers.reading() as reading:
        _, subject = await subject_here(page, reading)
        found = await rights.read_log(reading, subject, before=_place_of(page), group=group)
    older = None if found.older is None else f"{unix_microseconds(found.older.at)}-{found.older.entry_id}"
    return page.html(
        "wallet/log.html",
        entries=[_view(page, one) for one in found.entries],
        groups=[None, *EntryGroup],
        group=group,
        older=older,
        first="before" not in request.query_params,
    )


def _view(page: Page, one: Entry) -> EntryView:
    return EntryView(
        kind=one.kind.value,
        entry_id=one.entry_id,
        micro=unix_microseconds(one.at),
        at=at_text(one.at),
        what=_what(page, one.kind.value, one.about),
        where=_where(page, one),
        more=tuple(_more(page, one)),
        stopped=one.kind in {EntryKind.refused_scan, EntryKind.refusal},
        disputable=one.kind in DISPUTABLE,
    )


def _what(page: Page, kind: str, about: str) -> str:
    """What happened; ``about`` in words where there are words for it."""
    heads = {"scan": "purpose_", "refused_scan": "purpose_", "look": "look_", "signal": "signal_", "lifted": "lift_"}
    key = heads.get(kind, "") + about
    return page.say(f"kind_{kind}", about=page.say(key) if key in page.words else about)


def _where(page: Page, one: Entry) -> str:
    place = None if one.institution_id is None else page.platform.desk.directory.by_id(one.institution_id)
    if place is not None:
        return place.name
    if one.kind is EntryKind.look:
        head, _, name = one.who.partition("/")
        return page.say("by_yourself") if head == "person" else page.say("by_officer", officer=name)
    if one.kind in {EntryKind.bound, EntryKind.unbound}:
        return one.who
    if one.kind is EntryKind.frozen and one.who.startswith("hotline:"):
        return page.say("by_hotline")
    return ""


def _more(page: Page, one: Entry) -> list[str]:
    said = []
    if one.amount_fen is not None:
        said.append(page.say("fee_total", yuan=yuan_text(abs(one.amount_fen))))
    if one.terminal_code:
        said.append(page.say("at_terminal", terminal=one.terminal_code))
    if one.institution_id is not None and one.who and one.kind is not EntryKind.look:
        said.append(page.say("by_operator", operator=one.who))
    if one.kind in {EntryKind.bound, EntryKind.unbound, EntryKind.consented, EntryKind.consent_withdrawn}:
        said.append(page.say("in_channel", channel=channel_text(page, one.about)))
    elif one.kind in {EntryKind.refused_scan, EntryKind.refusal} and one.reason in REASONS:
        said.append(Refused(REASONS[one.reason]).sentence(page.language))
    elif one.kind is EntryKind.look:
        said += _why_looked(page, one)
    elif one.kind is EntryKind.signal:
        said.append(page.say(f"signal_found_{one.reason}" if one.reason else "signal_waits"))
    elif one.kind is EntryKind.scan and one.reason:
        said.append(page.say("taken_offline"))
    elif one.reason:
        said.append(page.say("because", why=one.reason))
    return said


def _why_looked(page: Page, one: Entry) -> list[str]:
    """Why somebody looked: an institution's reason is what the code was shown for, an officer's their own words."""
    if one.who.startswith("person/"):
        return []
    purpose = f"purpose_{one.reason.partition(':')[0]}"
    return [page.say("because", why=page.say(purpose) if purpose in page.words else one.reason)]


@post("/disputes", status_code=200, include_in_schema=False)
async def raise_dispute(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """Raise a dispute: the answer is a number, who answers, and a day."""
    page = Page(platform, request, RIGHTS_WORDS)
    async with platform.readers.reading() as reading:
        binding, subject = await subject_here(page, reading)
        given: DisputeForm = read_fields(await request.form(), DisputeForm)
        credential = await credentials.find_credential(reading, bucket=subject.bucket, person_id=subject.person_id)
        entry = await rights.find_entry(
            reading, subject, kind=given.kind.value, entry_id=given.entry_id, at=at_microseconds(given.micro)
        )
    if entry is None or entry.kind not in DISPUTABLE:
        return await _disputes_page(page, box=page.box("dispute_gone"), status_code=REFUSED)
    new = NewDispute(
        bucket=subject.bucket,
        person_id=subject.person_id,
        subject_kind=entry.kind.value,
        subject_id=entry.entry_id,
        happened_at=entry.at,
        institution_id=entry.institution_id,
        words=given.words,
        answers=DisputeAnswers.agency,
        answer_days=_answer_days(page, None if credential is None else credential.insured_area),
        raised_by=f"self:{binding.binding_id}",
    )

    async def run(tx: Tx) -> Any:
        return await disputes.raise_dispute(tx, platform.clock, platform.sealer, new)

    answer = await platform.lane.submit("work", Work(run=run))
    if isinstance(answer, Refused):
        return await _disputes_page(page, box=page.refused(answer), status_code=REFUSED)
    number = disputes.dispute_number(answer.bucket, answer.dispute_id)
    return await _disputes_page(page, box=page.box("dispute_raised", tone="good", number=number))


def _answer_days(page: Page, area: int | None) -> int:
    pool = None if area is None else page.platform.desk.areas.pooling_area(area, page.platform.clock.today())
    return (AreaSettings() if pool is None else pool.settings).dispute_answer_days


async def _disputes_page(page: Page, *, box: Box | None = None, status_code: int = 200) -> Response[Any]:
    async with page.platform.readers.reading() as reading:
        _, subject = await subject_here(page, reading)
        listed = await disputes.list_disputes(
            reading, page.platform.sealer, bucket=subject.bucket, person_id=subject.person_id
        )
    shown = [_dispute_view(page, one) for one in listed]
    return page.html("wallet/disputes.html", status_code=status_code, box=box, disputes=shown)


def _dispute_view(page: Page, one: Dispute) -> dict[str, Any]:
    place = None if one.institution_id is None else page.platform.desk.directory.by_id(one.institution_id)
    who = page.say(f"answers_{one.answers.value}", hotline=page.hotline)
    about = "" if place is None else f" · {place.name}"
    return {
        "number": disputes.dispute_number(one.bucket, one.dispute_id),
        "about": page.say("dispute_about", at=at_text(one.happened_at), what=_kind_alone(page, one.subject_kind))
        + about,
        "words": one.words,
        "waits": None if one.finding else page.say("dispute_waits", who=who, on=one.promised_on.isoformat()),
        "finding": one.finding and page.say(f"finding_{one.finding.value}"),
        "answer": one.answer,
        "answered": one.answered_at and at_text(one.answered_at),
    }


def _kind_alone(page: Page, kind: str) -> str:
    return page.say(f"kind_{kind}", about="").rstrip("：: （）()")


@get("/disputes", include_in_schema=False)
async def show_disputes(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """The person's disputes with their answers."""
    return await _disputes_page(Page(platform, request, RIGHTS_WORDS))


USE_LOG_HANDLERS = (show_log, show_disputes, raise_dispute)
