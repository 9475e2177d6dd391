"""A person of the clinic at a real browser: opens pages of the running box, presses what is written, is told faults."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, Playwright

from firmware.language.values import Language
from firmware.staff import sessions, users
from firmware.staff.rights import Role
from tests.scenarios.stage import Stage
from webui.assets import PACKAGES
from webui.gate import SESSION_COOKIE
from webui.words import Words, page_texts

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--autoplay-policy=no-user-gesture-required",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
)  # fmt: skip
PATIENCE_MS = 15000
PASSWORD = "quiet lamp over water"
VIEWS = {"desktop": (1280, 800), "phone": (390, 844)}
UNSETTLED = ".htmx-request, .htmx-swapping, .htmx-settling"


def launch(playwright: Playwright, *flags: str, program: str | Path = CHROMIUM) -> Browser:
    """Debian's Chromium; `flags` are further options of its command line."""
    return playwright.chromium.launch(executable_path=program, args=[*FLAGS, *flags])


class Person:
    """Somebody with one browser window, who reads one language."""

    def __init__(self, browser: Browser, stage: Stage, address: str, language: Language, view: str, theme: Any) -> None:
        self.stage, self.address, self.words = stage, address, Words(page_texts(), language)
        self.language = language
        width, height = VIEWS[view]
        self.context = browser.new_context(
            base_url=address,
            viewport={"width": width, "height": height},
            has_touch=view == "phone",
            color_scheme=theme,
            locale="zh-CN" if language == "zh" else "en-GB",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.complaints: list[str] = []  # what the browser says of the pages
        self._excused: list[str] = []
        self.page = self.open_window()

    def open_window(self) -> Page:
        """One more window of this browser."""
        page = self.context.new_page()
        page.on("console", lambda said: self._complain(said.text, said.location) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def excuse(self, part: str) -> None:
        """The browser may complain of this: the story is about it."""
        self._excused.append(part)

    def sign_in(self, role: str) -> None:
        """As somebody of that role, without the sign-in page."""
        now = self.stage.clock.now()
        with self.stage.ledger.transaction() as tx:
            user = users.by_login(tx, role) or users.create(tx, now, role, role.title(), Role(role), PASSWORD)
            token, _ = sessions.open_session(tx, now, user.id)
        self.context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.address}])

    def goes_to(self, path: str) -> None:
        self.page.goto(path)

    def button(self, key: str, **values: Any) -> Locator:
        """The button with this text."""
        return self.page.get_by_role("button", name=self.words(key, **values), exact=True)

    def link(self, key: str, **values: Any) -> Locator:
        return self.page.get_by_role("link", name=self.words(key, **values), exact=True)

    def field(self, key: str) -> Locator:
        return self.page.get_by_label(self.words(key))

    def reads(self, text: str, within: str = "main") -> None:
        """The words appear on the page, if need be after a while."""
        self.page.locator(within).get_by_text(text).first.wait_for()

    def settles(self) -> None:
        """Nothing of the page is still being exchanged."""
        self.page.wait_for_selector(UNSETTLED, state="detached")

    def leaves(self) -> list[str]:
        """Close the browser's windows; what it complained of that nobody excused."""
        self.context.close()
        return [said for said in self.complaints if not any(part in said for part in self._excused)]

    def _complain(self, text: str, location: dict[str, Any]) -> None:
        self.complaints.append(f"{text} ({location['url'].removeprefix(self.address)}:{location['lineNumber']})")


def axe_findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical: the rule and the first piece of the page that breaks it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{each['id']}: {json.dumps(each['nodes'][0]['target'])} {each['nodes'][0]['html'][:200]}"
        for each in result["violations"]
        if each["impact"] in ("serious", "critical")
    ]


AXE: Path = PACKAGES / "axe-core" / "axe.min.js"
