"""Places let through by the rules on sizes and names. These lists may only shrink (rules/sizes.py, rules/names.py)."""

from __future__ import annotations

LONG_FILES: dict[str, int] = {
    # Split it by noun while nobody has run it yet; a migration that was run is never touched again.
    "src/openyibao/migrations/sql/0001_foundation.sql": 561,
}
LONG_FUNCTIONS: dict[str, int] = {}
BANNED_NAMES: set[str] = {
    "src/openyibao/kit/crypto/hashes.py::parameter data",
    "src/openyibao/kit/crypto/keys.py::field token",
    "src/openyibao/kit/crypto/suites.py::parameter data",
}
