"""The wallet: activate, show the changing code, manage bindings. 中文: 医保码页面。"""

from openyibao.fronts.wallet.router import wallet_router

__all__ = ["wallet_router"]
