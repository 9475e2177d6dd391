"""Every page, in both languages, large and small, light and dark: nobody is shut out, nothing overflows.

The pictures lie in build/screenshots afterwards, for people to look at.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.browser import a_day, rooms
from tests.browser.conftest import Staff
from tests.browser.people import VIEWS, Person, axe_findings
from tests.scenarios.stage import Stage

SPEED = 1.0
PICTURES = Path(__file__).parents[2] / "build" / "screenshots"
LOOKS = [("en", "desktop", "light"), ("zh", "desktop", "dark"), ("zh", "phone", "light"), ("en", "phone", "dark")]
PUBLIC = ("/sign-in", "/welcome")
MOST_HEIGHT = 3000  # a list goes on as it began
TOO_WIDE = """() => {
  const found = document.documentElement.scrollWidth > innerWidth ? ["the page is wider than the window"] : [];
  for (const each of document.querySelectorAll("main :is(input, select, textarea, button, .button)")) {
    const card = each.closest(".card, .toolbar");
    if (!card || !each.offsetParent || each.closest(".table-wrap")) continue;
    if (each.getBoundingClientRect().right > card.getBoundingClientRect().right)
      found.push("sticks out of its card: " + each.outerHTML.slice(0, 100));
  }
  return found;
}"""


@pytest.fixture(scope="module")
def day(stage: Stage) -> Stage:
    a_day.live_through(stage)
    return stage


def test_the_tour_leaves_no_page_out() -> None:
    assert rooms.rules() == rooms.known()


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("language", "view", "theme"), LOOKS, ids=map("-".join, LOOKS))
def test_every_page_can_be_read_by_everybody(day: Stage, staff: Staff, language: str, view: str, theme: str) -> None:
    person, stranger = staff("admin", language, view, theme), staff(None, language, view, theme)
    folder = PICTURES / f"{language}-{view}-{theme}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wrong: dict[str, list[str]] = {}
    for rule, address in rooms.addresses(day).items():
        who = stranger if rule in PUBLIC else person
        reply = who.page.goto(address)
        assert reply is not None
        who.settles()
        found = [] if reply.ok else [f"status {reply.status}"]
        found += who.page.evaluate(TOO_WIDE)
        found += axe_findings(who.page)
        take_picture(who, VIEWS[view][0], folder / f"{file_name(rule)}.png")
        if found:
            wrong[address] = found
    assert wrong == {}


def take_picture(person: Person, width: int, file: Path) -> None:
    height = min(MOST_HEIGHT, person.page.evaluate("document.documentElement.scrollHeight"))
    person.page.screenshot(path=file, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": height})


def file_name(rule: str) -> str:
    """Of a page's picture."""
    return re.sub(r"<(\w+)(:[^>]*)?>", r"\1", rule).strip("/").replace("/", "-") or "today"
