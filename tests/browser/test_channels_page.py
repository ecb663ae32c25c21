"""Three channels: one person activates in each, shows, pays; each is told; unbound in one, the others live."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from browsing import Served, overflow, shoot
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]
PERSON, OPERATOR = 23, 12
PROOFS = {"wechat": ("payment_password", "246810"), "alipay": ("live_face", "face"), "bank": ("card_tail", "0000")}


def messages(served: Served, phone: str) -> list[Any]:
    return list(httpx.get(f"{served.sms_url}/messages", params={"phone": phone}).json())


def activate(served: Served, page: Page, url: str, name: str) -> None:
    person = served.person(PERSON).person
    had = len(messages(served, person.phone or ""))
    page.goto(f"{url}/{name}")
    for field in ("name", "document_number", "phone"):
        page.fill(f"[name={field}]", getattr(person, field) or "")
    field, value = PROOFS[name]
    page.fill(f"[name={field}]", value)
    page.click("button")
    page.wait_for_selector("[name=code]")
    shoot(page, f"channel-{name}-code")
    for _ in range(100):
        if len(messages(served, person.phone or "")) > had:
            break
        page.wait_for_timeout(100)
    page.fill("[name=code]", served.sms_code(page, person.phone or ""))
    page.click("button")
    page.wait_for_selector("[data-code]")


def told(url: str, name: str) -> list[str]:
    return [event["kind"] for event in httpx.get(f"{url}/{name}/told").json()]


def wait_told(page: Page, url: str, name: str, kind: str) -> None:
    for _ in range(100):
        if kind in told(url, name):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{name} was not told of {kind}: {told(url, name)}")


def scan(page: Page, code: str) -> None:
    page.fill("#code", code)
    page.press("#code", "Enter")


def test_three_channels_activate_show_pay_and_one_unbinds(
    served: Served, channels_url: str, chromium: Browser, counter: Page
) -> None:
    phones = {}
    for name in PROOFS:
        context = chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True, locale="zh-CN")
        phones[name] = context.new_page()
        phones[name].goto(f"{channels_url}/{name}")
        shoot(phones[name], f"channel-{name}-begin")
        assert overflow(phones[name]) <= 0
        activate(served, phones[name], channels_url, name)
        shoot(phones[name], f"channel-{name}-shown")
        assert overflow(phones[name]) <= 0
    for name, page in phones.items():
        wait_told(page, channels_url, name, "activated")
    served.sign_in(counter, OPERATOR)
    bank = phones["bank"]
    bank.goto(f"{channels_url}/bank")
    scan(counter, bank.get_attribute("[data-code]", "data-code") or "")
    counter.wait_for_selector(".who__name")
    staff = served.prepared.population.places.practitioners
    mine = served.prepared.population.operators[OPERATOR].institution_id
    doctor = next(one.practitioner_code for one in staff if one.institution_id == mine)
    counter.fill("[name=practitioner_code]", doctor)
    counter.click(".samples button:nth-of-type(2)")
    counter.wait_for_selector("tr.line")
    counter.click("#bill button[type=submit]")
    counter.wait_for_selector(".split")
    counter.click(".split button.weui-btn_primary")
    counter.wait_for_selector("#slip")
    for name, page in phones.items():
        wait_told(page, channels_url, name, "settled")
    wechat = phones["wechat"]
    wechat.goto(f"{channels_url}/wechat")
    dead = wechat.get_attribute("[data-code]", "data-code") or ""
    wechat.click("#unbind")
    wechat.wait_for_selector("text=已解绑")
    wait_told(wechat, channels_url, "wechat", "unbound")
    counter.goto(f"{served.url}/terminal")
    scan(counter, dead)
    counter.wait_for_selector(".box")
    shoot(counter, "channel-unbound-scanned")
    alipay = phones["alipay"]
    alipay.goto(f"{channels_url}/alipay")
    shoot(alipay, "channel-alipay-told")
    counter.goto(f"{served.url}/terminal")
    scan(counter, alipay.get_attribute("[data-code]", "data-code") or "")
    counter.wait_for_selector(".who__name")
    assert told(channels_url, "bank").count("activated") == 1
    assert "unbound" not in told(channels_url, "alipay") + told(channels_url, "bank")
    for page in phones.values():
        page.context.close()


def test_a_wrong_proof_and_a_wrong_name_are_told_in_words(served: Served, channels_url: str, phone: Page) -> None:
    phone.goto(f"{channels_url}/alipay")
    for field in ("name", "document_number", "phone", "live_face"):
        phone.fill(f"[name={field}]", "<b>x")
    phone.click("button")
    phone.wait_for_selector("text=人脸核验未通过")
    phone.goto(f"{channels_url}/alipay")
    person = served.person(PERSON).person
    for field, value in (
        ("name", "王错字"),
        ("document_number", person.document_number),
        ("phone", person.phone or ""),
    ):
        phone.fill(f"[name={field}]", value)
    phone.fill("[name=live_face]", "face")
    phone.click("button")
    phone.wait_for_selector("text=person_not_matched")
    shoot(phone, "channel-alipay-refused")
    assert overflow(phone) <= 0


def test_the_dial_makes_a_channel_fail_and_the_webhook_comes_when_it_is_back(
    served: Served, channels_url: str, phone: Page
) -> None:
    httpx.get(f"{channels_url}/bank/dial", params={"mode": "duplicate"})
    activate(served, phone, channels_url, "bank")
    httpx.get(f"{channels_url}/bank/dial", params={"mode": "fail"})
    before = len(told(channels_url, "bank"))
    phone.click("#unbind")
    phone.wait_for_selector("text=已解绑")
    phone.wait_for_timeout(1_000)
    assert "unbound" not in told(channels_url, "bank")[before - 1 :]
    httpx.get(f"{channels_url}/bank/dial", params={"mode": "none"})
    wait_told(phone, channels_url, "bank", "unbound")
