"""Every page, in both languages, large and small, light and dark: nobody is shut out, nothing overflows.

The pictures lie in build/screenshots afterwards, for people to look at.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.browser import a_day, rooms
from tests.browser.conftest import Staff
from tests.browser.people import axe_findings
from tests.scenarios.stage import Stage

SPEED = 1.0
PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
VIEWS = [("zh", "desktop", "light"), ("en", "desktop", "dark"), ("en", "phone", "light"), ("zh", "phone", "dark")]
PUBLIC = ("/sign-in", "/welcome")
OVERFLOWS = "document.documentElement.scrollWidth > innerWidth"


@pytest.fixture(scope="module")
def day(stage: Stage) -> Stage:
    a_day.live_through(stage)
    return stage


def test_the_tour_leaves_no_page_out() -> None:
    assert rooms.rules() == {*rooms._FIXED, *rooms._FOUND}


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("language", "view", "theme"), VIEWS, ids=map("-".join, VIEWS))
def test_every_page_can_be_read_by_everybody(day: Stage, staff: Staff, language: str, view: str, theme: str) -> None:
    person, stranger = staff("admin", language, view, theme), staff(None, language, view, theme)
    wrong: dict[str, list[str]] = {}
    folder = PICTURES / f"{language}-{view}-{theme}"
    folder.mkdir(parents=True, exist_ok=True)
    for rule, address in rooms.addresses(day).items():
        who = stranger if rule in PUBLIC else person
        reply = who.page.goto(address)
        assert reply is not None
        found = [] if reply.ok else [f"status {reply.status}"]
        who.settles()
        if who.page.evaluate(OVERFLOWS):
            found.append("wider than the window")
        found += axe_findings(who.page)
        who.page.screenshot(path=folder / f"{file_name(rule)}.png", full_page=True)
        if found:
            wrong[address] = found
    assert wrong == {}


def file_name(rule: str) -> str:
    return re.sub(r"<(\w+)(:[^>]*)?>", r"\1", rule).strip("/").replace("/", "-") or "today"
