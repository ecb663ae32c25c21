"""A stay on the terminal's pages, from admission to refund and back, on a counter's screen and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import Served, overflow, shoot
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]

PATIENT, OPERATOR = 35, 13


def looked_at(page: Page, name: str) -> None:
    """On 1200 and on 360 pixels, in the page's language: never wider than the window."""
    for width, height in ((1200, 800), (360, 740)):
        page.set_viewport_size({"width": width, "height": height})
        assert overflow(page) == 0, (name, width)
        hidden = page.evaluate(
            "[...document.querySelectorAll('.parts')].map(t => t.scrollWidth - t.parentNode.clientWidth)"
        )
        assert all(pixels <= 0 for pixels in hidden), (name, width, hidden)
        shoot(page, f"{name}-{width}")
    page.set_viewport_size({"width": 1280, "height": 800})


def upload(page: Page, sample: int) -> None:
    page.click(f"#day .samples button:nth-of-type({sample})")
    page.wait_for_selector("#day tr.line")
    with page.expect_navigation():
        page.click("#day button[type=submit]")


def settle(page: Page) -> None:
    page.click("#bill > button[type=submit]")
    page.wait_for_selector(".split")
    with page.expect_navigation():
        page.click(".split button.weui-btn_primary")
    page.wait_for_selector("#slip")


def pressed(page: Page, selector: str) -> None:
    with page.expect_navigation():
        page.click(selector)


def test_a_stay_is_admitted_charged_settled_discharged_refunded_and_undone(
    served: Served, phone: Page, counter: Page
) -> None:
    served.activate(phone, PATIENT)
    digits = phone.get_attribute("[data-part=digits]", "data-code") or ""
    served.sign_in(counter, OPERATOR)
    counter.goto(f"{served.url}/terminal/stays")
    looked_at(counter, "stays-none")
    counter.fill("#code", "123")
    counter.fill("[name=ward]", "W3")
    counter.fill("[name=bed]", "12")
    counter.click("#admit button[type=submit]")
    expect(counter.locator("#stay-answer .box")).to_contain_text("28")
    counter.fill("#code", digits)
    pressed(counter, "#admit button[type=submit]")
    expect(counter.locator(".stay__state")).to_have_text("在院")
    stay = counter.url
    upload(counter, 2)
    counter.click("#bill > button[type=submit]")
    counter.wait_for_selector(".split")
    looked_at(counter, "stay-interim")
    settle(counter)
    _discharge_and_settle(counter, stay)
    _refund(counter)
    _undo(counter, stay)
    phone.goto(f"{served.url}/wallet/account")
    pressed(phone, "a[href='/wallet/changes']")
    expect(phone.locator("[data-kind=refund]")).to_contain_text("退")
    assert overflow(phone) == 0
    shoot(phone, "wallet-changes")
    phone.goto(f"{served.url}/wallet/changes?lang=en")
    assert overflow(phone) == 0
    shoot(phone, "wallet-changes-en")


def _discharge_and_settle(page: Page, stay: str) -> None:
    page.goto(stay)
    page.click("details summary >> nth=0")
    page.fill("#change [name=bed]", "14")
    pressed(page, "#change button[type=submit]")
    expect(page.locator(".stay__head")).to_contain_text("W3 · 14")
    upload(page, 1)
    page.click(".danger summary")
    page.click(".danger form:last-of-type button")
    expect(page.locator("#stay-answer .box")).to_contain_text("lines_present")
    pressed(page, "#discharge button[type=submit]")
    expect(page.locator(".stay__state")).to_have_text("已出院")
    looked_at(page, "stay-discharged")
    settle(page)


def _refund(page: Page) -> None:
    page.click(".slip-acts details:nth-of-type(2) summary")
    page.click("form[hx-post$=refund] button")
    expect(page.locator("#reverse-answer .box")).to_contain_text("refund_nothing")
    left: Any = page.locator("form[hx-post$=refund] tbody tr").first.inner_text()
    assert "可退" in left
    amount = left.split("·")[1].split("元")[0].strip()
    page.fill("form[hx-post$=refund] [name=quantity] >> nth=0", left.split("可退")[1].split("·")[0].strip())
    page.fill("form[hx-post$=refund] [name=amount] >> nth=0", amount)
    looked_at(page, "slip-refund")
    page.click("form[hx-post$=refund] button")
    expect(page.locator("#reverse-answer .collect")).to_be_visible()
    shoot(page, "slip-refunded")
    pressed(page, "#reverse-answer a.weui-btn_primary")
    expect(page.locator(".slip-acts")).to_contain_text("更正记录")
    page.goto(page.url + "?lang=en")
    looked_at(page, "slip-corrected-en")
    page.click(".slip-acts .danger summary")
    pressed(page, ".danger button")


def _undo(page: Page, stay: str) -> None:
    page.goto(stay)
    page.click(".danger summary")
    pressed(page, ".danger form:first-of-type button")
    expect(page.locator(".stay__state")).to_have_text("Here")
    looked_at(page, "stay-reopened-en")
    page.goto(stay.rsplit("/", 2)[0])
    expect(page.locator("table.parts tbody tr")).to_have_count(1)
    shoot(page, "stays-en")
