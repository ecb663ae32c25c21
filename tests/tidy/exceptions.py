"""Places let through by the rules on sizes, names, SQL and reasons. These lists may only shrink: needless ones are faults."""

from __future__ import annotations

LONG_FILES: dict[str, int] = {
    # Split it by noun while nobody has run it yet; a migration that was run is never touched again.
    "src/openyibao/migrations/sql/0001_foundation.sql": 552,
}
LONG_FUNCTIONS: dict[str, int] = {}
NAMES: set[str] = {
    "src/openyibao/kit/crypto/hashes.py: parameter data",
    "src/openyibao/kit/crypto/keys.py: field token",
    "src/openyibao/kit/crypto/suites.py: parameter data",
    "src/openyibao/kit/embedded.py: field _data",
    "src/openyibao/kit/postgres_binaries.py: parameter data",
}
SQL: set[str] = set()
REASONS: set[str] = set()
UNPROVOKED: set[str] = set()
"""Reasons of the rooms that no test provokes yet."""
