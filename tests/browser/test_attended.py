"""A nurse activates on the ward, an officer at the counter without a face: phone-sized, two sign-ins, a slip on paper."""

from __future__ import annotations

import pytest
from browsing import PASSWORD, Served, overflow, shoot
from keystrokes import Hands
from playwright.sync_api import Browser, Page, expect

from openyibao.demo.population import DemoOperator
from openyibao.rooms.institutions import InstitutionKind

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]
ELDER_SECONDS, SLOW = 240, 2.0


def operators(served: Served, place: int) -> tuple[DemoOperator, DemoOperator]:
    """Officer and approver of a hospital, counted from the end."""
    population = served.prepared.population
    hospitals = [one for one in population.places.institutions if one.kind is InstitutionKind.hospital]
    here = [one for one in population.operators if one.institution_id == hospitals[-place].institution_id]
    return here[0], here[1]


def sign_in(served: Served, page: Page, post: str, operator: DemoOperator) -> None:
    page.goto(f"{served.url}/{post}/sign-in")
    page.fill("[name=institution_code]", operator.institution_code)
    page.fill("[name=operator_code]", operator.operator_code)
    page.fill("[name=password]", operator.password)
    page.fill("[name=second_factor]", served.second_factor(page, operator))
    page.click("button.weui-btn_primary")


def test_a_nurse_activates_for_the_elder_in_bed_twelve(
    served: Served, phone: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    nurse, _ = operators(served, 1)
    person, hands = served.person(12).person, Hands(phone, slowness=SLOW)
    sign_in(served, phone, "ward", nurse)
    hands.see("新的激活")
    assert overflow(phone) == 0
    hands.type("[name=ward]", "3", own_field=False)
    hands.type("[name=bed]", "12", own_field=False)
    hands.type("[name=name]", person.name)
    hands.type("[name=document_number]", person.document_number)
    hands.tap("[name=agreed]")
    shoot(phone, "ward-1-desk")
    hands.tap("button.weui-btn_primary")
    hands.see("核验本人")
    assert overflow(phone) == 0
    shoot(phone, "ward-2-proof")
    hands.tap("#face")
    hands.faces += 1
    hands.see("与参保人核对")
    hands.tap("button.weui-btn_primary")
    hands.see("请参保人自己输入口令")
    shoot(phone, "ward-3-password")
    hands.type("[name=password]", PASSWORD, own_field=False)
    hands.type("[name=password_again]", PASSWORD, own_field=False)
    hands.tap("button.weui-btn_primary")
    hands.see("医保码激活回执")
    assert overflow(phone) == 0
    shoot(phone, "ward-4-sheet")
    with capsys.disabled():
        print(f"\nkeystroke-level model, {hands.told('elder with a nurse')} (at most {ELDER_SECONDS} s)")  # noqa: T201
    assert hands.screens <= 6
    assert hands.fields <= 2
    assert hands.seconds <= ELDER_SECONDS


def test_at_the_counter_a_second_officer_approves_what_was_done_without_a_face(
    served: Served, phone: Page, chromium: Browser
) -> None:
    officer, approver = operators(served, 2)
    person = served.person(28).person
    sign_in(served, phone, "counter", officer)
    phone.goto(f"{served.url}/counter/approvals")
    expect(phone.locator(".box code").first).to_contain_text("attend_role_missing")
    phone.goto(f"{served.url}/counter")
    phone.fill("[name=name]", person.name)
    phone.fill("[name=document_number]", person.document_number)
    phone.check("[name=agreed]")
    shoot(phone, "counter-1-desk")
    phone.click("button.weui-btn_primary")
    shoot(phone, "counter-2-proof")
    phone.click("#document")
    expect(phone.locator("h1")).to_contain_text("等待复核")
    shoot(phone, "counter-3-waiting")
    phone.click("#again")
    expect(phone.locator("h1")).to_contain_text("等待复核")
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    second = context.new_page()
    sign_in(served, second, "counter", approver)
    expect(second.locator("main")).to_contain_text(person.document_number[-4:])
    assert person.document_number not in second.content()
    assert overflow(second) == 0
    shoot(second, "counter-4-approvals")
    second.click("button[value=approve]")
    expect(second.locator(".box")).to_contain_text("已复核通过")
    expect(second.locator("main")).to_contain_text("没有等待复核的激活")
    second.goto(f"{served.url}/counter")
    expect(second.locator(".box code").first).to_contain_text("attend_role_missing")
    context.close()
    phone.click("#again")
    phone.click("button.weui-btn_primary")
    phone.fill("[name=password]", "123456")
    phone.fill("[name=password_again]", "123456")
    phone.click("button.weui-btn_primary")
    expect(phone.locator(".box code").first).to_contain_text("password_simple")
    phone.fill("[name=password]", PASSWORD)
    phone.fill("[name=password_again]", PASSWORD)
    phone.click("button.weui-btn_primary")
    expect(phone.locator("h1").first).to_contain_text("医保码激活回执")
    shoot(phone, "counter-5-sheet")


def test_nobody_works_at_a_post_without_signing_in(served: Served, phone: Page) -> None:
    for post in ("counter", "ward"):
        for path in ("", "/activate", "/approvals"):
            phone.goto(f"{served.url}/{post}{path}")
            expect(phone).to_have_url(f"{served.url}/{post}/sign-in")
        phone.goto(f"{served.url}/{post}/sign-in?lang=en&type=large")
        assert overflow(phone) == 0
        phone.goto(f"{served.url}/{post}/sign-in?lang=zh&type=normal")
