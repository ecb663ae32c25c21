"""The agency's counter: an officer activates for who is there, a second one approves what was done without a face. 中文: 经办窗口。"""

from __future__ import annotations

from litestar import Router

from openyibao.fronts.shared.attended import Post
from openyibao.fronts.shared.attending import attended_router
from openyibao.fronts.shared.platform import Platform
from openyibao.rooms.institutions import OperatorRole
from openyibao.rooms.looks import LookerKind

COUNTER = Post(
    name="counter",
    officers=(OperatorRole.officer,),
    approvers=(OperatorRole.approver,),
    has_beds=False,
    looker_kind=LookerKind.agency,
)


def counter_router(platform: Platform) -> Router:
    """All pages of the counter, under ``/counter``."""
    return attended_router(platform, COUNTER)


__all__ = ["COUNTER", "counter_router"]
