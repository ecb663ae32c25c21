"""Acts that ask for the six digits beside the device: once typed they hold for five minutes on this device. 中文: 口令会话。

A phone that lies open on a table has the device's session; it has no password.
"""

from __future__ import annotations

from openyibao.fronts.shared.authenticating import PASSWORD_MAX, authenticate_by_password, refuse_untyped
from openyibao.fronts.shared.pages import Page
from openyibao.fronts.shared.security import SessionContent, open_session, page_cookie, seal_session
from openyibao.kit.clock import unix_seconds
from openyibao.kit.outcome import Refused
from openyibao.rooms.bindings import Binding

COOKIE = "yb_wallet_password"
HOLDS_SECONDS = 5 * 60


class PasswordSession(SessionContent, frozen=True, kw_only=True):
    """On which device the password was typed."""

    bucket: int
    binding_id: int


def password_given(page: Page, binding: Binding) -> bool:
    """Whether the password of this device's credential was typed here within the last minutes."""
    held = open_session(page.platform, COOKIE, page.request, PasswordSession)
    return held is not None and (held.bucket, held.binding_id) == (binding.bucket, binding.binding_id)


async def require_password(page: Page, binding: Binding, typed: str) -> Refused | None:
    """None where the password was typed lately or is typed now. Refuses as ``refuse_untyped``, ``authenticate_by_password``."""
    if not typed:
        return None if password_given(page, binding) else await refuse_untyped(page.platform, binding)
    refused = await authenticate_by_password(page.platform, binding, typed[:PASSWORD_MAX])
    if refused is not None:
        return refused
    content = PasswordSession(
        expires_seconds=unix_seconds(page.platform.clock.now()) + HOLDS_SECONDS,
        bucket=binding.bucket,
        binding_id=binding.binding_id,
    )
    sealed = seal_session(page.platform, COOKIE, content)
    page.set_cookie(page_cookie(page.request, COOKIE, sealed, max_age=HOLDS_SECONDS))
    return None
