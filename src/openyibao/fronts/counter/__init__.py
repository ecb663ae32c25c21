"""The agency's counter: an officer activates for who is there, sees how people stand, decides on filings. 中文: 经办窗口。"""

from __future__ import annotations

from litestar import Router

from openyibao.fronts.counter.desk import COUNTER
from openyibao.fronts.counter.entitlement import ENTITLEMENT_HANDLERS
from openyibao.fronts.counter.filings import FILING_HANDLERS
from openyibao.fronts.counter.packs import PACK_HANDLERS
from openyibao.fronts.counter.periods import PERIOD_HANDLERS
from openyibao.fronts.counter.signals import SIGNAL_HANDLERS
from openyibao.fronts.shared.attending import attended_router
from openyibao.fronts.shared.platform import Platform


def counter_router(platform: Platform) -> Router:
    """All pages of the counter, under ``/counter``."""
    more = (*ENTITLEMENT_HANDLERS, *FILING_HANDLERS, *PACK_HANDLERS, *PERIOD_HANDLERS, *SIGNAL_HANDLERS)
    return attended_router(platform, COUNTER, more)


__all__ = ["COUNTER", "counter_router"]
