"""Rules of proposals: how long they wait, who may decide. Pure. 中文: 双人复核规则。"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from openyibao.kit.outcome import Refused
from openyibao.rooms.proposals import records
from openyibao.rooms.proposals.records import Decision, Proposal, ProposalKind

LISTED_MAX = 50
WAITING_MAX = 30
"""So many of one maker's proposals may wait."""
_PRESENT, _DESK = timedelta(minutes=30), timedelta(days=3)
LIFETIMES: Mapping[ProposalKind, timedelta] = {
    # The person stands at the counter.
    ProposalKind.lift_freeze: _PRESENT,
    ProposalKind.reset_password: _PRESENT,
    ProposalKind.consent_mandate: _PRESENT,
    # Documents lie there to be looked at once more.
    ProposalKind.enter_kinship: _DESK,
    ProposalKind.change_identity: _DESK,
    ProposalKind.give_role: _DESK,
    ProposalKind.take_role: _DESK,
}
"""How long a proposal waits for its decision, and for what remains to be done after it."""


def body_place(proposal_id: int) -> str:
    """Where a proposal's content is sealed for."""
    return f"proposals.body_sealed:{proposal_id}"


def judge_decision(one: Proposal | None, *, institution_id: int, officer: str, at: datetime) -> Refused | None:
    """Order: proposal_unknown · proposal_decided · proposal_same_officer · proposal_expired."""
    if one is None or one.institution_id != institution_id:
        return Refused(records.PROPOSAL_UNKNOWN)
    if one.decision is not None:
        return Refused(records.PROPOSAL_DECIDED)
    if one.maker == officer:
        return Refused(records.PROPOSAL_SAME_OFFICER)
    return Refused(records.PROPOSAL_EXPIRED) if at >= one.expires_at else None


def judge_doing(one: Proposal | None, *, institution_id: int, maker: str, at: datetime) -> Refused | None:
    """Whether its maker may do now what was approved. Order: proposal_unknown · proposal_decided (done) · _not_approved ·
    _expired.
    """  # noqa: D205 one sentence
    if one is None or one.institution_id != institution_id or one.maker != maker:
        return Refused(records.PROPOSAL_UNKNOWN)
    if one.done_at is not None:
        return Refused(records.PROPOSAL_DECIDED)
    if one.decision is not Decision.approved:
        return Refused(records.PROPOSAL_NOT_APPROVED)
    return Refused(records.PROPOSAL_EXPIRED) if at >= one.expires_at else None
