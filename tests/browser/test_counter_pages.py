"""The agency's pages at the counter, on a phone's width and without a script needed."""

from __future__ import annotations

import pytest
from browsing import Served, overflow, shoot
from playwright.sync_api import Page, expect
from test_attended import operators, sign_in

from openyibao.demo.stocking import stocked_drugs, trace_code_of
from openyibao.rooms.institutions import InstitutionKind

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]
PERSON, HOSPITAL = 25, 3


def looked_at(page: Page, name: str) -> None:
    assert overflow(page) == 0, name
    shoot(page, f"counter-{name}-360")


def test_an_officer_looks_at_a_person_a_pack_and_the_periods(served: Served, phone: Page) -> None:
    officer, _ = operators(served, HOSPITAL)
    sign_in(served, phone, "counter", officer)
    phone.click("a[href='/counter/entitlement']")
    phone.fill("[name=document_number]", served.person(PERSON).person.document_number)
    phone.fill("[name=why]", "窗口咨询")
    phone.click("button.weui-btn_primary")
    expect(phone.locator("svg.timeline").first).to_be_visible()
    phone.click("details summary")
    looked_at(phone, "entitlement")
    phone.goto(f"{served.url}/counter/entitlement?lang=en")
    looked_at(phone, "entitlement-en")
    phone.goto(f"{served.url}/counter/filings?lang=zh")
    looked_at(phone, "filings")
    population = served.prepared.population
    place = next(one for one in population.places.institutions if one.kind is InstitutionKind.pharmacy)
    phone.goto(f"{served.url}/counter/packs")
    phone.fill("[name=trace_code]", trace_code_of(stocked_drugs(population.catalogue)[2], place, 1))
    phone.click("button.weui-btn_primary")
    expect(phone.locator("main")).to_contain_text("采购入库")
    looked_at(phone, "packs")
    phone.goto(f"{served.url}/counter/periods?type=large")
    looked_at(phone, "periods-large")
