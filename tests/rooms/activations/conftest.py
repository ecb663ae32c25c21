from __future__ import annotations

import pytest
from activation_house import House

from openyibao.kit.clock import FakeClock
from openyibao.kit.db import Tx


@pytest.fixture
def house(tx: Tx, clock: FakeClock) -> House:
    return House(tx, clock)
