"""Whose wallet this is: a sealed cookie holding the binding's session secret, which the server checks. 中文: 会话。"""

from __future__ import annotations

from openyibao.fronts.shared.pages import PageRequest
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import SessionContent, SignInNeeded, open_session
from openyibao.kit.db import Reading
from openyibao.rooms import bindings
from openyibao.rooms.bindings import Binding

COOKIE = "yb_wallet"
SESSION_SECONDS = 180 * 86_400


class WalletSession(SessionContent, frozen=True, kw_only=True):
    """A bound device. The secret is known to the database by its digest only."""

    bucket: int
    session_secret: str


async def bound_device(platform: Platform, request: PageRequest, reading: Reading) -> Binding:
    """The active binding of this browser. Raises SignInNeeded where there is none, or it was ended."""
    session = open_session(platform, COOKIE, request, WalletSession)
    if session is not None:
        binding = await bindings.find_session(
            reading, platform.sealer, bucket=session.bucket, session_secret=session.session_secret
        )
        if binding is not None:
            return binding
    raise SignInNeeded


async def signed_in(platform: Platform, request: PageRequest) -> None:
    """Raise SignInNeeded before anything of a form is read."""
    async with platform.readers.reading() as reading:
        await bound_device(platform, request, reading)
