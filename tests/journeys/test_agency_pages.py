"""The agency's pages: how a person stands, filings decided, packs looked up, periods; each look kept with its reason."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from filing_house import FilingHouse
from journey_house import House
from litestar import Litestar

from openyibao.demo.stocking import stocked_drugs, trace_code_of
from openyibao.fronts.counter import counter_router
from openyibao.fronts.counter.entitlement import BAR_WIDTH, span_around
from openyibao.fronts.counter.packs import _share
from openyibao.fronts.counter.periods import closed_kinds
from openyibao.fronts.shared.attended import OfficerSession
from openyibao.fronts.shared.security import seal_session
from openyibao.kit.clock import unix_seconds
from openyibao.rooms import periods
from openyibao.rooms.filings import Filed
from openyibao.rooms.periods import PeriodAct, PeriodKind, judge_undoing

WHO = 1


class Officer:
    """A browser at the counter."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def see(self, path: str) -> str:
        answer = await self.http.get(f"/counter/{path}")
        assert answer.status_code == 200, answer.text
        return answer.text

    async def send(self, path: str, **fields: str) -> httpx.Response:
        proof = re.search(r'name="form_proof" value="([^"]+)"', await self.see("packs"))
        assert proof
        return await self.http.post(f"/counter/{path}", data={"form_proof": proof[1], **fields})


async def at_counter(house: House, operator_code: str) -> httpx.AsyncClient:
    content = OfficerSession(
        expires_seconds=unix_seconds(house.clock.now()) + 10_000_000,
        institution_id=house.hospital.institution_id,
        operator_code=operator_code,
        operator_name="op",
    )
    app = Litestar(route_handlers=[counter_router(house.platform)], openapi_config=None)
    cookies = {"yb_counter": seal_session(house.platform, "yb_counter", content)}
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://t", cookies=cookies)


@pytest.fixture
async def officer(house: House) -> AsyncIterator[Officer]:
    async with await at_counter(house, "op1") as http:
        yield Officer(http)


def document_of(house: House, person: int) -> dict[str, str]:
    number = house.prepared.population.people[person].person.document_number
    return {"document_type": "identity_card", "document_number": number}


async def looks_at(house: House) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await house.rows("select kind, looker_kind, looker, why from looks order by look_id")]


async def test_how_a_person_stands_with_reasons_and_a_line_and_the_look_is_kept(house: House, officer: Officer) -> None:
    who = document_of(house, WHO)
    for missing in ({**who, "why": " "}, {**who}, {"document_number": "1", "why": "window 3"}):
        answer = await officer.send("entitlement", **missing)
        assert answer.status_code == 422
        assert "why_needed" in answer.text
    assert await looks_at(house) == []
    answer = await officer.send("entitlement", **who, why="窗口咨询停保")
    assert answer.status_code == 200, answer.text
    assert await looks_at(house) == [("eligibility", "agency", "op1", "窗口咨询停保")]
    name = house.prepared.population.people[WHO].person.name
    assert name not in answer.text
    assert who["document_number"] not in answer.text
    assert "职工医保" in answer.text
    assert "今天享受待遇" in answer.text
    assert 'class="timeline__paid"' in answer.text
    unknown = await officer.send("entitlement", document_type="passport", document_number="E00000000", why="window 3")
    assert (unknown.status_code, "not_here" in unknown.text) == (422, True)
    english = await officer.http.get("/counter/entitlement?lang=en")
    assert "Every look is kept" in english.text


def test_the_line_covers_four_years_and_clips_what_lies_outside() -> None:
    span = span_around(date(2026, 11, 23))
    assert (span.begin, span.until) == (date(2024, 1, 1), date(2028, 1, 1))
    assert [span.place(day) for day in (date(2020, 1, 1), span.begin, span.until, date(2030, 1, 1))] == [
        *(0, 0, BAR_WIDTH, BAR_WIDTH)
    ]
    assert span.place(date(2026, 1, 1)) == 731 * BAR_WIDTH // 1461


