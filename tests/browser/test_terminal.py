from __future__ import annotations

import pytest
from browsing import Served, overflow, shoot
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]


def scan(page: Page, digits: str) -> None:
    page.fill("#code", digits)
    page.press("#code", "Enter")


def test_a_used_code_is_refused_elsewhere_with_reason_and_next_step(
    served: Served, phone: Page, counter: Page, chromium: Browser
) -> None:
    served.activate(phone, 5)
    digits = phone.get_attribute("[data-part=digits]", "data-code") or ""
    served.sign_in(counter, 1)
    scan(counter, digits)
    counter.wait_for_selector(".who__name")
    other = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    served.sign_in(other, len(served.prepared.population.operators) - 1)
    scan(other, digits)
    expect(other.locator("#visit .box")).to_contain_text("code_already_used")
    shoot(other, "terminal-refused")
    other.context.close()


def test_what_is_no_code_is_told_at_once(served: Served, counter: Page) -> None:
    served.sign_in(counter, 2)
    scan(counter, "123")
    expect(counter.locator("#visit .box")).to_contain_text("28")
    scan(counter, "900" + "1" * 25)
    expect(counter.locator("#visit .box")).to_contain_text("code_not_valid")


def test_an_unknown_request_key_says_do_not_charge_again(served: Served, counter: Page) -> None:
    served.sign_in(counter, 3)
    counter.goto(f"{served.url}/terminal/outcome?request_key=never")
    expect(counter.locator(".box")).to_contain_text("不要重新收费")
    shoot(counter, "terminal-outcome")


def test_items_are_found_added_changed_and_removed_by_keyboard(served: Served, phone: Page, counter: Page) -> None:
    served.activate(phone, 6)
    served.sign_in(counter, 4)
    scan(counter, phone.get_attribute("[data-part=digits]", "data-code") or "")
    counter.wait_for_selector(".who__name")
    counter.fill("[name=query]", "诊查")
    counter.wait_for_selector(".found button")
    shoot(counter, "terminal-found")
    counter.locator(".found button").first.press("Enter")
    counter.wait_for_selector("tr.line")
    counter.fill("[name=quantity]", "3")
    counter.fill("[name=unit_price]", "1.005")
    expect(counter.locator("[name=amount]")).to_have_value("3.02")
    expect(counter.locator("#sum")).to_have_text("3.02")
    counter.fill("[name=amount]", "9.99")
    counter.fill("[name=practitioner_code]", "nobody")
    counter.click("#bill button[type=submit]")
    expect(counter.locator("#outcome .box")).to_be_visible()
    counter.press("button.remove", "Enter")
    expect(counter.locator("tr.line")).to_have_count(0)


def test_the_terminal_is_whole_on_a_small_phone_in_english(served: Served, phone: Page) -> None:
    served.sign_in(phone, 5)
    phone.goto(f"{served.url}/terminal?lang=en&type=large")
    assert overflow(phone) == 0
    shoot(phone, "terminal-phone-en")


def test_a_wrong_second_factor_is_refused(served: Served, counter: Page) -> None:
    operator = served.prepared.population.operators[6]
    counter.goto(f"{served.url}/terminal/sign-in")
    for name, text in (
        ("institution_code", operator.institution_code),
        ("terminal_code", "T01"),
        ("operator_code", operator.operator_code),
        ("password", operator.password),
        ("second_factor", "000000"),
    ):
        counter.fill(f"[name={name}]", text)
    counter.click("button.weui-btn_primary")
    expect(counter.locator(".box")).to_contain_text("sign_in_refused")
    shoot(counter, "terminal-sign-in-refused")


def test_the_camera_reader_starts_within_the_content_policy(served: Served, counter: Page) -> None:
    served.sign_in(counter, 7)
    counter.click("#camera")
    counter.wait_for_selector("#viewer:not([hidden])")
    expect(counter.locator("#camera-state")).to_contain_text("对准")
    counter.wait_for_timeout(1500)
    expect(counter.locator("#camera-state")).to_contain_text("对准")
    counter.click("#camera")
    expect(counter.locator("#viewer")).to_be_hidden()


def test_the_slip_prints_without_the_page_around_it(served: Served, phone: Page, counter: Page) -> None:
    served.activate(phone, 7)
    served.sign_in(counter, 10)
    scan(counter, phone.get_attribute("[data-part=digits]", "data-code") or "")
    counter.wait_for_selector(".who__name")
    counter.click(".samples button:nth-of-type(3)")
    counter.wait_for_selector("tr.line")
    counter.click("#bill button[type=submit]")
    counter.click(".split button.weui-btn_primary")
    counter.wait_for_selector("#slip")
    shoot(counter, "terminal-slip-large")
    counter.emulate_media(media="print")
    counter.set_viewport_size({"width": 302, "height": 900})
    shoot(counter, "terminal-slip-print")
    for hidden in (".bar", ".tabs", ".slip-acts", ".demo-mark"):
        expect(counter.locator(hidden)).to_be_hidden()
    assert overflow(counter) == 0
    expect(counter.locator("#slip")).to_contain_text("自付一")
