"""The wallet tells what was changed of a person's bills: reversed, refunded, priced again, restored; with why and the sums."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from journey_house import House
from litestar import Litestar

from openyibao.fronts.shared.security import seal_session
from openyibao.fronts.wallet import wallet_router
from openyibao.fronts.wallet.sessions import COOKIE, SESSION_SECONDS, WalletSession
from openyibao.kit.clock import unix_seconds
from openyibao.kit.money import yuan_text
from openyibao.rooms import settlement
from openyibao.rooms.settlement import BillChange, Corrected, RefundLine, Settled

WHO, ELSE = 1, 0


@pytest.fixture
async def phone(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """The person's browser, bound."""
    activated = await house.bind(WHO)
    content = WalletSession(
        expires_seconds=unix_seconds(house.clock.now()) + SESSION_SECONDS,
        bucket=activated.binding.bucket,
        session_secret=activated.session_secret,
    )
    app = Litestar(route_handlers=[wallet_router(house.platform)], openapi_config=None)
    cookies = {COOKIE: seal_session(house.platform, COOKIE, content)}
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://t", cookies=cookies) as browser:
        yield browser


async def changes(house: House) -> list[BillChange]:
    who = house.prepared.installed.persons[WHO]
    async with house.platform.readers.reading() as reading:
        cells = house.platform.desk.areas.cells_of_person(who.person_id)
        return await settlement.list_bill_changes(reading, cells=cells, person_id=who.person_id)


def part(bill: Any, line_no: int, amount_fen: int) -> RefundLine:
    return RefundLine(line_no=line_no, quantity_e4=10_000, amount_fen=amount_fen)


async def test_each_change_stands_once_and_says_what_it_changed(house: House, phone: httpx.AsyncClient) -> None:
    assert "您的结算没有变动过" in (await phone.get("/wallet/changes")).text
    bill = (await house.settle_new(WHO, [house.line(1, 70_000), house.line(2, 30_000)])).settlement
    await house.settle_new(ELSE, [house.line(1, 70_000)])
    refund = await house.refund(bill, [part(bill, 2, 30_000)], key="f")
    assert isinstance(refund, Corrected), refund
    house.move_on()
    restored = await house.annul("f", verb="refund_items")
    assert isinstance(restored, Corrected), restored
    house.move_on()
    stands = type("Bill", (), {"cell": bill.cell, "settlement_id": restored.settlements[0].new_settlement_id})()
    undone = await house.reverse(stands.settlement_id, stands.cell, key="r")
    assert isinstance(undone, Settled), undone
    house.move_on()
    assert isinstance(await house.annul("r", verb="reverse"), Corrected)
    found = await changes(house)
    assert [one.kind for one in found] == ["restoration", "reversal", "restoration", "refund"]
    whole_fen = bill.fund_total_fen + bill.personal_account_fen + bill.cash_fen
    sums = [one.fund_total_fen + one.personal_account_fen + one.cash_fen for one in found]
    assert sums == [whole_fen, -whole_fen, 30_000, -30_000]
    page = (await phone.get("/wallet/changes")).text
    assert re.findall(r'data-kind="(\w+)"', page) == [one.kind for one in found]
    assert f"退您现金 {yuan_text(-found[3].cash_fen)} 元" in page or found[3].cash_fen == 0
    assert house.hospital.name in page


async def test_a_repricing_says_why_and_names_every_bill_that_followed(house: House, phone: httpx.AsyncClient) -> None:
    first = (await house.settle_new(WHO, [house.line(1, 200_000)])).settlement
    second = (await house.settle_new(WHO, [house.line(1, 300_000)])).settlement
    done = await house.reprice(first)
    assert isinstance(done, Corrected), done
    (change,) = await changes(house)
    assert [bill.before.settlement_id for bill in change.bills] == [first.settlement_id, second.settlement_id]
    assert [bill.after is None for bill in change.bills] == [True, False]
    assert change.cash_fen == done.cash_fen
    page = (await phone.get("/wallet/changes")).text
    assert "原因：the hospital billed another person&#39;s drugs" in page
    assert "officer-1" not in page
    english = (await phone.get("/wallet/changes", params={"lang": "en"})).text
    assert "Priced again by the agency" in english
    assert "/wallet/changes" in (await phone.get("/wallet/account")).text
