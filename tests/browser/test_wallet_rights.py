"""A person reads their use log, disputes, freezes, withdraws and takes their data home, on a phone of 360 pixels."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from browsing import PASSWORD, Served, overflow, shoot
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]


def test_a_person_reads_disputes_freezes_and_takes_everything_home(served: Served, phone: Page) -> None:
    served.activate(phone, 16)
    expect(phone.locator("#show")).to_be_visible()
    phone.goto(f"{served.url}/wallet/log")
    expect(phone.locator("[data-kind=bound]")).to_contain_text("绑定了设备")
    shoot(phone, "wallet-log")
    assert overflow(phone) == 0
    phone.click("[data-kind=bound] summary")
    phone.fill("[data-kind=bound] textarea", "不是我的手机 <b>&")
    shoot(phone, "wallet-log-not-me")
    assert overflow(phone) == 0
    phone.click("[data-kind=bound] button")
    expect(phone.locator(".box--good")).to_contain_text("Y-")
    expect(phone.locator(".entry")).to_contain_text("12393")
    expect(phone.locator(".entry")).to_contain_text("<b>&")
    shoot(phone, "wallet-disputes")
    assert overflow(phone) == 0
    phone.goto(f"{served.url}/wallet/log?group=looks&before=nonsense")
    expect(phone.locator(".panel")).to_contain_text("没有记录")
    with phone.expect_download() as waiting:
        phone.goto(f"{served.url}/wallet/export")
        shoot(phone, "wallet-export")
        phone.fill("[name=password]", PASSWORD)
        phone.click("button.weui-btn_primary")
    packed = zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes()))
    held = {one["table"]: one for one in json.loads(packed.read("held.json"))["held"]}
    person = served.person(16).person
    assert held["persons"]["rows"][0]["document"] == person.document_number
    assert held["looks"]["rows"][0]["kind"] == "everything_held"
    assert person.name in packed.read("held.html").decode()
    phone.goto(f"{served.url}/wallet/log?group=looks&lang=en&type=large")
    expect(phone.locator("[data-kind=look]")).to_contain_text("whole record")
    shoot(phone, "wallet-log-en-large")
    assert overflow(phone) == 0
    phone.goto(f"{served.url}/wallet/freeze?lang=zh&type=normal")
    shoot(phone, "wallet-freeze")
    phone.click("button.weui-btn_warn")
    expect(phone.locator("section.panel")).to_contain_text("已于")
    shoot(phone, "wallet-frozen")
    assert overflow(phone) == 0
    phone.goto(f"{served.url}/wallet/rights")
    expect(phone.locator(".box")).to_contain_text("已冻结")
    shoot(phone, "wallet-rights")
    assert overflow(phone) == 0


def test_a_person_withdraws_and_the_code_of_this_phone_is_dead(served: Served, phone: Page) -> None:
    served.activate(phone, 17)
    expect(phone.locator("#show")).to_be_visible()
    phone.goto(f"{served.url}/wallet/consents")
    expect(phone.locator(".entry")).to_contain_text("展示医保码")
    phone.click("summary >> nth=0")
    phone.click("summary >> nth=1")
    shoot(phone, "wallet-consents")
    assert overflow(phone) == 0
    phone.click("button.weui-btn_warn")
    expect(phone.locator(".box--good")).to_contain_text("已撤回")
    shoot(phone, "wallet-withdrawn")
    phone.goto(f"{served.url}/wallet/log")
    expect(phone).to_have_url(f"{served.url}/wallet/start")


def test_what_was_scanned_and_refused_is_in_the_log_with_its_place_and_a_frozen_code_is_refused(
    served: Served, phone: Page, counter: Page
) -> None:
    served.activate(phone, 18)
    digits = phone.get_attribute("[data-part=digits]", "data-code") or ""
    served.sign_in(counter, 11)
    counter.fill("#code", digits)
    counter.press("#code", "Enter")
    counter.wait_for_selector(".who__name")
    phone.goto(f"{served.url}/wallet/log?group=uses")
    home = served.prepared.population.operators[11].institution_code
    place = next(one.name for one in served.prepared.population.places.institutions if one.institution_code == home)
    expect(phone.locator("[data-kind=scan]")).to_contain_text(place)
    expect(phone.locator("[data-kind=scan]")).to_contain_text("T01")
    shoot(phone, "wallet-log-used")
    assert overflow(phone) == 0
    phone.goto(f"{served.url}/wallet/freeze")
    phone.click("button.weui-btn_warn")
    phone.goto(f"{served.url}/wallet/code")
    expect(phone.locator(".box--wait")).to_contain_text("冻结")
    shoot(phone, "wallet-code-frozen")
    assert overflow(phone) == 0
    counter.goto(f"{served.url}/terminal")
    counter.fill("#code", phone.get_attribute("[data-part=digits]", "data-code") or "")
    counter.press("#code", "Enter")
    expect(counter.locator("#visit .box")).to_contain_text("credential_frozen")
    shoot(counter, "terminal-frozen")
    phone.goto(f"{served.url}/wallet/log?group=uses&type=large")
    expect(phone.locator("[data-kind=refused_scan]")).to_contain_text("已自行冻结")
    shoot(phone, "wallet-log-refused-large")
    assert overflow(phone) == 0
