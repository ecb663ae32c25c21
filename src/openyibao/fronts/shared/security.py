"""What guards the pages: response headers, sealed cookies, and proof that a form is ours (CSRF).

Sessions are sealed cookies (authentic and unreadable, under the data keys every process shares), HttpOnly and
SameSite=Strict. A form carries a proof bound to a visitor cookie; institutions' and channels' API has no cookies and needs
none of this. 中文: 页面安全。
"""

from __future__ import annotations

import base64
import binascii
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import Cookie

from openyibao.fronts.shared.platform import Platform
from openyibao.kit.clock import unix_seconds
from openyibao.kit.crypto import UnsealFault, equal

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
}
VISITOR_COOKIE = "yb_visitor"
PROOF_FIELD = "form_proof"
PROOF_HEADER = "x-form-proof"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_Content = TypeVar("_Content", bound="SessionContent")


class SessionContent(msgspec.Struct, frozen=True, kw_only=True):
    """What every session says at least: until when, in seconds since 1970."""

    expires_seconds: int


class FormNotOurs(Exception):  # noqa: N818 an answer, not an error
    """A form without the proof of this visitor: nothing was done."""


class SignInNeeded(Exception):  # noqa: N818 an answer, not an error
    """Nobody is signed in: the page goes where one signs in."""


def seal_session(platform: Platform, name: str, content: SessionContent) -> str:
    """The cookie text of a session; it opens only as the cookie of this name."""
    sealed = platform.sealer.seal(msgspec.json.encode(content), where=f"cookie.{name}:")
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def open_session(
    platform: Platform, name: str, request: Request[Any, Any, Any], kind: type[_Content]
) -> _Content | None:
    """The session of a request; None where there is none, it ended, or it is not ours."""
    return open_sealed(platform, name, request.cookies.get(name, ""), kind)


def open_sealed(platform: Platform, name: str, text: str, kind: type[_Content]) -> _Content | None:
    """Open what ``seal_session`` made; None where it ended, was altered, or belongs elsewhere."""
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        content = msgspec.json.decode(platform.sealer.unseal(sealed, where=f"cookie.{name}:"), type=kind)
    except (ValueError, binascii.Error, UnsealFault, msgspec.MsgspecError):
        return None
    return content if content.expires_seconds > unix_seconds(platform.clock.now()) else None


def page_cookie(request: Request[Any, Any, Any], key: str, value: str, *, max_age: int, strict: bool = True) -> Cookie:
    """A cookie no script reads; Secure wherever the page itself came by https."""
    return Cookie(
        key=key,
        value=value,
        max_age=max_age,
        httponly=True,
        secure=request.url.scheme == "https",
        samesite="strict" if strict else "lax",
        path="/",
    )


def visitor_of(platform: Platform, request: Request[Any, Any, Any]) -> tuple[str, bool]:
    """The visitor's random name, and whether it was just drawn (then the answer must set the cookie)."""
    given = request.cookies.get(VISITOR_COOKIE, "")
    if len(given) == 32 and given.isalnum():
        return given, False
    drawn = request.scope["state"].get("visitor")
    if drawn is None:
        drawn = request.scope["state"]["visitor"] = platform.randomness.octets(16).hex()
    return drawn, True


def form_proof(platform: Platform, visitor: str) -> str:
    """What a form of this visitor carries."""
    return platform.sealer.digest(visitor, purpose="page.form").hex()


async def check_form(platform: Platform, request: Request[Any, Any, Any]) -> None:
    """Raise FormNotOurs for a changing request without this visitor's proof, or sent by another site."""
    if request.method in SAFE_METHODS:
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise FormNotOurs
    visitor = request.cookies.get(VISITOR_COOKIE, "")
    proof = request.headers.get(PROOF_HEADER) or str((await request.form()).get(PROOF_FIELD, ""))
    known = platform.sealer.digests(visitor, purpose="page.form").values()
    if not visitor or not any(equal(proof.encode(), each.hex().encode()) for each in known):
        raise FormNotOurs
