"""What all fronts share: the platform they speak to, the look of pages, their guards. 中文: 前端公用。"""

from openyibao.fronts.shared.assets import static_router
from openyibao.fronts.shared.platform import Platform

__all__ = ["Platform", "static_router"]
