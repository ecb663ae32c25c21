from __future__ import annotations

import re

import pytest
from browsing import Served, overflow, shoot
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]


def test_the_code_still_changes_without_a_network(served: Served, phone: Page) -> None:
    served.activate(phone, 1)
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()
    phone.wait_for_selector("[data-code]")
    phone.context.set_offline(offline=True)
    phone.reload()
    phone.wait_for_selector("[data-code]")
    expect(phone.locator("[data-part=state]")).to_contain_text("未联网")
    shoot(phone, "wallet-offline")
    phone.context.set_offline(offline=False)


def test_unbinding_ends_the_code_and_wipes_the_phone(served: Served, phone: Page) -> None:
    served.activate(phone, 3)
    phone.goto(f"{served.url}/wallet/bindings")
    phone.click("summary")
    shoot(phone, "wallet-bindings")
    phone.click("button.weui-btn_warn")
    expect(phone.locator("h1")).to_contain_text("已解除绑定")
    phone.goto(f"{served.url}/wallet/code")
    expect(phone).to_have_url(f"{served.url}/wallet/start")


def test_a_wrong_name_and_an_unknown_number_get_the_same_calm_answer(served: Served, phone: Page) -> None:
    told = []
    for name, number in (("王错字", served.person(2).person.document_number), ("王错字", "99999919900101000X")):
        phone.goto(f"{served.url}/wallet/start")
        phone.check("[name=agreed]")
        phone.click("button.weui-btn_primary")
        phone.fill("[name=name]", name)
        phone.fill("[name=document_number]", number)
        phone.fill("[name=phone]", "13800000000")
        phone.click("button.weui-btn_primary")
        # All but the reference, which every refusal has of its own.
        told.append(re.sub(r"编号 [0-9A-F]{10}", "", phone.locator(".box").inner_text()))
    shoot(phone, "wallet-not-matched")
    assert told[0] == told[1]


def test_a_wrong_code_says_how_many_tries_are_left(served: Served, phone: Page) -> None:
    person = served.person(4).person
    phone.goto(f"{served.url}/wallet/start")
    shoot(phone, "wallet-start")
    phone.check("[name=agreed]")
    phone.click("button.weui-btn_primary")
    shoot(phone, "wallet-identify")
    phone.fill("[name=name]", person.name)
    phone.fill("[name=document_number]", person.document_number)
    phone.fill("[name=phone]", person.phone or "")
    phone.click("button.weui-btn_primary")
    phone.fill("[name=code]", f"{(int(served.sms_code(phone, person.phone or '')) + 1) % 10**6:06d}")
    phone.click("button.weui-btn_primary")
    expect(phone.locator(".box")).to_contain_text("4 次")
    shoot(phone, "wallet-wrong-code")


def test_every_page_is_there_in_english_and_in_larger_type_and_fits_a_small_phone(served: Served, phone: Page) -> None:
    for path in ("/wallet/start", "/wallet/trouble", "/terminal/sign-in"):
        for query in ("?lang=zh&type=normal", "?lang=en", "?type=large"):
            phone.goto(f"{served.url}{path}{query}")
            assert overflow(phone) == 0, f"{path}{query}"
        expect(phone.locator("html")).to_have_attribute("lang", "en")
        shoot(phone, f"large-en{path.replace('/', '-')}")
    phone.goto(f"{served.url}/wallet/start?lang=zh&type=normal")
    expect(phone.locator("html")).to_have_attribute("lang", "zh-CN")


def test_a_form_from_elsewhere_does_nothing(served: Served, phone: Page) -> None:
    phone.goto(f"{served.url}/wallet/start")
    answer = phone.request.post(f"{served.url}/wallet/consent", form={"agreed": "yes"})
    assert answer.status == 403
    assert "form_not_ours" in answer.text()


def test_pages_forbid_foreign_and_inline_content(served: Served, phone: Page) -> None:
    for path in ("/wallet/start", "/terminal/sign-in", "/wallet/trouble"):
        answer = phone.request.get(f"{served.url}{path}")
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


def test_the_language_may_be_switched_in_the_middle_of_activating(served: Served, phone: Page) -> None:
    phone.goto(f"{served.url}/wallet/start")
    phone.check("[name=agreed]")
    phone.click("button.weui-btn_primary")
    phone.click(".bar__switches a:last-child")
    expect(phone.locator("h1")).to_contain_text("Activate your insurance code")
