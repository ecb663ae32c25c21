"""Payment standings of practitioners: who decides them, and how they stand on a day. 中文: 医保支付资格。

A decision counts from the day after it was taken at the earliest. So a past day's standing never changes, a day's lines
are all judged alike, and verify may ask again years later.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.crypto import sm3
from openyibao.kit.db import Reading, Tx
from openyibao.kit.outcome import Refused, reason
from openyibao.rooms.audit import AuditEvent, ExpectedEvent
from openyibao.rooms.institutions import store
from openyibao.rooms.institutions.records import (
    NewStandingDecision,
    PaymentStanding,
    Practitioner,
    StandingDecision,
)
from openyibao.rooms.institutions.rules import practitioner_known

POINTS_MAX = 12
"""Points a year that end a standing (记满 12 分); the agency decides, the sum is shown."""

STANDING_NOT_AHEAD = reason(
    "standing_not_ahead",
    zh="支付资格处理须自决定次日起生效: {begins_on} 不晚于今天 {on}",
    en="A decision on payment standing counts from the next day on: {begins_on} is not after today, {on}",
    next_zh="请把生效日改为明天或更晚",
    next_en="Let it begin tomorrow or later",
)
STANDING_SPAN_WRONG = reason(
    "standing_span_wrong",
    zh="支付资格处理的截止日 {until_on} 早于生效日 {begins_on}, 或终止处理带有截止日",
    en="The decision ends on {until_on}, before it begins on {begins_on}; or it ends a standing and has a last day",
    next_zh="请更正起止日期; 终止不填截止日",
    next_en="Correct the days; an ended standing has no last day",
)
STANDING_ENDED = reason(
    "standing_ended",
    zh="{practitioner_code} 的医保支付资格已于 {begins_on} 终止, 不能再作处理",
    en="The payment standing of {practitioner_code} ended on {begins_on}; nothing more can be decided on it",
    next_zh="请按重新登记办理",
    next_en="Register the practitioner anew",
)


def standing_on(practitioner: Practitioner | None, decisions: Iterable[StandingDecision], on: date) -> PaymentStanding:
    """How a practitioner stands on a day: by the latest decision that covers it, else as registered."""
    latest: StandingDecision | None = None
    for one in decisions:
        covers = one.begins_on <= on and (one.until_on is None or on <= one.until_on)
        if covers and (latest is None or one.turn > latest.turn):
            latest = one
    if latest is not None:
        return latest.standing
    if practitioner is None or practitioner.payment_standing is PaymentStanding.good:
        return PaymentStanding.good
    until = practitioner.suspended_until
    over = practitioner.payment_standing is PaymentStanding.suspended and until is not None and until < on
    return PaymentStanding.good if over else practitioner.payment_standing


def points_of(decisions: Iterable[StandingDecision], year: int) -> int:
    """The points given in a calendar year (记分周期)."""
    return sum(one.points for one in decisions if one.decided_on.year == year)


def content_of_decision(decision: StandingDecision) -> bytes:
    """The whole row."""
    return sm3(msgspec.msgpack.encode(msgspec.structs.astuple(decision)))


async def decide_standings(
    tx: Tx, clock: Clock, *, decisions: Sequence[NewStandingDecision], actor: str
) -> list[StandingDecision | Refused]:
    """Take decisions on practitioners; lines of a later day follow them. Stored for good, told to the audit one by one.

    Reasons: practitioner_unknown · standing_not_ahead · standing_span_wrong · standing_ended.
    """
    codes = sorted({one.practitioner_code for one in decisions})
    known = await store.known_practitioners(tx, codes)
    turns = await store.lock_standings(tx, [code for code in codes if code in known])
    before = await store.read_decisions(tx, codes)
    answers: list[StandingDecision | Refused] = []
    made: list[StandingDecision] = []
    for new in decisions:
        mine = [one for one in (*before, *made) if one.practitioner_code == new.practitioner_code]
        refused = _judge(new, mine, clock.today(), known=new.practitioner_code in known)
        if refused is not None:
            answers.append(refused)
            continue
        turns[new.practitioner_code] += 1
        decision = StandingDecision(
            decision_id=tx.ids.next(),
            turn=turns[new.practitioner_code],
            decided_on=clock.today(),
            actor=actor,
            **msgspec.structs.asdict(new),
        )
        made.append(decision)
        answers.append(decision)
    if made:
        await store.insert_decisions(tx, made, turns)
        await store.bump_version(tx)
        tx.audit += [_event(one) for one in made]
    return answers


def _judge(new: NewStandingDecision, mine: Sequence[StandingDecision], on: date, *, known: bool) -> Refused | None:
    unknown = None if known else practitioner_known(None, new.practitioner_code)
    if unknown is not None:
        return unknown
    if new.begins_on <= on:
        return Refused(STANDING_NOT_AHEAD, {"begins_on": new.begins_on.isoformat(), "on": on.isoformat()})
    ended_for_a_time = new.standing is PaymentStanding.ended and new.until_on is not None
    if ended_for_a_time or (new.until_on is not None and new.until_on < new.begins_on):
        days = {"begins_on": new.begins_on.isoformat(), "until_on": str(new.until_on)}
        return Refused(STANDING_SPAN_WRONG, days)
    ended = next((one for one in mine if one.standing is PaymentStanding.ended), None)
    if ended is not None:
        facts = {"practitioner_code": new.practitioner_code, "begins_on": ended.begins_on.isoformat()}
        return Refused(STANDING_ENDED, facts)
    return None


def _event(decision: StandingDecision) -> AuditEvent:
    return AuditEvent(
        kind="standing_decided",
        cell=0,
        subject_id=decision.decision_id,
        actor=decision.actor,
        content=content_of_decision(decision),
    )


async def expected_of_decisions(reading: Reading, *, most: int) -> AsyncIterator[list[ExpectedEvent]]:
    """What must have been told of every decision; a turn that is missing shows at the practitioner's last one."""
    after = ("", 0)
    while rows := await store.list_decisions(reading, after=after, most=most):
        after = (rows[-1][0].practitioner_code, rows[-1][0].turn)
        yield [
            ExpectedEvent(
                kind="standing_decided",
                subject_id=decision.decision_id,
                content=content_of_decision(decision),
                where=f"standing decision {decision.practitioner_code}-{decision.turn}",
                stands=count == last,
            )
            for decision, count, last in rows
        ]


async def find_lost_decisions(reading: Reading) -> list[str]:
    """Practitioners of whom decisions are gone: fewer rows than were taken."""
    return await store.list_lost_decisions(reading)
