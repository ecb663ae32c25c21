"""What the browser tests do on the pages, and what they know of the platform that is served."""

from __future__ import annotations

from pathlib import Path

import httpx
from playwright.sync_api import Page

from openyibao import running
from openyibao.demo import stage
from openyibao.demo.population import DemoOperator, DemoPerson
from openyibao.kit.clock import SystemClock
from openyibao.rooms.institutions import second_factor_code
from openyibao.settings import Settings

PASSWORD = "507294"
"""A password nobody of the made-up people was born on."""
SHOTS = Path(__file__).parent / "shots"


class Served:
    """Where the platform and the stand-in for faces answer, and who is in it."""

    def __init__(self, url: str, sms_url: str, prepared: stage.Prepared, settings: Settings) -> None:
        self.url, self.sms_url, self.prepared, self.settings = url, sms_url, prepared, settings
        self.faces_url = settings.faces_url
        self.environment = running.environment_of(settings)
        """Of the agency's commands on the same database."""
        self.file = ""
        """The file of the test that runs now."""
        self._owners: dict[int, str] = {}
        self._steps: dict[tuple[str, str], int] = {}

    def dial_faces(self, verdict: str, times: int = 1) -> None:
        """What the stand-in's next verdicts are to be."""
        httpx.post(f"{self.faces_url}/dial", json={"verdict": verdict, "times": times}).raise_for_status()

    def person(self, number: int) -> DemoPerson:
        """Of one file only: what one test did to a person (a device, a new name, a freeze) would meet another's."""
        owner = self._owners.setdefault(number, self.file)
        assert owner == self.file, f"person {number} belongs to {owner}"
        return self.prepared.population.people[number]

    def sms_code(self, page: Page, phone: str) -> str:
        """The digits of the newest message to a phone; the outbox is dispatched a moment after the commit."""
        for _ in range(100):
            for message in reversed(httpx.get(f"{self.sms_url}/messages", params={"phone": phone}).json()):
                words = message["text"].replace(",", " ").split()
                found = next((word for word in words if word.isdigit() and len(word) == 6), None)
                if found is not None:
                    return str(found)
            page.wait_for_timeout(100)
        raise AssertionError("no code came")

    def second_factor(self, page: Page, operator: DemoOperator) -> str:
        """A one-time code that was not given out before: it is good once, so a second sign-in takes the next, or waits."""
        who, clock = (operator.institution_code, operator.operator_code), SystemClock()
        step = max(int(clock.now().timestamp()) // 30, self._steps.get(who, 0) + 1)
        while step > int(clock.now().timestamp()) // 30 + 1:
            page.wait_for_timeout(500)
        self._steps[who] = step
        return second_factor_code(operator.second_factor_secret, step)

    def sign_in(self, page: Page, number: int = 0) -> None:
        """Sign the made-up operator of that number in at terminal T01."""
        operator = self.prepared.population.operators[number]
        page.goto(f"{self.url}/terminal")
        page.fill("[name=institution_code]", operator.institution_code)
        page.fill("[name=terminal_code]", "T01")
        page.fill("[name=operator_code]", operator.operator_code)
        page.fill("[name=password]", operator.password)
        page.fill("[name=second_factor]", self.second_factor(page, operator))
        page.click("button.weui-btn_primary")

    def activate(self, page: Page, number: int) -> None:
        """Activate the wallet of a made-up person in this browser."""
        person = self.person(number).person
        page.goto(f"{self.url}/wallet")
        page.check("[name=agreed]")
        page.click("button.weui-btn_primary")
        page.fill("[name=name]", person.name)
        page.fill("[name=document_number]", person.document_number)
        page.click("button.weui-btn_primary")
        self.finish_activating(page)

    def finish_activating(self, page: Page) -> None:
        """From the face on, once name and number are known."""
        page.click("button.weui-btn_primary")
        page.click("button.weui-btn_primary")
        page.fill("[name=password]", PASSWORD)
        page.fill("[name=password_again]", PASSWORD)
        page.click("button.weui-btn_primary")
        page.wait_for_selector("[data-code]")


def shoot(page: Page, name: str) -> None:
    """Keep a picture for human eyes (not committed)."""
    SHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
