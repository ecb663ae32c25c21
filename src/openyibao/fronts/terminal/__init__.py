"""The pages of the terminal in hospitals and pharmacies. 中文: 收费终端。"""

from openyibao.fronts.terminal.router import terminal_router

__all__ = ["terminal_router"]