async def test_a_filing_is_opened_and_decided_once_and_its_person_sees_who_looked(
    house: House, officer: Officer
) -> None:
    desk = FilingHouse(house, WHO, house.hospital, house.pharmacies)
    filed = await desk.file(desk.new(disease_code="M07"))
    assert isinstance(filed, Filed), filed
    reference = f"{filed.filing.cell}-{filed.filing.filing_id}"
    listed = await officer.see("filings")
    assert reference in listed
    name = house.prepared.population.people[WHO].person.name
    assert name[0] + "*" not in listed
    opened = await officer.send("filings/open", reference=reference, why="审核备案")
    assert (opened.status_code, "不影响已有结算" in opened.text) == (200, True)
    assert await looks_at(house) == [("filings", "agency", "op1", "审核备案")]
    bare = await officer.send("filings/decide", reference=reference, act="refuse")
    assert (bare.status_code, "decision_without_why" in bare.text) == (422, True)
    done = await officer.send("filings/decide", reference=reference, act="approve", why="材料齐全")
    assert (done.status_code, "filing_approved" in done.text) == (200, True)
    again = await officer.send("filings/decide", reference=reference, act="approve", why="材料齐全")
    assert (again.status_code, "filing_gone" in again.text) == (422, True)
    gone = await officer.send("filings/open", reference="11010000-7", why="审核备案")
    assert (gone.status_code, "filing_gone" in gone.text) == (422, True)
    decisions = await house.rows("select officer, why, act from filing_decisions")
    assert [tuple(row) for row in decisions] == [(f"{house.hospital.institution_id}:op1", "材料齐全", "approve")]
    assert (await house.verify()).faults == []


async def test_a_filing_of_another_area_is_not_there(house: House, officer: Officer) -> None:
    desk = FilingHouse(house, WHO, house.hospital, house.pharmacies)
    filed = await desk.file(desk.new(disease_code="M07"))
    await house.tamper("update filings set pooling_area = 330200")
    reference = f"{filed.filing.cell}-{filed.filing.filing_id}"
    answer = await officer.send("filings/decide", reference=reference, act="approve", why="x")
    assert (answer.status_code, "filing_gone" in answer.text) == (422, True)


async def test_a_pack_is_looked_up_with_what_moved_it(house: House, officer: Officer) -> None:
    place = house.pharmacies[0]
    drug = stocked_drugs(house.prepared.population.catalogue)[0]
    code = trace_code_of(drug, place, 1)
    for wrong in ("", "nothing", "<b>", "a b"):
        answer = await officer.send("packs", trace_code=wrong)
        assert (answer.status_code, "pack_none" in answer.text) == (422, True)
    found = await officer.send("packs", trace_code=code)
    assert found.status_code == 200, found.text
    assert "采购入库" in found.text
    assert place.name in found.text
    assert drug.name in found.text
    assert await looks_at(house) == []  # a pack is nobody


def test_packs_are_written_as_people_write_them() -> None:
    assert [_share(one) for one in (10_000, -10_000, 2_500, 0, 100_000)] == ["1", "-1", "0.25", "0", "10"]


async def test_periods_are_shown_as_undoing_reads_them(house: House, officer: Officer) -> None:
    assert "还没有关过账" in await officer.see("periods")
    day = house.clock.today() - timedelta(days=1)
    for kind, place, closes in (
        (PeriodKind.day, None, True),
        (PeriodKind.clearing, house.hospital, True),
        (PeriodKind.day, None, False),
        (PeriodKind.year, None, True),
    ):
        act = await house.close_period(kind, place, closes=closes)
        assert isinstance(act, PeriodAct), act
    page = await officer.see("periods")
    assert page.count("<b>已关</b>") == 1  # the year; the day was opened again, the clearing is the hospital's
    own = await officer.see(f"periods?institution={house.hospital.institution_code}")
    assert own.count("<b>已关</b>") == 2
    assert house.hospital.name in own
    assert "institution_gone" in await officer.see("periods?institution=nobody")
    async with house.platform.readers.reading() as reading:
        acts = await periods.list_acts(reading, 110100, house.hospital.institution_id)
    assert closed_kinds(acts, day) == {"clearing", "year"}
    refused = judge_undoing(acts, day)
    assert refused is not None
    assert refused.code == "cleared"


async def test_who_has_no_role_sees_none_of_it(house: House) -> None:
    async with await at_counter(house, "op2") as http:
        for path in ("entitlement", "filings", "packs", "periods"):
            assert (await http.get(f"/counter/{path}")).status_code == 403
