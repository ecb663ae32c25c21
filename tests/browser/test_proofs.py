"""On phones of 360 pixels: a freeze lifted, a forgotten password, an elder without a phone, a name changed at a counter."""

from __future__ import annotations

import pytest
from browsing import PASSWORD, Served, overflow, shoot
from playwright.sync_api import Browser, Page, expect
from test_attended import operators, sign_in

from openyibao.rooms.people import check_digit

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]
OTHER = "816350"
NEW_17 = "99900119850704008"
NEW_NUMBER = NEW_17 + check_digit(NEW_17)


def looked_at(page: Page, name: str) -> None:
    """In both languages and sizes nothing is wider than the phone; a picture of the plain one."""
    for query in ("?lang=en&type=large", "?lang=en&type=normal", "?lang=zh&type=large", "?lang=zh&type=normal"):
        page.goto(page.url.partition("?")[0] + query)
        assert overflow(page) == 0, f"{name} {query}"
        if query == "?lang=zh&type=large":
            shoot(page, f"{name}-large")
    shoot(page, name)


def test_a_freeze_is_lifted_by_password_and_by_face(served: Served, phone: Page) -> None:
    served.activate(phone, 22)
    phone.goto(f"{served.url}/wallet/freeze")
    phone.click("button.weui-btn_warn")
    looked_at(phone, "lift-1-frozen")
    phone.fill("[name=password]", OTHER)
    phone.click("form[action$=lift] button")
    expect(phone.locator(".box__code").first).to_contain_text("password_wrong")
    shoot(phone, "lift-2-wrong")
    phone.fill("[name=password]", PASSWORD)
    phone.click("form[action$=lift] button")
    expect(phone.locator(".box--good")).to_contain_text("已解冻")
    shoot(phone, "lift-3-lifted")
    phone.click("button.weui-btn_warn")
    phone.click("form[action$=begin] button")
    looked_at(phone, "lift-4-face")
    served.dial_faces("another_person")
    phone.click("main form .weui-btn_primary")
    expect(phone.locator(".box__code").first).to_contain_text("face_not_same")
    phone.click("main form .weui-btn_primary")
    expect(phone.locator(".box--good")).to_contain_text("已解冻")
    phone.goto(f"{served.url}/wallet/code")
    phone.wait_for_selector("[data-code]")


def test_a_forgotten_password_is_set_anew_by_face_and_message(served: Served, phone: Page) -> None:
    served.activate(phone, 27)
    who = served.person(27).person
    phone.goto(f"{served.url}/wallet/security")
    looked_at(phone, "reset-1-security")
    phone.click("form[action$=begin] button")
    phone.click("main form .weui-btn_primary")
    expect(phone.locator("main")).to_contain_text("****")
    looked_at(phone, "reset-2-code")
    assert who.phone
    phone.fill("[name=code]", served.sms_code(phone, who.phone))
    phone.click("form[action$=code] button")
    looked_at(phone, "reset-3-new")
    phone.fill("[name=password]", OTHER)
    phone.fill("[name=password_again]", OTHER)
    phone.click("form[action$=password] button")
    expect(phone.locator(".box--good")).to_contain_text("口令已重设")
    shoot(phone, "reset-4-done")
    phone.goto(f"{served.url}/wallet/code")
    expect(phone.locator("main")).to_contain_text("口令已于")
    looked_at(phone, "reset-5-told")


def test_an_elder_without_a_phone_agrees_by_face_on_the_daughters(served: Served, phone: Page, counter: Page) -> None:
    served.activate(phone, 29)
    elder = served.person(31).person
    phone.goto(f"{served.url}/wallet/family")
    phone.click("summary:has-text('添加老人')")
    form = "form[action$=relative]"
    phone.fill(f"{form} [name=name]", elder.name)
    phone.fill(f"{form} [name=document_number]", elder.document_number)
    phone.click(f"{form} button")
    expect(phone.locator("main")).to_contain_text("待本人同意")
    looked_at(phone, "elder-1-asked")
    phone.click("button:has-text('刷脸同意')")
    looked_at(phone, "elder-2-face")
    phone.check("[name=agreed]")
    phone.click("main form .weui-btn_primary")
    expect(phone.locator("main")).to_contain_text("使用中")
    phone.click("a:has-text('出示')")
    phone.wait_for_selector("[data-code]")
    looked_at(phone, "elder-3-code")
    served.sign_in(counter, 7)
    phone.wait_for_selector("[data-code]")
    counter.fill("#code", phone.get_attribute("[data-code]", "data-code") or "")
    counter.press("#code", "Enter")
    expect(counter.locator(".who")).to_contain_text("代为出示")


def test_a_changed_name_ends_the_phone_and_the_person_activates_anew(
    served: Served, phone: Page, chromium: Browser
) -> None:
    served.activate(phone, 32)
    person = served.person(32).person
    officer, approver = operators(served, 3)
    contexts = [chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN") for _ in range(2)]
    first, second = (context.new_page() for context in contexts)
    sign_in(served, first, "office", officer)
    looked_at(first, "office-1-desk")
    first.click("main .links a:has-text('窗口业务')")
    looked_at(first, "office-2-find")
    first.fill("[name=name]", person.name)
    first.fill("[name=document_number]", person.document_number)
    first.fill("[name=why]", "户口簿变更页")
    first.click("button.weui-btn_primary")
    looked_at(first, "office-3-person")
    first.click("summary:has-text('变更姓名')")
    first.fill("[name=new_name]", "何新名")
    first.fill("[name=new_document_number]", NEW_NUMBER)
    shoot(first, "office-4-identity")
    assert overflow(first) == 0
    first.click("form[action$=change_identity] button")
    expect(first.locator("[data-state=waiting]")).to_contain_text("待复核")
    looked_at(first, "office-5-made")
    sign_in(served, second, "office", approver)
    second.click("main .links a:has-text('复核')")
    expect(second.locator("main")).to_contain_text("何新名")
    looked_at(second, "office-6-approvals")
    second.click("button[value=approve]")
    expect(second.locator(".box--good")).to_contain_text("已复核通过")
    phone.goto(f"{served.url}/wallet/code")
    expect(phone).to_have_url(f"{served.url}/wallet/start")
    phone.check("[name=agreed]")
    phone.click("button.weui-btn_primary")
    phone.fill("[name=name]", "何新名")
    phone.fill("[name=document_number]", NEW_NUMBER)
    phone.click("button.weui-btn_primary")
    served.finish_activating(phone)
    for path in ("disputes", "transfers", "hotline"):
        first.goto(f"{served.url}/office/{path}?lang=zh&type=normal")
        assert overflow(first) == 0, path
        shoot(first, f"office-7-{path}")
    for context in contexts:
        context.close()
