"""The officers' desk: people who need an officer, the hotline, disputes, transfers, approvals, roles. 中文: 经办工作台。"""

from __future__ import annotations

from litestar import Router
from litestar.di import Provide

from openyibao.fronts.office.approvals import APPROVAL_HANDLERS
from openyibao.fronts.office.desk import DESK_HANDLERS
from openyibao.fronts.office.disputes import DISPUTE_HANDLERS
from openyibao.fronts.office.hotline import HOTLINE_HANDLERS
from openyibao.fronts.office.persons import PERSON_HANDLERS
from openyibao.fronts.office.roles import ROLE_HANDLERS
from openyibao.fronts.office.transfers import TRANSFER_HANDLERS
from openyibao.fronts.office.words import OFFICE_WORDS
from openyibao.fronts.shared.pages import fault_answers, page_guard
from openyibao.fronts.shared.platform import Platform


def office_router(platform: Platform) -> Router:
    """All pages of the officers, under ``/office``."""
    return Router(
        path="/office",
        route_handlers=[
            *DESK_HANDLERS,
            *PERSON_HANDLERS,
            *APPROVAL_HANDLERS,
            *HOTLINE_HANDLERS,
            *DISPUTE_HANDLERS,
            *TRANSFER_HANDLERS,
            *ROLE_HANDLERS,
        ],
        dependencies={"platform": Provide(lambda: platform, sync_to_thread=False)},
        before_request=page_guard(platform),
        exception_handlers=fault_answers(platform, OFFICE_WORDS, sign_in_path="/office/sign-in"),
    )


__all__ = ["office_router"]
