"""Fixtures of the properties."""

from __future__ import annotations

import pytest
from stay_office import StayOffice

from openyibao.kit.clock import FakeClock
from openyibao.kit.db import Tx


@pytest.fixture
async def stay_office(tx: Tx, clock: FakeClock) -> StayOffice:
    made = StayOffice(tx, clock)
    await made.furnish()
    return made
