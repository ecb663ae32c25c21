"""What a bill asks of a person's enrolments: which funds rest, paid until when, how many years. Pure, no statement more.

All of it stands on the enrolments that settling has locked already. 中文: 结算所需的待遇状态。
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from openyibao.rooms.entitlement.records import FUND_OF
from openyibao.rooms.entitlement.rules import added_of, waiting_until, years_running
from openyibao.rooms.people import Enrolment, funds_stopped


class BillStanding(msgspec.Struct, frozen=True, kw_only=True):
    """How a person stands on the day of a bill, in the words of a policy's ``PersonFacts``."""

    funds_stopped: tuple[str, ...]
    enrolled_on: date | None = None
    paid_until: date | None = None
    waiting_until: date | None = None
    years_running: int | None = None


def bill_standing(enrolments: Sequence[Enrolment], base: Enrolment, on: date) -> BillStanding:
    """How somebody stands under a base enrolment on a day, with the added insurances that follow it.

    Whoever is not kept by contributions stands as their periods say, and nothing else is known of them.
    """
    stopped = funds_stopped(base, on)
    if len(enrolments) > 1:
        stopped = _with_added(stopped, enrolments, base, on)
    if base.terms_hash is None:
        return BillStanding(funds_stopped=stopped)
    if stopped and len(stopped) >= len({period.fund for period in base.entitlements}):
        # The base rests whole, and what follows it rests too, also where a policy gives it by group alone.
        stopped = tuple(sorted({*stopped, *FUND_OF.values()}))
    return BillStanding(
        funds_stopped=stopped,
        enrolled_on=base.begins_on,
        paid_until=base.paid_until,
        waiting_until=waiting_until(base, on),
        years_running=years_running(base, on),
    )


def _with_added(
    stopped: tuple[str, ...], enrolments: Sequence[Enrolment], base: Enrolment, on: date
) -> tuple[str, ...]:
    """An added insurance's fund rests where it is not paid, and wherever the base rests."""
    resting = set(stopped)
    for one in added_of(enrolments, base, on):
        own = funds_stopped(one, on)
        resting |= set(own) or ({FUND_OF[one.insurance_type]} if stopped else set())
    return tuple(sorted(resting))
