from __future__ import annotations

import pytest
from browsing import Served, overflow, shoot
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]


def test_a_person_files_care_elsewhere_sees_it_and_takes_it_back(served: Served, phone: Page) -> None:
    served.activate(phone, 15)
    phone.goto(f"{served.url}/wallet/filings")
    shoot(phone, "wallet-filings-none")
    assert overflow(phone) == 0
    phone.select_option("[name=kind]", "temporary")
    phone.select_option("[name=treatment_area]", "330200")
    phone.check("input[type=checkbox]")
    phone.click("button.weui-btn_primary")
    expect(phone.locator(".box--good")).to_contain_text("已备案")
    expect(phone.locator(".bound")).to_contain_text("宁波")
    assert overflow(phone) == 0
    shoot(phone, "wallet-filings-one")
    # Once more the same: there is one in force already.
    phone.select_option("[name=treatment_area]", "330200")
    phone.check("input[type=checkbox]")
    phone.click("button.weui-btn_primary")
    expect(phone.locator(".box--stop")).to_contain_text("filing_overlaps")
    phone.goto(f"{served.url}/wallet/filings?lang=en&type=large")
    assert overflow(phone) == 0
    phone.click("summary >> nth=1")
    shoot(phone, "wallet-filings-en-large")
    phone.click("details[open] button")
    expect(phone.locator(".filed")).to_contain_text("withdrawn")
    phone.goto(f"{served.url}/wallet/filings?lang=zh&type=normal")
    shoot(phone, "wallet-filings-withdrawn")
    expect(phone.locator("summary")).to_have_count(0)
