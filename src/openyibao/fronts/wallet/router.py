"""The pages of the wallet: activating, the changing code, bindings, the account, filings. 中文: 医保码页面。

The session is a sealed cookie around the binding's secret; day keys go
out by fetch alone, never inside a page that a cache may keep.
"""

from __future__ import annotations

from typing import Any

from litestar import Response, Router, get
from litestar.di import Provide

from openyibao.fronts.shared.pages import Page, PageRequest, PlatformHere, fault_answers, page_guard
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import SignInNeeded
from openyibao.fronts.wallet.accounts import ACCOUNT_HANDLERS
from openyibao.fronts.wallet.activation import ACTIVATION_HANDLERS
from openyibao.fronts.wallet.binding_pages import BINDING_HANDLERS
from openyibao.fronts.wallet.cards import CARD_HANDLERS
from openyibao.fronts.wallet.changes import CHANGES_HANDLERS
from openyibao.fronts.wallet.checking import CHECK_HANDLERS
from openyibao.fronts.wallet.confirming import CONFIRM_HANDLERS
from openyibao.fronts.wallet.devices import BOUND_HANDLERS
from openyibao.fronts.wallet.enrolments import ENROLMENT_HANDLERS
from openyibao.fronts.wallet.export import EXPORT_HANDLERS
from openyibao.fronts.wallet.family import FAMILY_HANDLERS
from openyibao.fronts.wallet.filing_page import FILING_HANDLERS
from openyibao.fronts.wallet.offline import OFFLINE_HANDLERS
from openyibao.fronts.wallet.papers import PAPER_HANDLERS
from openyibao.fronts.wallet.receipts import RECEIPT_HANDLERS
from openyibao.fronts.wallet.rights import RIGHTS_HANDLERS
from openyibao.fronts.wallet.security_page import SECURITY_HANDLERS
from openyibao.fronts.wallet.sessions import bound_device
from openyibao.fronts.wallet.use_log import USE_LOG_HANDLERS
from openyibao.fronts.wallet.words import WALLET_WORDS


@get("/", include_in_schema=False)
async def begin(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """To the code where this browser is bound, else to the activation."""
    page = Page(platform, request, WALLET_WORDS)
    async with platform.readers.reading() as reading:
        try:
            await bound_device(platform, request, reading)
        except SignInNeeded:
            return page.go("/wallet/start")
    return page.go("/wallet/code")


@get("/trouble", include_in_schema=False, sync_to_thread=False)
def show_trouble(request: PageRequest, platform: PlatformHere) -> Response[Any]:
    """What to do when it does not work, and the other ways."""
    return Page(platform, request, WALLET_WORDS).html("wallet/trouble.html")


def wallet_router(platform: Platform) -> Router:
    """All pages of the wallet, under ``/wallet``."""
    return Router(
        path="/wallet",
        route_handlers=[
            begin,
            show_trouble,
            *ACTIVATION_HANDLERS,
            *BOUND_HANDLERS,
            *OFFLINE_HANDLERS,
            *BINDING_HANDLERS,
            *ACCOUNT_HANDLERS,
            *ENROLMENT_HANDLERS,
            *FILING_HANDLERS,
            *SECURITY_HANDLERS,
            *FAMILY_HANDLERS,
            *PAPER_HANDLERS,
            *CONFIRM_HANDLERS,
            *CHECK_HANDLERS,
            *RIGHTS_HANDLERS,
            *USE_LOG_HANDLERS,
            *EXPORT_HANDLERS,
            *CARD_HANDLERS,
            *CHANGES_HANDLERS,
            *RECEIPT_HANDLERS,
        ],
        dependencies={"platform": Provide(lambda: platform, sync_to_thread=False)},
        before_request=page_guard(platform),
        exception_handlers=fault_answers(platform, WALLET_WORDS, sign_in_path="/wallet/start"),
    )
