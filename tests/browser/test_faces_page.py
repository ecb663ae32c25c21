"""A face before a made-up camera: registered at the counter, then it activates a phone; a print is refused with its reason."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest
from browsing import PASSWORD, Served, overflow, shoot
from playwright.sync_api import Page, Playwright, expect

from openyibao import running
from openyibao.demo import stage
from openyibao.demo.population import make_population
from openyibao.kit.batch import Work
from openyibao.kit.clock import SystemClock
from openyibao.kit.crypto import MasterKey, Suite
from openyibao.kit.embedded import temporary_server
from openyibao.kit.seeing import Plan, PlannedAction
from openyibao.kit.seeing.sight import Sight
from openyibao.main import open_platform
from openyibao.rooms import activations, credentials
from openyibao.rooms.institutions import second_factor_code
from openyibao.sandbox.heads import HEIGHT, WIDTH, Held, Look, read_head, render_flat
from openyibao.sandbox.motions import film
from openyibao.settings import Settings

pytestmark = [pytest.mark.browser, pytest.mark.owns_server]

PICTURES = Path(__file__).parents[1] / "faces"
ANNA = 11
CHROMIUM = shutil.which("chromium")
FRAME_MS, BEFORE_MS = 100, 900


async def _give_password(settings: Settings, prepared: stage.Prepared, number: int) -> None:
    """The person chose their password when they were activated at a counter."""
    who, platform = prepared.installed.persons[number], await open_platform(settings, SystemClock())
    try:

        async def run(tx: Any) -> None:
            credential = await credentials.find_credential(tx, bucket=who.bucket, person_id=who.person_id)
            assert credential is not None
            await activations.put_password(
                tx,
                platform.clock,
                platform.sealer,
                person=(who.bucket, who.person_id),
                credential_id=credential.credential_id,
                hashed=activations.hash_password(PASSWORD, salt=b"s" * 16),
                set_by="officer_check",
                actor="counter",
            )

        await platform.lane.submit("work", Work(run=run))
    finally:
        await platform.lane.drain()
        await platform.readers.close()


@pytest.fixture(scope="module")
def seeing() -> Iterator[Served]:
    """A platform of its own, whose faces are judged by the real component."""
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with tempfile.TemporaryDirectory(prefix="openyibao-key-") as keys, temporary_server(fsync=False) as server:
        settings = Settings(
            database_url=server.url(),
            key_file=Path(keys) / "master.key",
            port=stage.free_port(),
            demo=True,
            carriers=1,
            faces_worker=True,
        )
        assert settings.key_file is not None
        MasterKey.create(settings.key_file, suite=Suite(settings.suite))
        population = make_population(people=20, institutions=9)
        # In a thread: this one may have the browser's loop.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(running.prepare, settings).result()
            prepared = thread.submit(asyncio.run, stage.seed(settings, population, SystemClock())).result()
            plain = msgspec.structs.replace(settings, faces_worker=False)
            thread.submit(asyncio.run, _give_password(plain, prepared, ANNA)).result()
        with stage.served(running.service_settings(settings, server)) as (url, sms_url):
            yield Served(url, sms_url, prepared, settings)


class Camera:
    """The file that Chromium takes for a camera."""

    def __init__(self, path: Path) -> None:
        self.path, self._sight = path, Sight()
        self.write([np.full((HEIGHT, WIDTH, 3), 90, np.uint8)] * 5)

    def write(self, pictures: list[Any]) -> None:
        with self.path.open("wb") as out:
            out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{1000 // FRAME_MS}:1 Ip A1:1 C420jpeg\n".encode())
            for picture in pictures:
                out.write(b"FRAME\n" + cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420).tobytes())

    def show_person(self, page: Page, face: str, seed: int) -> None:
        """Somebody who does what this page asks."""
        asked = json.loads(page.locator("[data-plan]").get_attribute("data-plan") or "")
        actions = tuple(
            PlannedAction(action=action, from_ms=begin, to_ms=end)
            for action, (begin, end) in zip(asked["actions"], asked["windows"], strict=True)
        )
        plan = msgspec.convert({"actions": msgspec.to_builtins(actions), "total_ms": asked["total"]}, Plan)
        head = read_head(PICTURES / f"{face}.jpg", self._sight)
        self.write(film(head, plan, seed=seed, every_ms=FRAME_MS, before_ms=BEFORE_MS, after_ms=2_500))

    def show_print(self, face: str) -> None:
        """A print, moved about."""
        head = read_head(PICTURES / f"{face}.jpg", self._sight)
        look = Look(span=50.0, backdrop=np.full((HEIGHT, WIDTH, 3), 120, np.uint8))
        swings = [float(np.sin(at / 6)) for at in range(140)]
        self.write([render_flat(head, Held(turn=30 * s, tilt=14 * s, right=0.3 * s), look) for s in swings])


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Camera:
    return Camera(tmp_path_factory.mktemp("camera") / "camera.y4m")


@pytest.fixture
def seen(seeing: Served, camera: Camera, driver: Playwright) -> Iterator[Page]:
    """A phone whose camera shows the file, written anew before each opening."""
    browser = driver.chromium.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={camera.path}",
        ],
    )
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True, locale="zh-CN")
    page = context.new_page()
    page.set_default_timeout(60_000)
    faults: list[str] = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    browser.close()
    assert not faults, faults


def test_a_face_registered_at_the_counter_activates_a_phone_and_a_print_does_not(
    seeing: Served, camera: Camera, seen: Page
) -> None:
    page, url = seen, seeing.url
    person = seeing.person(ANNA).person
    operator = seeing.prepared.population.operators[0]
    page.goto(f"{url}/counter/sign-in")
    for name, value in (
        ("institution_code", operator.institution_code),
        ("operator_code", operator.operator_code),
        ("password", operator.password),
        ("second_factor", _factor(operator)),
    ):
        page.fill(f"[name={name}]", value)
    page.click("button.weui-btn_primary")
    page.click("a[href='/counter/faces']")
    assert overflow(page) <= 0
    shoot(page, "faces-register")
    form = page.locator("form[action='/counter/faces/begin']")
    form.locator("[name=name]").fill(person.name)
    form.locator("[name=document_number]").fill(person.document_number)
    form.locator("[name=agreed]").check()
    form.locator("[name=seen]").check()
    form.locator("[name=password]").fill("000000")
    form.locator("button").click()
    expect(page.locator(".box__code")).to_contain_text("password_wrong")
    form.locator("[name=agreed]").check()
    form.locator("[name=seen]").check()
    form.locator("[name=password]").fill(PASSWORD)
    form.locator("button").click()

    camera.show_person(page, "biden", seed=3)
    page.click("button.weui-btn_primary")
    page.wait_for_selector("[data-sign]:not([data-sign=ahead])")
    shoot(page, "faces-camera")
    assert overflow(page) <= 0
    expect(page.locator(".box--good")).to_contain_text("人脸已登记", timeout=60_000)
    shoot(page, "faces-registered")

    page.goto(f"{url}/wallet")
    page.check("[name=agreed]")
    page.click("button.weui-btn_primary")
    page.fill("[name=name]", person.name)
    page.fill("[name=document_number]", person.document_number)
    page.click("button.weui-btn_primary")
    camera.show_print("biden2")
    page.click("button.weui-btn_primary")
    expect(page.locator(".box__code")).to_contain_text("face_flat", timeout=60_000)
    shoot(page, "faces-print-refused")

    camera.show_person(page, "biden2", seed=3)
    page.click("button.weui-btn_primary")
    page.wait_for_selector("form[action='/wallet/insured']")
    page.click("button.weui-btn_primary")
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=password_again]", PASSWORD)
    page.click("button.weui-btn_primary")
    page.wait_for_selector("[data-code]")


def _factor(operator: Any) -> str:
    return second_factor_code(operator.second_factor_secret, int(SystemClock().now().timestamp()) // 30)
