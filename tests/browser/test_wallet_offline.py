"""The wallet without a network, and on a phone whose clock is wrong (N3)."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from browsing import Served, overflow, shoot
from playwright.sync_api import Page, expect

from openyibao.kit.crypto import hmac_sm3, sm3
from openyibao.sandbox.channel_client import mint_code

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]

SKEWED = (
    "let skew = {skew}; const right = Date.now.bind(Date); Date.now = () => right() + skew;"
    "new BroadcastChannel('skew').onmessage = (told) => {{ skew = told.data; }};\n"
)


def mis_set(page: Page, skew_ms: int) -> None:
    """Give the minter of this phone a clock that is wrong by so much."""

    def answer(route: Any) -> None:
        if route.request.service_worker is not None:
            route.continue_()
            return
        original = route.fetch()
        route.fulfill(response=original, body=SKEWED.format(skew=skew_ms) + original.text())

    page.context.route(re.compile(r"/wallet/minter\.js"), answer)


def set_clock(page: Page, skew_ms: int) -> None:
    """Change the phone's clock while the page is open."""
    page.evaluate("skew => new BroadcastChannel('skew').postMessage(skew)", skew_ms)


def keys_of(page: Page) -> dict[str, Any]:
    """What the server gives this phone's binding to mint from."""
    proof = page.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))")
    answer = page.request.post(page.url.split("/wallet")[0] + "/wallet/keys", headers=proof)
    assert answer.ok
    return dict(answer.json())


def right_now(keys: dict[str, Any]) -> set[str]:
    """The codes a terminal would take at this moment."""
    at = int(time.time())
    return {mint_code(keys, at), mint_code(keys, at - 30)}


def shown(page: Page) -> str:
    page.wait_for_selector("[data-code]")
    return str(page.locator("[data-code]").get_attribute("data-code"))


def state(page: Page) -> Any:
    return page.locator("[data-part=state]")


def await_truth(page: Page, promise: str) -> None:
    """Until a promise gives true; by asking again, since the page's policy forbids evaluating text in it."""
    for _ in range(100):
        if page.evaluate(promise):
            return
        page.wait_for_timeout(100)
    raise AssertionError(promise)


