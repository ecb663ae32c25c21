"""Every refusal of a filing, and of a visit on filings, is answered, stored and told, the first reason in the written order."""

from __future__ import annotations

import pytest
from filing_house import FilingHouse, move_to_ningbo
from journey_house import House
from refused_filings import FILINGS, VISITS
from test_refusals import hold_the_sentences


@pytest.fixture
async def ningbo(house: House) -> FilingHouse:
    return await move_to_ningbo(house)


@pytest.mark.parametrize("case", FILINGS)
async def test_a_refused_filing_is_answered_and_stored(ningbo: FilingHouse, case: str) -> None:
    await _hold(ningbo, *FILINGS[case])


@pytest.mark.parametrize("case", VISITS)
async def test_a_refused_visit_is_answered_and_stored(ningbo: FilingHouse, case: str) -> None:
    await _hold(ningbo, *VISITS[case])


async def _hold(ningbo: FilingHouse, code: str, provoke: object) -> None:
    refused = await provoke(ningbo)  # type: ignore[operator]
    hold_the_sentences(refused, code)
    stored = await ningbo.house.rows("select reason from refusals order by refused_at, refusal_id")
    assert [row["reason"] for row in stored] == [code]
    assert (await ningbo.house.verify()).faults == []
