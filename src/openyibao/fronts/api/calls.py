"""What a route is, and one call of it. 中文: 接口调用。"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from openyibao.fronts.api.authentication import Caller
from openyibao.fronts.shared import Platform

REQUEST_KEY_MAX = 128


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One authenticated, parsed call."""

    platform: Platform
    caller: Any
    digest: bytes
    """SM3 of the content, 32 octets: what a repeat under the same key must have too."""
    body: Any
    parameters: tuple[str, ...]

    @property
    def institution_id(self) -> int:
        """Who calls."""
        caller: Caller = self.caller
        return caller.institution_id

    @property
    def request_key(self) -> str | None:
        """The idempotency key, where it is one."""
        caller: Caller = self.caller
        key = caller.request_key
        return key if 0 < len(key) <= REQUEST_KEY_MAX and key.isprintable() else None


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """What a path takes and does."""

    run: Callable[[Call], Awaitable[Any]]
    body: Any = None
    authenticated: bool = True
    """Else anyone may ask, at the pace of ``pace``."""
    cache_seconds: int = 0
    """How long anybody may keep the answer. Such a route is public, cheap and not paced."""
    summary: str
    reasons: tuple[str, ...] = ()
