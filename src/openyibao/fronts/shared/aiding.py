"""The steps of a bill that a relative's account may pay: hold there, settle here, post there. 中文: 共济结算步骤。

Each step is a request of its own to the lane. A process that ends between two of them leaves rows by which the next round
of recovering goes on; so what follows a bill may fail without harm, and never changes the bill's answer.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from openyibao.fronts.shared.platform import Platform
from openyibao.kit.batch import Busy, Poisoned, Unknown, Work
from openyibao.kit.db import Tx
from openyibao.kit.faults import describe_fault
from openyibao.kit.outcome import Refused
from openyibao.rooms import settlement
from openyibao.rooms.confirmations import CONFIRMATION_ASKED
from openyibao.rooms.policies import AccountUse
from openyibao.rooms.settlement import ReverseRequest, Settled, SettleRequest

log = logging.getLogger(__name__)


async def settle_bill(platform: Platform, request: SettleRequest) -> Any:
    """Settle, and what goes before and after where the bill asks for mutual aid."""
    if request.account_use is not AccountUse.mutual_aid:
        return await platform.lane.submit("settle", request)
    grant = await platform.lane.submit("hold_aid", request)
    answer = await platform.lane.submit("settle", msgspec.structs.replace(request, grant=grant))
    if isinstance(answer, Settled):
        await carry_on(platform, answer)
    elif grant is not None and not (isinstance(answer, Refused) and answer.reason is CONFIRMATION_ASKED):
        # A bill that waits for the phone keeps what is held for it; its time limit frees it where nobody comes again.

        async def release(tx: Tx) -> None:
            await settlement.release_grant(tx, platform.clock, grant)

        await _afterwards(platform, release)
    return answer


async def reverse_bill(platform: Platform, request: ReverseRequest) -> Any:
    """Reverse, and pay a relative elsewhere back."""
    answer = await platform.lane.submit("reverse", request)
    if isinstance(answer, Settled):
        await carry_on(platform, answer)
    return answer


async def carry_on(platform: Platform, settled: Settled) -> None:
    """Do in the owner's cell what a settlement or reversal has ordered there; nothing where it ordered nothing."""
    done = settled.settlement
    if done.facts.aid is None or not done.facts.aid.reference:
        return

    async def carry(tx: Tx) -> None:
        await settlement.carry_act(tx, platform.clock, done.cell, done.settlement_id)

    await _afterwards(platform, carry)


async def _afterwards(platform: Platform, run: Any) -> None:
    try:
        await platform.lane.submit("work", Work(run))
    except (Busy, Unknown, Poisoned) as fault:
        log.warning("left to the next round of recovering: %s", describe_fault(fault))
