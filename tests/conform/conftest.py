from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import httpx
import pytest
from paper_desk import HOSPITAL, PHARMACY, SECRET, Tried, make_cast
from paper_server import PaperServer

from openyibao.conform import Desk, Keys, Profile, Scoreboard, Suite
from openyibao.kit.clock import SHANGHAI, FakeClock
from openyibao.kit.ids import SeededRandomness


@pytest.fixture
def server() -> PaperServer:
    return PaperServer(FakeClock(datetime(2026, 11, 25, 10, 0, tzinfo=SHANGHAI)))


@pytest.fixture
def tried(server: PaperServer) -> Iterator[Tried]:
    """Run the suite, or the part that ``only`` names, against the server on paper."""
    with httpx.Client(transport=httpx.MockTransport(server)) as http:

        def run(*only: str, profile: Profile = Profile.v1, secret: str = SECRET, codes: bool = True) -> Scoreboard:
            desk = Desk(
                url="http://paper",
                institution=HOSPITAL,
                keys=Keys(key_id=HOSPITAL, secret=secret, sm2=server.sm2),
                profile=profile,
                pharmacy=PHARMACY,
                pharmacy_keys=Keys(key_id=HOSPITAL, secret=secret, sm2=server.sm2),
            )
            return Suite(http, desk, make_cast(codes=codes), server.clock, SeededRandomness(7), only=only).run()

        yield run
