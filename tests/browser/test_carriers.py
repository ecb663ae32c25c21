"""At the counter without a face: a printed code that pays at a pharmacy; a lost paper; a nurse binds a card on the ward."""

from __future__ import annotations

import pytest
from browsing import Served, overflow, shoot
from keystrokes import Hands
from playwright.sync_api import Page, expect
from test_attended import sign_in

from openyibao.demo.population import DemoOperator, DemoPerson
from openyibao.rooms.institutions import InstitutionKind

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]
ELDER_SECONDS, SLOW = 240, 2.0


def operators(served: Served, place: int) -> tuple[DemoOperator, DemoOperator]:
    """Officer and approver of a hospital; other hospitals than the activation tests take. Counted from the end."""
    population = served.prepared.population
    hospitals = [one for one in population.places.institutions if one.kind is InstitutionKind.hospital]
    here = [one for one in population.operators if one.institution_id == hospitals[-place].institution_id]
    return here[0], here[1]


def pharmacist(served: Served) -> DemoOperator:
    population = served.prepared.population
    pharmacies = [one for one in population.places.institutions if one.kind is InstitutionKind.pharmacy]
    return next(one for one in population.operators if one.institution_id == pharmacies[-1].institution_id)


def sign_in_terminal(served: Served, page: Page, operator: DemoOperator) -> None:
    page.goto(f"{served.url}/terminal")
    page.fill("[name=institution_code]", operator.institution_code)
    page.fill("[name=terminal_code]", "T01")
    page.fill("[name=operator_code]", operator.operator_code)
    page.fill("[name=password]", operator.password)
    page.fill("[name=second_factor]", served.second_factor(page, operator))
    page.click("button.weui-btn_primary")


def take_in_hand(hands: Hands, served: Served, post: str, person: DemoPerson) -> None:
    hands.page.goto(f"{served.url}/{post}/carriers")
    hands.see("卡与纸质码")
    hands.type("[name=name]", person.person.name)
    hands.type("[name=document_number]", person.person.document_number)
    hands.tap("[name=seen]")
    hands.tap("button.weui-btn_primary")


def print_at_the_counter(hands: Hands, served: Served, person: DemoPerson) -> str:
    """The digits of a paper that holds in the whole insured area."""
    phone = hands.page
    take_in_hand(hands, served, "counter", person)
    hands.see("卡与纸质码")
    expect(phone.locator("main")).to_contain_text("还没有绑定的卡或纸质码")
    assert person.person.document_number not in phone.content()
    assert overflow(phone) == 0
    shoot(phone, "carriers-2-person")
    phone.fill("[name=uses_a_day]", "99")
    phone.click("#print")
    expect(phone.locator(".box code").first).to_contain_text("printed_limits_unsound")
    shoot(phone, "carriers-3-unsound")
    hands.tap("[name=where][value=area]")
    hands.tap("#print")
    hands.see("医保纸质码")
    assert overflow(phone) == 0
    shoot(phone, "carriers-4-paper")
    return phone.locator(".paper-digits").inner_text()


def scan_paper(desk: Page, digits: str, *, seen: bool = True) -> None:
    desk.fill("#scan [name=code]", digits)
    if seen:
        if not desk.locator("#scan [name=document_seen]").is_visible():
            desk.click(".scan__proof summary")
        desk.check("#scan [name=document_seen]")
    desk.click("#scan button[type=submit]")


