"""The keystroke-level model: what a person needs for what the test really did on the pages.

0.28 s a key, 1.1 s a pointing (a tap), 1.35 s to think on a screen, 5 s for a face; reading is not modelled. An elder is taken to need
twice as long for each key, tap and thought, beside a nurse.
"""

from __future__ import annotations

from playwright.sync_api import Page

KEY_SECONDS, POINT_SECONDS, THINK_SECONDS, FACE_SECONDS = 0.28, 1.1, 1.35, 5.0
PINYIN_KEYS = 4
"""Keys for one Chinese character by pinyin: some three letters and the choice."""


class Hands:
    """Types and taps, and counts."""

    def __init__(self, page: Page, *, slowness: float = 1.0) -> None:
        self.page, self.slowness = page, slowness
        self.keys = self.taps = self.screens = self.faces = self.fields = 0

    def see(self, title: str) -> None:
        """A screen appears and is thought about."""
        self.page.locator("h1", has_text=title).first.wait_for()
        self.screens += 1

    def tap(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.taps += 1

    def type(self, selector: str, text: str, *, own_field: bool = True) -> None:
        """Tap a field and type; a password is no field to look something up for, so it is counted apart."""
        self.tap(selector)
        self.page.locator(selector).first.fill("")
        self.page.locator(selector).first.press_sequentially(text)
        self.keys += sum(1 if each.isascii() else PINYIN_KEYS for each in text)
        self.fields += own_field

    @property
    def seconds(self) -> float:
        hands = self.keys * KEY_SECONDS + self.taps * POINT_SECONDS + self.screens * THINK_SECONDS
        return hands * self.slowness + self.faces * FACE_SECONDS

    def told(self, who: str) -> str:
        return (
            f"{who}: {self.screens} screens, {self.fields} typed fields, {self.keys} keys, {self.taps} taps, "
            f"{self.faces} faces: {self.seconds:.1f} s"
        )
