"""Settlements against the filings they claim to stand on: there, of that person, and in force on the day. 中文: 结算与备案核对。"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from openyibao.kit.db import Reading
from openyibao.rooms import encounters, filings
from openyibao.rooms.filings import Filing, FilingDecision
from openyibao.rooms.policies import Remote
from openyibao.rooms.settlement.records import Settlement, SettlementKind
from openyibao.rooms.settlement.witnessing import Checked

Name = tuple[int, int]
_FILED_GROUNDS = frozenset({Remote.long_term, Remote.transfer, Remote.temporary})
"""Grounds of care elsewhere that only a filing gives; an emergency counts without one."""


class Claimed(msgspec.Struct, frozen=True):
    """The filings that some settlements claim, with the decisions on them."""

    filings: Mapping[Name, Filing]
    decisions: Mapping[Name, Sequence[FilingDecision]]


async def read_claimed(reading: Reading, settlements: Sequence[Settlement]) -> Claimed:
    """The filings of these settlements; no statement where none claims one."""
    names = sorted({(one.cell, filing_id) for one in settlements for filing_id in one.facts.filing_ids})
    return Claimed(await filings.read_filings(reading, names), await filings.read_decisions(reading, names))


def check_claims(settlement: Settlement, claimed: Claimed, checked: Checked) -> None:
    """Each filing is there and was in force when the bill was settled; what the facts say of filings has one behind it."""
    visit, where = settlement.facts.visit, f"settlement {settlement.cell}-{settlement.settlement_id}"
    if settlement.kind is SettlementKind.reversal:
        return
    stood: list[Filing] = []
    for filing_id in settlement.facts.filing_ids:
        name = (settlement.cell, filing_id)
        filing = claimed.filings.get(name)
        if filing is None:
            checked.fault(
                "filing_missing", where, f"所依据的备案 {filing_id} 不存在", f"filing {filing_id} it stands on is gone"
            )
            continue
        then = filings.as_of(filing, claimed.decisions.get(name, ()), settlement.settled_at)
        if filing.person_id != settlement.person_id or then is None or not _held(then, settlement):
            checked.fault(
                "filing_not_valid",
                where,
                f"所依据的备案 {filing_id} 当时无效",
                f"filing {filing_id} it stands on was not in force",
            )
            continue
        stood.append(then)
    backed = set(visit.filed) <= {one.disease_code for one in stood}
    if visit.remote in _FILED_GROUNDS:
        backed = backed and any(one.kind.value == visit.remote.value for one in stood)
    if not backed and len(stood) == len(settlement.facts.filing_ids):
        checked.fault(
            "filing_not_claimed", where, "结算享受了未备案的待遇", "it was settled as filed, but names no such filing"
        )


def _held(filing: Filing, settlement: Settlement) -> bool:
    """Whether it was in force on the day, or for a stay on some day until the settlement."""
    visit = settlement.facts.visit
    if visit.kind in encounters.STAYS:
        # What decides a stay may be the day it ends; its filing may have ended before.
        until = visit.discharged_on or settlement.settled_on
        return filings.in_force_between(filing, visit.admitted_on or visit.on, until)
    return filings.in_force(filing, visit.on)
