"""A served platform with a small made-up population, and Debian's Chromium to look at it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from browsing import Served
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from openyibao import running
from openyibao.demo import channel_desk, stage
from openyibao.demo.population import make_population
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import MasterKey, Suite
from openyibao.kit.embedded import temporary_server
from openyibao.settings import Settings

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="session")
def served() -> Iterator[Served]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with tempfile.TemporaryDirectory(prefix="openyibao-key-") as keys, temporary_server(fsync=False) as server:
        key_file = Path(keys) / "master.key"
        settings = Settings(
            database_url=server.url(),
            key_file=key_file,
            port=stage.free_port(),
            demo=True,
            carriers=1,
            faces_url=f"http://127.0.0.1:{stage.free_port()}",
        )
        MasterKey.create(key_file, suite=Suite(settings.suite))
        population = make_population(people=60, institutions=9)
        # In a thread: this one may have the browser's loop.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(running.prepare, settings).result()
            prepared = thread.submit(asyncio.run, stage.seed(settings, population, SystemClock())).result()
        with stage.served(running.service_settings(settings, server)) as (url, sms_url):
            yield Served(url, sms_url, prepared, settings)


@pytest.fixture(autouse=True)
def _whose_people(request: pytest.FixtureRequest) -> None:
    """Each file has people of its own."""
    if "served" in request.fixturenames:
        request.getfixturevalue("served").file = request.path.name


@pytest.fixture(scope="session")
def channels_url(served: Served) -> Iterator[str]:
    """Three channels played by the sandbox, in a process of its own."""
    played = channel_desk.played(served.settings, served.url, process=stage.process, port=stage.free_port())
    # Begun in a thread: this one may have the browser's loop.
    with ThreadPoolExecutor(1) as thread:
        url = thread.submit(played.__enter__).result()
    try:
        yield url
    finally:
        played.__exit__(None, None, None)


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """One a session: a thread has room for one loop of Playwright."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(served: Served, driver: Playwright) -> Iterator[Browser]:
    browser = driver.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
        ],
    )
    yield browser
    browser.close()


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A phone of 360 by 740 pixels; a page that breaks its own content policy or throws fails the test."""
    yield from _watched(chromium, {"width": 360, "height": 740}, touch=True)


@pytest.fixture
def counter(chromium: Browser) -> Iterator[Page]:
    """A counter's screen of 1280 by 800 pixels."""
    yield from _watched(chromium, {"width": 1280, "height": 800}, touch=False)


def _watched(chromium: Browser, viewport: Any, *, touch: bool) -> Iterator[Page]:
    context = chromium.new_context(viewport=viewport, has_touch=touch, locale="zh-CN")
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert not faults, faults
