"""The repository, read once for all its rules."""

from __future__ import annotations

from pathlib import Path

import pytest
from rules.source import SourceTree, read_repository


@pytest.fixture(scope="session")
def repository() -> SourceTree:
    """The checkout these tests stand in."""
    return read_repository(Path(__file__).parents[2])
