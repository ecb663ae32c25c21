"""What a phone mints a binding's codes from: day keys, the aliases to show, the server's clock. 中文: 日密钥下发。"""

from __future__ import annotations

from typing import Any

from openyibao.fronts.shared.platform import Platform
from openyibao.rooms import bindings, presentation
from openyibao.rooms.bindings import Binding


def server_ms(platform: Platform) -> int:
    """The server's clock in milliseconds since 1970."""
    at = platform.clock.now()
    return int(at.timestamp()) * 1000 + at.microsecond // 1000


def delivered(platform: Platform, binding: Binding) -> dict[str, Any]:
    """All that codes are minted from for the next days; it leaves by a binding's own session only."""
    settings = platform.settings
    days = bindings.day_keys(platform.sealer, platform.aliases, platform.clock, binding, days=settings.days_offline)
    return {
        "issuer": settings.issuer,
        "province": f"{binding.province:02d}",
        "version": presentation.CODE_VERSION,
        "step_seconds": presentation.STEP_SECONDS,
        "server_ms": server_ms(platform),
        "days": {day.on.isoformat(): day.secret.hex() for day in days},
        "aliases": {day.on.isoformat(): [f"{alias:010d}" for alias in day.aliases] for day in days},
    }
