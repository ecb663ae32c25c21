"""Who is signed in at this terminal: a sealed cookie, checked against the directory at each request. 中文: 终端会话。"""

from __future__ import annotations

from typing import Any

from litestar.datastructures import Cookie

from openyibao.fronts.shared.answering import hotline_of_institution
from openyibao.fronts.shared.pages import Page, PageRequest
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import SessionContent, SignInNeeded, open_session, page_cookie, seal_session
from openyibao.fronts.terminal.words import TERMINAL_WORDS
from openyibao.kit.clock import unix_seconds
from openyibao.rooms.institutions import Operator

COOKIE = "yb_terminal"
LOOKUP = "/terminal/outcome?request_key="
SHIFT_SECONDS = 10 * 3600
"""A shift: after it the operator signs in again."""


class TerminalSession(SessionContent, frozen=True, kw_only=True):
    """An operator at a terminal."""

    institution_id: int
    operator_code: str
    operator_name: str
    terminal_code: str

    def caller(self) -> dict[str, Any]:
        """The three fields every request of the terminal says."""
        return {
            "institution_id": self.institution_id,
            "operator_code": self.operator_code,
            "terminal_code": self.terminal_code,
        }


def session_cookie(platform: Platform, request: PageRequest, operator: Operator, terminal_code: str) -> Cookie:
    """The cookie of a fresh sign-in."""
    content = TerminalSession(
        expires_seconds=unix_seconds(platform.clock.now()) + SHIFT_SECONDS,
        institution_id=operator.institution_id,
        operator_code=operator.operator_code,
        operator_name=operator.name,
        terminal_code=terminal_code,
    )
    return page_cookie(request, COOKIE, seal_session(platform, COOKIE, content), max_age=SHIFT_SECONDS)


def clear_cookie(request: PageRequest) -> Cookie:
    """The cookie that ends a session in this browser."""
    return page_cookie(request, COOKIE, "", max_age=0)


def in_session(platform: Platform, request: PageRequest) -> tuple[Page, TerminalSession]:
    """The page and who is signed in. Raises SignInNeeded, also for an operator who is active no more."""
    session = open_session(platform, COOKIE, request, TerminalSession)
    if session is not None:
        operator = platform.desk.directory.operator(session.institution_id, session.operator_code)
        if operator is not None and operator.active:
            page = Page(platform, request, TERMINAL_WORDS)
            page.hotline = hotline_of_institution(platform, session.institution_id)
            return page, session
    raise SignInNeeded
