from __future__ import annotations

import pytest
from browsing import Served, overflow, shoot
from playwright.sync_api import Page, expect

from openyibao.demo.stocking import stocked_drugs, trace_code_of
from openyibao.rooms.institutions import InstitutionKind

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]


def test_packs_are_scanned_line_by_line_and_a_refusal_is_said_at_the_line(
    served: Served, phone: Page, counter: Page
) -> None:
    population = served.prepared.population
    place = next(one for one in population.places.institutions if one.kind is InstitutionKind.pharmacy)
    drug, other = stocked_drugs(population.catalogue)[:2]
    first, second = (trace_code_of(drug, place, number) for number in (1, 2))
    served.activate(phone, 8)
    number = next(n for n, one in enumerate(population.operators) if one.institution_id == place.institution_id)
    served.sign_in(counter, number)
    counter.set_viewport_size({"width": 1200, "height": 900})
    counter.fill("#code", phone.get_attribute("[data-part=digits]", "data-code") or "")
    counter.press("#code", "Enter")
    counter.wait_for_selector(".who__name")
    counter.fill("[name=query]", drug.item_code)
    counter.click(".found button")
    counter.wait_for_selector("tr.line")
    counter.fill("[name=quantity]", "2")
    counter.fill("[name=unit_price]", "12.5")
    # A scanner types the code and Enter; the bill is not sent by it.
    field = counter.locator("textarea[name=trace_codes]")
    field.focus()
    counter.keyboard.type(first)
    counter.keyboard.press("Enter")
    expect(counter.locator(".packs__count")).to_have_text("1")
    counter.click("#bill button[type=submit]")
    expect(counter.locator("#outcome .box")).to_contain_text("trace_code_missing")
    expect(counter.locator(".line__fault")).to_contain_text("需要 2 个")
    expect(field).to_be_focused()
    shoot(counter, "terminal-packs-missing-1200")
    field.focus()
    counter.keyboard.press("Control+End")
    counter.keyboard.type(trace_code_of(other, place, 1))
    expect(counter.locator(".line__fault")).to_be_hidden()
    counter.click("#bill button[type=submit]")
    expect(counter.locator("#outcome .box")).to_contain_text("trace_code_wrong_drug")
    field.fill(f"{first}\n{second}\n")
    expect(counter.locator(".packs--whole .packs__count")).to_have_text("2")
    counter.click("#bill button[type=submit]")
    counter.wait_for_selector(".split")
    shoot(counter, "terminal-packs-split-1200")
    counter.set_viewport_size({"width": 360, "height": 740})
    shoot(counter, "terminal-packs-360")
    assert overflow(counter) == 0
    counter.click(".split button.weui-btn_primary")
    counter.wait_for_selector("#slip")
    expect(counter.locator(".slip__lines")).to_contain_text(second)
    assert overflow(counter) == 0
    shoot(counter, "terminal-packs-slip-360")


def test_a_refusal_about_the_prescription_leads_to_its_field(served: Served, phone: Page, counter: Page) -> None:
    served.activate(phone, 36)
    served.sign_in(counter, 15)
    counter.fill("#code", phone.get_attribute("[data-part=digits]", "data-code") or "")
    counter.press("#code", "Enter")
    counter.wait_for_selector(".who__name")
    counter.locator(".samples button").first.click()
    counter.wait_for_selector("tr.line")
    expect(counter.locator("#grounds")).not_to_have_attribute("open", "")
    counter.click("#grounds summary")
    counter.select_option("[name=prescription]", "external")
    counter.click("#grounds summary")
    counter.click("#bill button[type=submit]")
    expect(counter.locator("#outcome .box")).to_contain_text("prescription_number_needed")
    expect(counter.locator("[name=prescription_number]")).to_be_focused()
    for width, height in ((1200, 900), (360, 740)):
        counter.set_viewport_size({"width": width, "height": height})
        assert overflow(counter) == 0
        shoot(counter, f"terminal-grounds-{width}")
    counter.keyboard.type("RX1")
    expect(counter.locator("#outcome .box")).to_have_count(0)
    counter.click("#bill button[type=submit]")
    counter.wait_for_selector(".split")
