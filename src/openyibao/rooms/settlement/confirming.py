"""Bills above a limit wait for the phone: asked before the key is claimed, so that the same key goes on. 中文: 结算前确认。

A bill that waits has no outcome: nothing is booked or claimed, and ``confirmation_asked`` is not kept as one. Once the
phone has confirmed, the same key settles; once it refused or the time is over, the key's outcome is that refusal.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from openyibao.kit.clock import Clock
from openyibao.kit.db import Tx
from openyibao.kit.outcome import Refused
from openyibao.kit.requests import find_keys
from openyibao.rooms import confirmations
from openyibao.rooms.confirmations import NewConfirmation
from openyibao.rooms.presentation import TokenFacts
from openyibao.rooms.settlement.assessing import Assessed
from openyibao.rooms.settlement.desk import Desk
from openyibao.rooms.settlement.subjects import Standing, Subject

LookAt = Callable[[Tx, Clock, Desk, Subject, Standing], Awaitable[Assessed | Refused]]


class Confirmed(msgspec.Struct, kw_only=True):
    """Which bills of a batch go on, at most how much of the account each may take, and which are refused for good."""

    going: list[int]
    may_fen: dict[int, int] = {}
    refused: dict[int, Refused] = {}

    def refuse(self, n: int, done: Assessed | Refused) -> Refused | None:
        """Why a bill may not be settled as assessed. Reasons: those of the answer · confirmation_exceeded."""
        if isinstance(done, Refused) or n not in self.may_fen:
            return self.refused.get(n)
        return self.refused.get(n) or confirmations.refuse_above(done.split.personal_account_fen, self.may_fen[n])


async def confirm_first(
    tx: Tx,
    clock: Clock,
    desk: Desk,
    subjects: Sequence[Subject],
    first: Sequence[int],
    standing: Standing,
    look_at: LookAt,
    answers: list[Any],
) -> Confirmed:
    """Ask for bills above their area's limit, and let go on what was confirmed. The persons are locked.

    No statement where no area asks, nor for bills whose lines are worth less than the limit.
    """
    if not desk.areas.has_setting(confirmations.SETTING_ABOVE):
        return Confirmed(going=list(first))
    limits = {n: limit for n in first if (limit := _limit_of(desk, subjects[n])) is not None}
    if not limits:
        return Confirmed(going=list(first))
    known = await find_keys(tx, "settle", [_key_of(subjects[n]) for n in limits])
    names = {n: (person[0], *_key_of(subjects[n])) for n in limits if (person := subjects[n].person)}
    found = await confirmations.read_by_keys(tx, names.values())
    done = Confirmed(going=[])
    for n in first:
        if n not in limits or _key_of(subjects[n]) in known:
            done.going.append(n)
            continue
        one = found.get(names[n])
        if one is None:
            waits = await _ask_one(tx, clock, desk, subjects[n], standing, look_at, limits[n])
            done.may_fen[n] = limits[n]
        else:
            waits = confirmations.judge_waiting(one, clock.now())
            done.may_fen[n] = one.amount_fen
        if waits is None:
            done.going.append(n)
        elif waits.reason is confirmations.CONFIRMATION_ASKED:
            answers[n] = waits
        else:
            done.refused[n] = waits
            done.going.append(n)
    return done


def _key_of(subject: Subject) -> tuple[int, str]:
    return (subject.request.institution_id, subject.request.request_key)


def _limit_of(desk: Desk, subject: Subject) -> int | None:
    """The limit of a bill that may be above it; None where none is set, nobody showed a code, or the lines are worth less."""
    token, person = subject.presented, subject.person
    if not isinstance(token, TokenFacts) or person is None:
        return None
    place, pool = desk.directory.by_id(subject.request.institution_id), desk.areas.by_code(person[0] // 100)
    limit = None if place is None or pool is None else confirmations.limit_fen(pool.said, place.kind.value)
    lines_fen = sum(each.amount_fen for each in subject.request.items)
    lines_fen += sum(each.amount_fen for batch in subject.batches for each in batch.items)
    return limit if limit is not None and lines_fen > limit else None


async def _ask_one(
    tx: Tx, clock: Clock, desk: Desk, subject: Subject, standing: Standing, look_at: LookAt, limit_fen: int
) -> Refused | None:
    """Ask where the account would pay more than the limit; a bill that is refused anyway is refused as ever."""
    done = await look_at(tx, clock, desk, subject, standing)
    if isinstance(done, Refused) or done.split.personal_account_fen <= limit_fen:
        return None
    token, request = subject.presented, subject.request
    assert isinstance(token, TokenFacts)
    asked = await confirmations.ask(
        tx,
        clock,
        NewConfirmation(
            cell=done.encounter.cell,
            institution_id=request.institution_id,
            request_key=request.request_key,
            person_id=done.encounter.person_id,
            mandate_id=None if token.mandate is None else token.mandate.mandate_id,
            terminal_code=request.terminal_code,
            operator_code=request.operator_code,
            amount_fen=done.split.personal_account_fen,
            fee_total_fen=done.split.fee_total_fen,
        ),
    )
    return confirmations.judge_waiting(asked, clock.now())
