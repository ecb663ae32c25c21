"""A terminal without a network: takes codes down, sends them in, settles what holds, names double use (N3)."""

from __future__ import annotations

import re

import pytest
from browsing import Served, overflow, shoot
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]
PAGE = "/terminal/offline"


def shown(page: Page) -> str:
    page.wait_for_selector("[data-code]")
    return str(page.locator("[data-code]").get_attribute("data-code"))


def open_offline(served: Served, page: Page, operator: int) -> None:
    served.sign_in(page, operator)
    page.wait_for_selector("#code")
    page.goto(f"{served.url}{PAGE}")
    expect(page.locator("[data-part=line]")).to_contain_text("已联网")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def take(page: Page, code: str, amount: str) -> None:
    page.fill("[name=code]", code)
    page.fill("[name=amount]", amount)
    page.click("[data-part=form] button")


def test_a_code_taken_without_a_network_is_settled_when_it_is_back_and_double_use_is_named(
    served: Served, chromium: Browser, phone: Page, counter: Page
) -> None:
    served.activate(phone, 30)
    open_offline(served, counter, 1)
    counter.context.set_offline(offline=True)
    counter.reload()
    expect(counter.locator("[data-part=line]")).to_contain_text("未联网")
    code = shown(phone)
    take(counter, code, "38.50")
    entry = counter.locator("[data-part=list] li")
    expect(entry).to_have_attribute("data-state", "waiting")
    expect(entry).to_contain_text("¥38.50")
    expect(entry).to_contain_text("暂记，待核验")
    shoot(counter, "terminal-offline-taken")
    # The same code again, nonsense and too much are told apart on the spot.
    for wrong, amount, said in (
        (code, "1", "刚才已暂记"),
        ("12345", "1", "28 位"),
        ("9" * 28, "500.01", "500.00"),
        ("9" * 28, "-1", "500.00"),
        ("9" * 28, "一百", "500.00"),
    ):
        take(counter, wrong, amount)
        expect(counter.locator("[data-part=said]")).to_contain_text(said)
    expect(entry).to_have_count(1)
    # A second terminal without a network takes the same code down too.
    other = chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN").new_page()
    open_offline(served, other, 2)
    other.context.set_offline(offline=True)
    take(other, code, "12.00")
    assert overflow(other) == 0
    counter.context.set_offline(offline=False)
    counter.click("[data-part=send]")
    expect(entry).to_have_attribute("data-state", "accepted")
    other.context.set_offline(offline=False)
    other.click("[data-part=send]")
    refused = other.locator("[data-part=list] li")
    expect(refused).to_have_attribute("data-state", "refused")
    expect(refused).to_contain_text(re.compile("该医保码已于 20.* 在.*使用过"))
    assert overflow(other) == 0
    shoot(other, "terminal-offline-refused-360")
    other.context.close()
    shoot(counter, "terminal-offline-accepted")
    counter.click("[data-part=list] button")
    expect(counter.locator("#visit .who__name")).to_be_visible()
    expect(counter.locator(".box--wait")).to_contain_text("38.50")
    shoot(counter, "terminal-offline-bill")
    counter.click('button[hx-get="/terminal/sample?kind=small"]')
    expect(counter.locator("#lines tr.line").first).to_be_visible()
    counter.click("#bill button.weui-btn_primary")
    counter.click("#outcome button.weui-btn_primary")
    expect(counter).to_have_url(re.compile("/terminal/slip/"))
    phone.goto(f"{served.url}/wallet/log")
    expect(phone.locator("main")).to_contain_text("断网受理")
    assert overflow(phone) == 0
    shoot(phone, "wallet-log-offline")


def test_the_terminals_own_changed_clock_takes_nothing_down(served: Served, counter: Page) -> None:
    open_offline(served, counter, 3)
    counter.context.set_offline(offline=True)
    counter.evaluate("(right => { Date.now = () => right() + 3600000; })(Date.now.bind(Date))")
    expect(counter.locator("[data-part=line]")).to_contain_text("时间变动过")
    take(counter, "9" * 28, "1")
    expect(counter.locator("[data-part=said]")).to_contain_text("时间变动过")
    expect(counter.locator("[data-part=list] li")).to_have_count(0)


def test_nonsense_sent_in_is_refused_and_keeps_nothing(served: Served, counter: Page) -> None:
    open_offline(served, counter, 4)
    proof = str(counter.locator("#offline").get_attribute("data-proof"))
    one = {"code": "9" * 28, "taken_at": "2026-11-25T00:00:00Z", "amount_fen": 1, "purpose": "settlement"}
    key = {"request_key": "F" + "0" * 32}
    for sent in (
        "",
        "{",
        {"acceptances": 1},
        {"acceptances": [{**one, **key, "amount_fen": -1}]},
        {"acceptances": [{**one, **key, "code": "x" * 28}]},
        {"acceptances": [{**one, **key, "taken_at": "yesterday"}]},
        {"acceptances": [{**one, "request_key": "'; drop"}]},
        {"acceptances": [{**one, **key}] * 51},
    ):
        answer = counter.request.post(f"{served.url}{PAGE}/send", data=sent, headers={"X-Form-Proof": proof})
        assert answer.status == 400, sent
    answer = counter.request.post(f"{served.url}{PAGE}/send", data={"acceptances": [{**one, **key}]})
    assert answer.status == 403
    good = counter.request.post(
        f"{served.url}{PAGE}/send", data={"acceptances": [{**one, **key}]}, headers={"X-Form-Proof": proof}
    )
    assert good.json()["answers"][0]["state"] == "refused"
