"""Whose wallet this is: a sealed cookie holding the binding's session secret, which the server checks. 中文: 会话。"""

from __future__ import annotations

from typing import Annotated

import msgspec

from openyibao.fronts.shared.pages import PageRequest
from openyibao.fronts.shared.platform import Platform
from openyibao.fronts.shared.security import SessionContent, SignInNeeded, open_session
from openyibao.kit.db import Reading
from openyibao.rooms import bindings
from openyibao.rooms.bindings import Binding

COOKIE = "yb_wallet"
CONSENT, STARTED = "wallet.consent", "wallet.started"
"""Sealed fields that forms carry from one step to the next."""
SESSION_SECONDS = 180 * 86_400
STEP_SECONDS = 1_800


class WalletSession(SessionContent, frozen=True, kw_only=True):
    """A bound device. The secret is known to the database by its digest only."""

    bucket: int
    session_secret: str


class Consented(SessionContent, frozen=True, kw_only=True):
    """Which text was agreed to."""

    version: str


class Started(SessionContent, frozen=True, kw_only=True):
    """The activation under way."""

    bucket: int
    activation_id: int
    phone_masked: str


class IdentityForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a person types to say who they are."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=r"^[^\x00-\x1f]+$")]
    document_number: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{14,17}[0-9Xx]$")]
    phone: Annotated[str, msgspec.Meta(pattern=r"^1[0-9]{10}$")]


class SmsForm(msgspec.Struct, frozen=True, kw_only=True):
    """The code of the message."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]


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
