"""The account pages on a phone of 360 pixels, in both languages; two people agree on mutual aid."""

from __future__ import annotations

import pytest
from browsing import Served, overflow, shoot
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]


def test_two_people_agree_on_mutual_aid(served: Served, phone: Page, chromium: Browser) -> None:
    served.activate(phone, 13)
    relative = served.person(14).person
    phone.goto(f"{served.url}/wallet/account")
    expect(phone.locator(".sum")).to_be_visible()
    assert overflow(phone) == 0
    shoot(phone, "wallet-account")
    phone.click("a[href='/wallet/account/aid']")
    phone.fill("[name=name]", relative.name)
    phone.fill("[name=document_number]", relative.document_number)
    phone.fill("[name=per_use]", "200")
    phone.click("text=发起共济")
    expect(phone.locator("main")).to_contain_text("待对方同意")
    assert overflow(phone) == 0
    shoot(phone, "wallet-aid-proposed")
    context = chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True, locale="zh-CN")
    other = context.new_page()
    served.activate(other, 14)
    other.goto(f"{served.url}/wallet/account/aid")
    other.click("button:has-text('同意')")
    expect(other.locator("main")).to_contain_text("使用中")
    context.close()
    for path in ("/wallet/account", "/wallet/account/aid", "/wallet/account/purse"):
        for query in ("?lang=zh&type=large", "?lang=en&type=large", "?lang=en&type=normal"):
            phone.goto(f"{served.url}{path}{query}")
            assert overflow(phone) == 0, f"{path}{query}"
        shoot(phone, f"en{path.replace('/', '-')}")
    phone.goto(f"{served.url}/wallet/account?lang=zh&type=normal")
