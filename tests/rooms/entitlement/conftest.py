from __future__ import annotations

from datetime import date

import pytest
from agency import Agency

from openyibao.kit.clock import FakeClock
from openyibao.kit.crypto import KeyPurpose, KeyRing, Sealer, Suite, make_data_key
from openyibao.kit.db import Tx


@pytest.fixture(scope="session")
def sealer() -> Sealer:
    keys = [
        make_data_key(key_id=n, purpose=purpose, suite=Suite.national, made_on=date(2026, 1, 1))
        for n, purpose in enumerate(KeyPurpose, start=1)
    ]
    return Sealer(KeyRing(keys, suite=Suite.national))


@pytest.fixture
async def agency(tx: Tx, clock: FakeClock, sealer: Sealer) -> Agency:
    return await Agency(tx, clock, sealer).open()
