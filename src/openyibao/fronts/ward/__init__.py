"""The ward: a nurse activates for the patient in a bed, by face or by document with a colleague's approval. 中文: 病区激活。"""

from __future__ import annotations

from litestar import Router

from openyibao.fronts.shared.attended import Post
from openyibao.fronts.shared.attending import attended_router
from openyibao.fronts.shared.platform import Platform
from openyibao.rooms.institutions import OperatorRole
from openyibao.rooms.looks import LookerKind

WARD = Post(
    name="ward",
    officers=(OperatorRole.nurse,),
    approvers=(OperatorRole.approver,),
    has_beds=True,
    looker_kind=LookerKind.institution,
)


def ward_router(platform: Platform) -> Router:
    """All pages of the ward's activation, under ``/ward``."""
    return attended_router(platform, WARD)


__all__ = ["WARD", "ward_router"]
