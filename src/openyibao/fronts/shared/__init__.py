"""What all fronts share: the platform they speak to. 中文: 前端公用。"""

from openyibao.fronts.shared.platform import Platform

__all__ = ["Platform"]