def await_worker(page: Page) -> None:
    """Until the service worker is there with all it keeps."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await_truth(page, "caches.match('/wallet/code').then(found => Boolean(found))")


def test_the_browsers_sm3_gives_the_answers_of_the_standard_and_of_the_server(served: Served, phone: Page) -> None:
    phone.goto(f"{served.url}/wallet/start")
    phone.add_script_tag(url="/static/vendor/sm3.js")
    told = phone.evaluate("[sm3('abc'), sm3('abcd'.repeat(16)), sm3('')]")
    assert told[0] == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert told[1] == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    assert told[2] == sm3(b"").hex()
    for size in (1, 55, 56, 64, 65, 200):
        message, key = bytes(range(size)), bytes(range(200, 232))
        made = phone.evaluate("([message, key]) => sm3(message, { key })", [list(message), key.hex()])
        assert made == hmac_sm3(key, message).hex()


def test_the_installed_wallet_opens_and_shows_right_codes_with_no_network_at_all(served: Served, phone: Page) -> None:
    served.activate(phone, 40)
    await_worker(phone)
    keys, context = keys_of(phone), phone.context
    phone.close()
    # What the service worker keeps must do alone: no file may come from the browser's own cache.
    context.route("**/nothing", lambda route: route.abort())
    context.set_offline(offline=True)
    again = context.new_page()
    asked: list[str] = []
    again.on("requestfailed", lambda request: asked.append(request.url))
    again.goto(f"{served.url}/wallet/code")
    assert shown(again) in right_now(keys)
    expect(state(again)).to_contain_text("未联网")
    assert overflow(again) == 0
    shoot(again, "wallet-offline-installed")
    # Nothing but the time and what waits to be confirmed was looked for: every file was at hand.
    assert {url.removeprefix(served.url) for url in asked} <= {"/wallet/time", "/wallet/confirm/waiting"}
    first = shown(again)
    expect(again.locator("[data-code]")).not_to_have_attribute("data-code", first, timeout=35_000)
    assert shown(again) in right_now(keys)


def test_other_pages_do_not_open_without_a_network_and_are_never_kept(served: Served, phone: Page) -> None:
    served.activate(phone, 41)
    await_worker(phone)
    phone.goto(f"{served.url}/wallet/account")
    phone.goto(f"{served.url}/wallet/rights")
    kept = phone.evaluate(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(shelf => shelf.keys()))))"
        ".then(found => found.flat().map(request => new URL(request.url).pathname))"
    )
    pages = {path for path in kept if not path.startswith("/static/")}
    assert pages == {"/wallet/code", "/wallet/minter.js"}
    content = phone.evaluate("caches.match('/wallet/code').then(found => found.text())")
    assert not any(secret in content for secret in keys_of(phone)["days"].values())


@pytest.mark.parametrize(("number", "skew_ms"), [(42, 120_000), (43, -120_000)])
def test_a_phone_two_minutes_wrong_shows_right_codes_with_and_without_a_network(
    served: Served, phone: Page, number: int, skew_ms: int
) -> None:
    mis_set(phone, skew_ms)
    served.activate(phone, number)
    keys = keys_of(phone)
    assert shown(phone) in right_now(keys)
    phone.context.set_offline(offline=True)
    before = shown(phone)
    expect(phone.locator("[data-code]")).not_to_have_attribute("data-code", before, timeout=35_000)
    assert shown(phone) in right_now(keys)


def test_a_clock_that_is_changed_without_a_network_shows_no_code_until_connected_once(
    served: Served, phone: Page
) -> None:
    mis_set(phone, 0)
    served.activate(phone, 44)
    keys = keys_of(phone)
    phone.context.set_offline(offline=True)
    set_clock(phone, 3_600_000)
    expect(state(phone)).to_contain_text("连网一次")
    expect(phone.locator("[data-code]")).to_have_count(0)
    assert overflow(phone) == 0
    shoot(phone, "wallet-clock-changed")
    phone.click("[data-part=refresh]")
    expect(state(phone)).to_contain_text("连网一次")
    phone.context.set_offline(offline=False)
    phone.click("[data-part=refresh]")
    assert shown(phone) in right_now(keys)
    expect(state(phone)).to_contain_text("已联网")


def test_a_clock_set_back_while_the_wallet_was_closed_is_found_out(served: Served, phone: Page) -> None:
    """The first sitting was ten minutes ahead; the kept minter has the right clock, as if it had been set back meanwhile."""
    mis_set(phone, 600_000)
    served.activate(phone, 45)
    await_worker(phone)
    phone.context.unroute_all()
    keys = keys_of(phone)
    phone.context.set_offline(offline=True)
    phone.reload()
    expect(state(phone)).to_contain_text("连网一次")
    expect(phone.locator("[data-code]")).to_have_count(0)
    phone.reload()
    expect(state(phone)).to_contain_text("连网一次")
    phone.context.set_offline(offline=False)
    phone.reload()
    assert shown(phone) in right_now(keys)


STORY = """async ([kept, moves]) => {
  let clock = steady.anchored(1000000, 5000, 10);
  for (const [wall, mono, watched] of moves) clock = steady.stepped(clock, wall, mono, watched);
  const mono = clock.seen_mono_ms;
  if (kept) clock = steady.resumed(clock, kept[0], kept[1]);
  return [steady.now(clock, kept ? kept[1] : mono), clock.jumped];
}"""


@pytest.mark.parametrize(
    ("kept", "moves", "expected"),
    [
        (None, [[5250, 260, True]], [1_000_250, False]),  # both clocks went on
        (None, [[6250, 260, True]], [1_000_250, False]),  # a second's difference is borne; the monotonic clock counts
        (None, [[65_000, 260, False]], [1_060_000, False]),  # asleep for a minute
        (None, [[65_000, 260, True]], [1_000_250, True]),  # changed under our eyes
        (None, [[1_000, 260, False]], [1_000_250, True]),  # backwards is always changed
        ([95_000, 3], [[5250, 260, True]], [1_090_000, False]),  # closed, and opened a minute and a half later
        ([95_000, 3], [[65_000, 260, False]], [1_090_000, False]),  # asleep, closed, opened: counted once
        ([3_000, 3], [[5250, 260, True]], [998_000, True]),  # closed, and opened before it was closed
        ([95_000, 3], [[65_000, 260, True]], [1_030_250, True]),  # a change is not forgotten by closing
    ],
)
def test_the_servers_clock_is_carried_by_the_phone(
    served: Served, phone: Page, kept: Any, moves: Any, expected: Any
) -> None:
    phone.goto(f"{served.url}/wallet/start")
    phone.add_script_tag(url="/static/shared/clock.js")
    assert phone.evaluate(STORY, [kept, moves]) == expected


def test_unbinding_wipes_keys_and_page_off_the_phone(served: Served, phone: Page) -> None:
    served.activate(phone, 46)
    await_worker(phone)
    assert "openyibao-wallet" in phone.evaluate("indexedDB.databases().then(all => all.map(one => one.name))")
    phone.goto(f"{served.url}/wallet/bindings")
    phone.click("summary")
    phone.click("button.weui-btn_warn")
    expect(phone.locator("h1")).to_contain_text("已解除绑定")
    await_truth(phone, "indexedDB.databases().then(all => all.length === 0)")
    await_truth(phone, "caches.match('/wallet/code').then(found => !found)")


def test_unbinding_elsewhere_wipes_the_keys_at_the_next_contact(served: Served, phone: Page) -> None:
    served.activate(phone, 47)
    await_worker(phone)
    phone.context.clear_cookies(name="yb_wallet")
    phone.evaluate("indexedDB.databases().then(all => all.length)")
    phone.context.set_offline(offline=True)
    assert shown(phone)
    phone.context.set_offline(offline=False)
    phone.goto(f"{served.url}/wallet/code")
    expect(phone).to_have_url(f"{served.url}/wallet/start")


def test_the_wallet_can_be_installed(served: Served, phone: Page) -> None:
    served.activate(phone, 48)
    link = phone.locator("link[rel=manifest]").get_attribute("href")
    answer = phone.request.get(f"{served.url}{link}")
    assert answer.headers["content-type"] == "application/manifest+json"
    told = answer.json()
    assert told["start_url"] == "/wallet/code"
    for icon in told["icons"]:
        assert phone.request.get(f"{served.url}{icon['src']}").ok
