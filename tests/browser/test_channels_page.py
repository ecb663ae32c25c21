"""Three channels: one person activates in each, shows, pays; each is told; unbound in one, the others live."""

from __future__ import annotations

import httpx
import pytest
from browsing import PASSWORD, Served, overflow, shoot
from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]
PERSON, WALLETED, OPERATOR = 23, 24, 12
PROOFS = {"wechat": ("payment_password", "246810"), "alipay": ("live_face", "face"), "bank": ("card_tail", "0000")}
SCREENS = {"wechat": ("face", "confirm", "password"), "alipay": ("confirm",), "bank": ("confirm", "password")}
"""What the person does in each after the first page: the plan of its kind, less what the channel vouches for."""


def activate(served: Served, page: Page, url: str, name: str, number: int = PERSON) -> None:
    person = served.person(number).person
    page.goto(f"{url}/{name}")
    for field in ("name", "document_number"):
        page.fill(f"[name={field}]", getattr(person, field) or "")
    field, value = PROOFS[name]
    page.fill(f"[name={field}]", value)
    page.click("button")
    for screen in SCREENS[name]:
        page.wait_for_selector(f"form[action='/{name}/{screen}']")
        shoot(page, f"channel-{name}-{screen}")
        assert overflow(page) <= 0
        if screen == "password":
            page.fill("[name=password]", PASSWORD)
            page.fill("[name=again]", PASSWORD)
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
    ask_status(bank, channels_url)
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


def ask_status(bank: Page, url: str) -> None:
    """Nothing is told before the person has read and agreed."""
    bank.goto(f"{url}/bank")
    bank.click("text=参保状态")
    bank.wait_for_selector("#agree")
    shoot(bank, "channel-bank-consent")
    bank.click("#agree")
    bank.wait_for_selector("text=总额")
    shoot(bank, "channel-bank-status")
    assert overflow(bank) <= 0


def test_the_person_sees_the_banks_consent_in_the_wallet_and_takes_it_back(
    served: Served, channels_url: str, chromium: Browser, phone: Page
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True, locale="zh-CN")
    bank = context.new_page()
    activate(served, bank, channels_url, "bank", WALLETED)
    bank.click("text=参保状态")
    bank.click("#agree")
    bank.wait_for_selector("text=职工医保")
    served.activate(phone, WALLETED)
    phone.goto(f"{served.url}/wallet/consents")
    entry = phone.locator(".entry", has_text="查询参保信息")
    assert "某某银行" in (entry.text_content() or "")
    shoot(phone, "channel-wallet-consents")
    assert overflow(phone) <= 0
    entry.locator("summary", has_text="撤回").click()
    entry.locator("button").click()
    phone.wait_for_selector("text=医保码照常使用")
    shoot(phone, "channel-wallet-withdrawn")
    bank.goto(f"{channels_url}/bank")
    bank.click("text=参保状态")
    bank.wait_for_selector("#agree")
    context.close()


def test_a_wrong_proof_and_a_wrong_name_are_told_in_words(served: Served, channels_url: str, phone: Page) -> None:
    phone.goto(f"{channels_url}/alipay")
    for field in ("name", "document_number", "live_face"):
        phone.fill(f"[name={field}]", "<b>x")
    phone.click("button")
    phone.wait_for_selector("text=人脸核验未通过")
    begin_wrongly(served, phone, channels_url)
    phone.wait_for_selector("text=person_not_matched")
    shoot(phone, "channel-alipay-refused")
    assert overflow(phone) <= 0


def begin_wrongly(served: Served, phone: Page, url: str) -> None:
    phone.goto(f"{url}/alipay")
    phone.fill("[name=name]", "王错字")
    phone.fill("[name=document_number]", served.person(PERSON).person.document_number)
    phone.fill("[name=live_face]", "face")
    phone.click("button")


def test_a_channel_with_a_wrong_clock_or_signature_is_told_what_to_mend(
    served: Served, channels_url: str, phone: Page
) -> None:
    dial(channels_url, "alipay", "signature")
    begin_wrongly(served, phone, channels_url)
    phone.wait_for_selector("text=assertion_signature_wrong")
    dial(channels_url, "alipay", "clock")
    phone.goto(f"{channels_url}/alipay")
    phone.wait_for_selector("text=message_too_old")
    shoot(phone, "channel-alipay-clock")
    dial(channels_url, "alipay", "none")
    phone.goto(f"{channels_url}/alipay")
    phone.wait_for_selector("[name=live_face]")


def dial(url: str, name: str, mode: str) -> None:
    httpx.get(f"{url}/{name}/dial", params={"mode": mode}).raise_for_status()


def test_the_dial_makes_a_channel_fail_and_the_webhook_comes_when_it_is_back(
    served: Served, channels_url: str, phone: Page
) -> None:
    dial(channels_url, "bank", "duplicate")
    activate(served, phone, channels_url, "bank")
    dial(channels_url, "bank", "fail")
    before = len(told(channels_url, "bank"))
    phone.click("#unbind")
    phone.wait_for_selector("text=已解绑")
    phone.wait_for_timeout(1_000)
    assert "unbound" not in told(channels_url, "bank")[before - 1 :]
    dial(channels_url, "bank", "none")
    wait_told(phone, channels_url, "bank", "unbound")


def test_an_event_whose_answer_is_lost_comes_again_and_counts_once(
    served: Served, channels_url: str, phone: Page
) -> None:
    dial(channels_url, "wechat", "drop")
    before = told(channels_url, "wechat").count("activated")
    activate(served, phone, channels_url, "wechat")
    for _ in range(200):
        if httpx.get(f"{channels_url}/wechat/dial", params={"mode": "drop"}).json()["repeats"]:
            break
        phone.wait_for_timeout(100)
    else:
        raise AssertionError("it never came again")
    assert told(channels_url, "wechat").count("activated") == before + 1
    dial(channels_url, "wechat", "none")
