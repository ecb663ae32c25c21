"""A lost phone, and a changed name: as their owner lives them, on a phone of 360 pixels."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from browsing import Served, overflow, shoot
from playwright.sync_api import Browser, Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]
LOST, RENAMED, NAMED = 19, 20, 21


def test_a_lost_phone_is_unbound_from_another_and_its_code_is_dead(
    served: Served, phone: Page, chromium: Browser
) -> None:
    lost = chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN").new_page()
    served.activate(lost, LOST)
    served.activate(phone, LOST)
    phone.goto(f"{served.url}/wallet/trouble")
    phone.click("a[href='/wallet/lost']")
    expect(phone.locator("h1")).to_contain_text("手机丢了")
    assert overflow(phone) == 0
    shoot(phone, "wallet-lost")
    phone.click("button.weui-btn_warn")
    expect(phone.locator(".box")).to_contain_text("已解除其他 1 台设备")
    assert phone.locator("[data-binding]").count() == 1
    shoot(phone, "wallet-lost-done")
    lost.goto(f"{served.url}/wallet/code")
    expect(lost).to_have_url(f"{served.url}/wallet/start")
    phone.goto(f"{served.url}/wallet/lost")
    phone.click("button.weui-btn_warn")
    expect(phone.locator(".box")).to_contain_text("没有其他设备")
    lost.context.close()


def test_a_lost_phone_has_ways_without_another_phone(served: Served, phone: Page) -> None:
    for query in ("?lang=zh&type=normal", "?lang=en", "?type=large"):
        phone.goto(f"{served.url}/wallet/lost{query}")
        assert overflow(phone) == 0
    shoot(phone, "wallet-lost-large-en")
    assert phone.locator("form[action='/wallet/lost']").count() == 0
    expect(phone.locator("main")).to_contain_text("12393")


def test_a_device_gets_the_name_its_owner_knows_it_by(served: Served, phone: Page) -> None:
    served.activate(phone, NAMED)
    phone.goto(f"{served.url}/wallet/bindings?type=large")
    phone.click("summary")
    assert overflow(phone) == 0
    shoot(phone, "wallet-bindings-large")
    phone.goto(f"{served.url}/wallet/bindings?type=normal")
    phone.click("summary")
    phone.fill("[name=device_name]", "妈妈的手机 <b>x</b>")
    phone.click("form[action='/wallet/bindings/rename'] button")
    expect(phone.locator("[data-binding]")).to_contain_text("妈妈的手机 <b>x</b>")
    expect(phone.locator("[data-binding]")).to_contain_text("还没有使用过")
    shoot(phone, "wallet-bindings-named")
    with phone.expect_download() as download:
        phone.click("a[href='/wallet/statement']")
    given = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert given["holder"]["name"] == served.person(NAMED).person.name
    assert json.loads(given["statement"])["status_list"]


def test_a_changed_name_ends_the_old_code_and_the_new_one_is_activated(
    served: Served, phone: Page, tmp_path: Path
) -> None:
    person = served.person(RENAMED).person
    served.activate(phone, RENAMED)
    lines = tmp_path / "identities.csv"
    lines.write_text(
        "document_type,document_number,new_name,new_document_type,new_document_number\n"
        f"identity_card,{person.document_number},新名字,identity_card,{person.document_number}\n",
        encoding="utf-8",
    )
    command = [str(Path(sys.executable).with_name("openyibao")), "agency", "identity", str(lines), "--language", "en"]
    officers = ["--maker", "officer-1", "--approver", "officer-2", "--why", "household book"]
    done = subprocess.run(
        [*command, *officers], env={**os.environ, **served.environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "bindings ended: 1" in done.stdout
    phone.goto(f"{served.url}/wallet")
    expect(phone).to_have_url(f"{served.url}/wallet/start")
    shoot(phone, "wallet-name-changed")
    for name, works in ((person.name, False), ("新名字", True)):
        phone.goto(f"{served.url}/wallet/start")
        phone.check("[name=agreed]")
        phone.click("button.weui-btn_primary")
        phone.fill("[name=name]", name)
        phone.fill("[name=document_number]", person.document_number)
        phone.click("button.weui-btn_primary")
        assert (phone.locator("[name=name]").count() == 0) == works
    served.finish_activating(phone)
    expect(phone.locator(".show__who")).to_contain_text("新*字")
    shoot(phone, "wallet-name-changed-code")


def test_anybody_may_fetch_keys_and_status_lists_and_keep_them_a_while(served: Served) -> None:
    keys = httpx.get(f"{served.url}/api/v1/issuer-keys")
    listed = httpx.get(f"{served.url}/api/v1/status-lists/7-0")
    for answer, seconds in ((keys, 300), (listed, 60)):
        assert answer.status_code == 200
        assert answer.headers.get_list("cache-control") == [f"public, max-age={seconds}"]
    assert keys.json()["keys"][0]["public_key"].startswith("-----BEGIN PUBLIC KEY-----")
    assert len(listed.content) < 1_000
    unknown = httpx.get(f"{served.url}/api/v1/status-lists/9999-0")
    assert (unknown.status_code >= 400, unknown.json()["reason"]) == (True, "status_list_unknown")
    assert unknown.headers.get_list("cache-control") == ["no-store"]
