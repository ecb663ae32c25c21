"""Proposals: what one officer proposes and another one decides, before it is done.

Keeps: proposals with their content, sealed, and what was decided of each by whom. Promises: nobody decides what they proposed; a
proposal is decided once, in time, at the institution where it was made; what was approved is done in the same
transaction, or, where the person has still to act (a new password), once and within its time. It knows nothing of what
is proposed: fronts do it through the rooms' verbs. Units: UTC instants. Callers: the office. 中文: 双人复核。
"""

from openyibao.rooms.proposals.records import PROPOSAL_UNKNOWN, Decision, NewProposal, Proposal, ProposalKind
from openyibao.rooms.proposals.rules import LIFETIMES, LISTED_MAX
from openyibao.rooms.proposals.service import (
    conclude,
    finish,
    list_made,
    list_waiting,
    lock_approved,
    lock_waiting,
    propose,
    reject,
)
from openyibao.rooms.proposals.telling import expected_of_proposals

__all__ = [
    "LIFETIMES",
    "LISTED_MAX",
    "PROPOSAL_UNKNOWN",
    "Decision",
    "NewProposal",
    "Proposal",
    "ProposalKind",
    "conclude",
    "expected_of_proposals",
    "finish",
    "list_made",
    "list_waiting",
    "lock_approved",
    "lock_waiting",
    "propose",
    "reject",
]
