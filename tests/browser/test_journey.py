from __future__ import annotations

import pytest
from browsing import Served, shoot
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]


def test_a_person_activates_shows_pays_and_is_reversed(served: Served, phone: Page, counter: Page) -> None:
    served.activate(phone, 0)
    shoot(phone, "wallet-code")
    digits = phone.get_attribute("[data-part=digits]", "data-code") or ""
    assert len(digits) == 28
    served.sign_in(counter)
    shoot(counter, "terminal-desk")
    counter.fill("#code", digits)
    counter.press("#code", "Enter")
    counter.wait_for_selector(".who__name")
    doctor = served.prepared.population.places.practitioners[0].practitioner_code
    counter.fill("[name=practitioner_code]", doctor)
    counter.click(".samples button:nth-of-type(2)")
    counter.wait_for_selector("tr.line")
    shoot(counter, "terminal-bill")
    counter.click("#bill button[type=submit]")
    counter.wait_for_selector(".split, #outcome .box")
    for summary in counter.locator(".split summary").all():
        summary.click()
    shoot(counter, "terminal-split")
    counter.click(".split button.weui-btn_primary")
    counter.wait_for_selector("#slip")
    shoot(counter, "terminal-slip")
    counter.click(".danger summary")
    counter.click(".danger button")
    counter.wait_for_url(lambda url: "/slip/" in url)
    expect(counter.locator("#slip h1")).to_contain_text("撤销")
    shoot(counter, "terminal-reversal")
    counter.goto(f"{served.url}/terminal/today")
    shoot(counter, "terminal-today")
    expect(counter.locator("tbody tr")).to_have_count(2)
