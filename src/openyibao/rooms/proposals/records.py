"""Records of proposals, and the reasons this room refuses for. 中文: 双人复核记录。"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from openyibao.kit.outcome import reason

PROPOSAL_UNKNOWN = reason(
    "proposal_unknown",
    zh="没有找到这件待复核的业务",
    en="There is no such proposal here",
    next_zh="请刷新待复核列表; 只能复核本机构提交的业务",
    next_en="Look at the list again; only what was proposed at your own institution is decided here",
)
PROPOSAL_SAME_OFFICER = reason(
    "proposal_same_officer",
    zh="不能复核自己提交的业务",
    en="An officer can't decide what they proposed",
    next_zh="请另一位工作人员登录后复核",
    next_en="Let another officer sign in and decide",
)
PROPOSAL_DECIDED = reason(
    "proposal_decided",
    zh="这件业务已经复核过",
    en="This proposal was decided already",
    next_zh="请刷新列表; 需要再办请重新提交",
    next_en="Look at the list again; propose it anew where it is needed",
)
PROPOSAL_EXPIRED = reason(
    "proposal_expired",
    zh="这件业务超过了复核时限",
    en="The time for this proposal is over",
    next_zh="请经办人重新提交",
    next_en="Have it proposed anew",
)
PROPOSALS_TOO_MANY = reason(
    "proposals_too_many",
    zh="您有 {waiting} 件业务待复核, 暂不能再提交",
    en="{waiting} of your proposals wait already; no more can be made for now",
    next_zh="请先由复核人员处理已提交的业务",
    next_en="Have those decided first",
)
PROPOSAL_NOT_APPROVED = reason(
    "proposal_not_approved",
    zh="这件业务还没有复核通过",
    en="This proposal is not approved",
    next_zh="请等待复核; 未通过的请重新提交",
    next_en="Wait for the decision; what was rejected is proposed anew",
)


class ProposalKind(StrEnum):
    """What is proposed (复核事项)."""

    lift_freeze = "lift_freeze"
    reset_password = "reset_password"  # noqa: S105 an act, no password
    enter_kinship = "enter_kinship"
    consent_mandate = "consent_mandate"
    change_identity = "change_identity"
    give_role = "give_role"
    take_role = "take_role"


class Decision(StrEnum):
    """What the second officer decided (复核结论)."""

    approved = "approved"
    rejected = "rejected"


class NewProposal(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal about to be made. ``body`` is what the act takes, as JSON; it is sealed in the database."""

    bucket: int
    kind: ProposalKind
    person_id: int | None
    body: bytes
    institution_id: int
    maker: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*\S[^\x00]*$")]


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal as it stands (待复核业务)."""

    bucket: int
    proposal_id: int
    kind: ProposalKind
    person_id: int | None
    body: bytes
    institution_id: int
    maker: str
    why: str
    made_at: datetime
    expires_at: datetime
    decision: Decision | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    done_at: datetime | None = None
