"""Families on phones of 360 pixels: a parent with a newborn, an elder with a daughter, a payment the phone confirms."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from browsing import PASSWORD, Served, overflow, shoot
from playwright.sync_api import Browser, Page, expect

from openyibao import running
from openyibao.demo import stage
from openyibao.demo.population import make_population
from openyibao.kit.batch import Work
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import KeyPurpose, MasterKey, Suite
from openyibao.kit.db import Tx
from openyibao.kit.embedded import temporary_server
from openyibao.main import open_platform, open_ring
from openyibao.rooms import areas, credentials, entitlement, ledger, mandates
from openyibao.rooms.credentials import PersonToIssue
from openyibao.rooms.entitlement import NewbornRequest
from openyibao.rooms.mandates import KinshipProof, MandateBasis
from openyibao.rooms.people import Sex
from openyibao.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]
CHILD, CERTIFICATE, PARENT = "孙小满", "Z999120001", 2
CLERK = 0


async def _families(settings: Settings, prepared: stage.Prepared) -> None:
    """A newborn with a credential, its parent on record, and areas that ask above one yuan at hospitals."""
    clock = SystemClock()
    platform = await open_platform(msgspec.structs.replace(settings, carriers=1), clock)
    ring = await open_ring(settings, clock)
    parent = prepared.installed.persons[PARENT]
    asked = NewbornRequest(
        name=CHILD,
        birth_certificate=CERTIFICATE,
        sex=Sex.female,
        birth_on=clock.today() - timedelta(days=40),
        agency_area=110108,
        personal_fen=40_000,
    )

    async def act(tx: Tx) -> Any:
        for pool in {one.pooling_area for one in prepared.installed.enrolments}:
            changes = {"confirmation_above_fen": {"hospital": 100}}
            await areas.set_area_settings(tx, clock, pooling_area=pool, changes=changes)
        (born,) = await entitlement.register_newborns(
            tx, clock, platform.sealer, platform.desk.areas, requests=[asked], actor="agency"
        )
        child = born.person  # type: ignore[union-attr]
        enrolment = born.enrolment  # type: ignore[union-attr]
        await ledger.open_accounts(tx, [(enrolment.cell, enrolment.person_id)])
        who = PersonToIssue(
            bucket=child.bucket,
            person_id=child.person_id,
            name=child.name,
            document_type=child.document_type.value,
            document_number=child.document_number,
            insured_cell=enrolment.cell,
            insured_area=enrolment.pooling_area,
        )
        await credentials.issue(
            tx,
            clock,
            platform.sealer,
            ring.signer(KeyPurpose.issuer),
            persons=[who],
            issuer_key_id=ring.current(KeyPurpose.issuer).key_id,
        )
        return await mandates.enter_kinship(
            tx,
            clock,
            platform.sealer,
            child=(child.bucket, child.person_id),
            guardian=(parent.bucket, parent.person_id),
            basis=MandateBasis.parent,
            proof=KinshipProof.birth_certificate,
            proof_number=CERTIFICATE,
            maker="officer-1",
            approver="officer-2",
        )

    await platform.lane.submit("work", Work(act))
    await platform.lane.drain()
    await platform.readers.close()


def _seeded(settings: Settings) -> stage.Prepared:
    running.prepare(settings)
    prepared = asyncio.run(stage.seed(settings, make_population(people=16, institutions=6), SystemClock()))
    asyncio.run(_families(settings, prepared))
    return prepared


@pytest.fixture(scope="module")
def town(chromium: Browser) -> Iterator[Served]:
    """A platform of its own: families are entered by officers before it is served."""
    with tempfile.TemporaryDirectory(prefix="openyibao-key-") as keys, temporary_server(fsync=False) as server:
        settings = Settings(
            database_url=server.url(),
            key_file=Path(keys) / "master.key",
            port=stage.free_port(),
            demo=True,
            carriers=1,
            faces_url=f"http://127.0.0.1:{stage.free_port()}",
        )
        MasterKey.create(Path(keys) / "master.key", suite=Suite(settings.suite))
        # In a thread: this one has the browser's loop.
        with ThreadPoolExecutor(1) as thread:
            prepared = thread.submit(_seeded, settings).result()
        with stage.served(running.service_settings(settings, server)) as (url, sms_url):
            yield Served(url, sms_url, prepared, settings)


def grown(town: Served, nth: int) -> int:
    """Somebody between 25 and 65 with money on the account, other than the parent."""
    today = SystemClock().today()
    found = [
        n
        for n, one in enumerate(town.prepared.population.people)
        if 25 <= today.year - one.person.birth_on.year <= 65 and one.account_fen > 10_000 and n != PARENT
    ]
    return found[nth]


def second_phone(chromium: Browser) -> Page:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, has_touch=True, locale="zh-CN")
    return context.new_page()


def shown_code(page: Page) -> str:
    page.wait_for_selector("[data-code]")
    return page.locator("[data-code]").get_attribute("data-code") or ""


def scan_at(counter: Page, code: str, purpose: str = "settlement") -> None:
    counter.fill("[name=code]", code)
    counter.select_option("[name=purpose]", purpose)
    counter.press("[name=code]", "Enter")


def test_a_parent_adds_a_newborn_and_shows_its_code(town: Served, phone: Page, counter: Page) -> None:
    town.activate(phone, PARENT)
    phone.click("a[href='/wallet/family']")
    assert overflow(phone) == 0
    shoot(phone, "family-empty")
    phone.click("summary:has-text('添加孩子')")
    phone.fill("form[action$=child] [name=name]", CHILD)
    phone.select_option("form[action$=child] [name=document_type]", "birth_certificate")
    phone.fill("form[action$=child] [name=document_number]", CERTIFICATE)
    phone.fill("form[action$=child] [name=proof_number]", "Z999129999")
    assert overflow(phone) == 0
    shoot(phone, "family-add-child")
    phone.click("form[action$=child] button")
    expect(phone.locator(".box__code")).to_contain_text("mandate_proof_unknown")
    shoot(phone, "family-proof-unknown")
    phone.click("summary:has-text('添加孩子')")
    phone.fill("form[action$=child] [name=name]", CHILD)
    phone.select_option("form[action$=child] [name=document_type]", "birth_certificate")
    phone.fill("form[action$=child] [name=document_number]", CERTIFICATE)
    phone.fill("form[action$=child] [name=proof_number]", CERTIFICATE.lower())
    phone.click("form[action$=child] button")
    expect(phone.locator("main")).to_contain_text("使用中")
    assert overflow(phone) == 0
    shoot(phone, "family-child")
    phone.click("a:has-text('出示')")
    code = shown_code(phone)
    assert overflow(phone) == 0
    shoot(phone, "family-child-code")
    town.sign_in(counter, CLERK)
    scan_at(counter, code)
    expect(counter.locator(".who")).to_contain_text("代为出示")
    shoot(counter, "family-counter")
    # One's own code is there again, and offline keys of both are kept apart.
    phone.click("a:has-text('返回我的医保码')")
    assert shown_code(phone)[3:13] != code[3:13]
    phone.goto(f"{town.url}/wallet/family")
    phone.click("summary:has-text('记录')")
    expect(phone.locator("main")).to_contain_text("出示：结算")
    phone.click("summary:has-text('结束')")
    phone.click("text=确定结束")
    expect(phone.locator("main")).to_contain_text("已结束")
    shoot(phone, "family-ended")


def test_an_elder_agrees_and_the_daughters_phone_confirms(
    town: Served, phone: Page, chromium: Browser, counter: Page
) -> None:
    daughter, elder = grown(town, 0), grown(town, 1)
    who = town.person(elder).person
    town.activate(phone, daughter)
    phone.goto(f"{town.url}/wallet/family")
    phone.click("summary:has-text('添加老人')")
    form = "form[action$=relative]"
    phone.fill(f"{form} [name=name]", who.name)
    phone.fill(f"{form} [name=document_number]", who.document_number)
    phone.fill(f"{form} [name=per_day]", "2000")
    phone.select_option(f"{form} [name=sees]", "balance")
    assert overflow(phone) == 0
    shoot(phone, "family-add-elder")
    phone.click(f"{form} button")
    expect(phone.locator("main")).to_contain_text("待本人同意")
    other = second_phone(chromium)
    town.activate(other, elder)
    other.goto(f"{town.url}/wallet/family")
    expect(other.locator("main")).to_contain_text("待您同意")
    assert overflow(other) == 0
    shoot(other, "family-elder-asked")
    other.click("button:has-text('同意') >> nth=0")
    expect(other.locator("main")).to_contain_text("使用中")
    phone.reload()
    expect(phone.locator("main")).to_contain_text("账户余额")
    shoot(phone, "family-elder")
    phone.click("a:has-text('出示')")
    code = shown_code(phone)
    town.sign_in(counter, 1)
    scan_at(counter, code)
    counter.click(".samples button >> nth=0")
    counter.wait_for_selector("#lines tr.line")
    counter.click("#bill button[type=submit]")
    counter.click("#outcome button:has-text('结算')")
    expect(counter.locator("#settle-answer")).to_contain_text("confirmation_asked")
    shoot(counter, "family-counter-waits")
    expect(phone.locator("#waiting")).to_be_visible(timeout=10_000)
    assert overflow(phone) == 0
    shoot(phone, "family-code-waiting")
    phone.click("#waiting")
    assert overflow(phone) == 0
    shoot(phone, "confirm")
    phone.fill("[name=password]", PASSWORD)
    phone.click("button:has-text('确认支付')")
    expect(phone.locator("main")).to_contain_text("已确认")
    shoot(phone, "confirmed")
    counter.wait_for_url("**/terminal/slip/**", timeout=15_000)
    for_everybody(town, phone)
    other.context.close()


def for_everybody(town: Served, phone: Page) -> None:
    """The pages in both languages and sizes; what is not one's own is not there."""
    for path in ("/wallet/family", "/wallet/confirm", "/wallet/cards"):
        for query in ("?lang=zh&type=large", "?lang=en&type=large", "?lang=en&type=normal"):
            phone.goto(f"{town.url}{path}{query}")
            assert overflow(phone) == 0, f"{path}{query}"
        shoot(phone, f"en{path.replace('/', '-')}")
    phone.goto(f"{town.url}/wallet/family/code/1-1?lang=zh&type=normal")
    expect(phone.locator(".box__code")).to_contain_text("mandate_unknown")