def test_a_code_printed_at_the_counter_pays_at_a_pharmacy_until_it_is_lost(
    served: Served, phone: Page, counter: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    officer, _ = operators(served, 3)
    person, hands = served.person(33), Hands(phone, slowness=SLOW)
    sign_in(served, phone, "counter", officer)
    phone.goto(f"{served.url}/counter/carriers")
    shoot(phone, "carriers-1-find")
    assert overflow(phone) == 0
    digits = print_at_the_counter(hands, served, person)
    with capsys.disabled():
        told = hands.told("elder without a phone, printed code")
        print(f"\nkeystroke-level model, {told} (at most {ELDER_SECONDS} s)")  # noqa: T201
    assert hands.seconds <= ELDER_SECONDS
    for size, width, height in (("a4", 680, 1009), ("a6", 366, 529)):
        phone.goto(f"{phone.url.partition('?')[0]}?size={size}")
        shoot(phone, f"carriers-5-paper-{size}")
        # On paper: inside the margins of the sheet, on one sheet.
        phone.set_viewport_size({"width": width, "height": height})
        phone.emulate_media(media="print")
        shoot(phone, f"carriers-5-print-{size}")
        assert phone.evaluate("document.documentElement.scrollHeight") <= height, size
        phone.emulate_media(media="screen")
        phone.set_viewport_size({"width": 360, "height": 740})

    sign_in_terminal(served, counter, pharmacist(served))
    scan_paper(counter, digits, seen=False)
    expect(counter.locator("#visit .box code").first).to_contain_text("printed_proof_needed")
    # The code stays, and what is asked for stands open: a tick and one press more.
    expect(counter.locator("#code")).to_have_value(digits)
    shoot(counter, "carriers-6-proof-needed")
    counter.check("#scan [name=document_seen]")
    counter.click("#scan button[type=submit]")
    expect(counter.locator(".who__name")).to_be_visible()
    expect(counter.locator("#scan [name=document_seen]")).not_to_be_checked()
    shoot(counter, "carriers-7-shown")
    counter.click(".samples button")
    counter.wait_for_selector("tr.line")
    counter.click("#bill button[type=submit]")
    counter.click(".split button.weui-btn_primary")
    counter.wait_for_selector("#slip")
    shoot(counter, "carriers-8-paid")

    phone.goto(f"{served.url}/counter/carriers")
    expect(phone.locator("[data-carrier]")).to_contain_text("最近使用")
    phone.click("[data-carrier] summary")
    shoot(phone, "carriers-9-end")
    phone.click("[data-carrier] button.weui-btn_warn")
    expect(phone.locator(".box")).to_contain_text("已停用")
    counter.goto(f"{served.url}/terminal")
    scan_paper(counter, digits)
    expect(counter.locator("#visit .box code").first).to_contain_text("printed_code_revoked")
    shoot(counter, "carriers-10-revoked")


def test_a_nurse_binds_the_id_card_of_an_elder_who_is_then_read_at_the_window(
    served: Served, phone: Page, counter: Page
) -> None:
    nurse, clerk = operators(served, 4)
    person, hands = served.person(34), Hands(phone, slowness=SLOW)
    sign_in(served, phone, "ward", nurse)
    phone.goto(f"{served.url}/ward/carriers")
    phone.fill("[name=name]", "某某某")
    phone.fill("[name=document_number]", person.person.document_number)
    phone.check("[name=seen]")
    phone.click("button.weui-btn_primary")
    expect(phone.locator(".box code").first).to_contain_text("person_not_matched")
    take_in_hand(hands, served, "ward", person)
    hands.see("卡与纸质码")
    hands.tap("#bind")
    expect(phone.locator(".box")).to_contain_text("已绑定")
    expect(phone.locator("[data-carrier]")).to_contain_text("居民身份证")
    shoot(phone, "carriers-ward-bound")
    phone.click("#bind")
    expect(phone.locator(".box code").first).to_contain_text("card_already_bound")
    phone.goto(f"{served.url}/ward/carriers?lang=en&type=large")
    assert overflow(phone) == 0
    shoot(phone, "carriers-ward-english-large")
    sign_in_terminal(served, counter, clerk)
    counter.click(".cards summary")
    counter.fill("#card [name=name]", person.person.name)
    counter.fill("#card [name=document_number]", person.person.document_number)
    shoot(counter, "carriers-card-form")
    counter.click("#card button[type=submit]")
    expect(counter.locator(".who__name")).to_be_visible()
    shoot(counter, "carriers-card-shown")
    phone.goto(f"{served.url}/ward/carriers?lang=zh&type=normal")
    expect(phone.locator("[data-carrier]")).to_contain_text("最近使用")
