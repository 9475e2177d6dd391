"""A call that rings while the agent looks at something else: title and notification, only if they wished for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.desk import WANG_XIUYING, AtTheDesk
from tests.scenarios.stage import Stage

SPEED = 1.0
LOOKS_ELSEWHERE = """() => {
  Object.defineProperty(document, "hidden", { get: () => true });
  window.shown = [];
  window.Notification = class {
    static permission = "default";
    static asked = 0;
    static async requestPermission() {
      this.asked += 1;
      return (this.permission = "granted");
    }
    constructor(title, { body }) { window.shown.push(`${title} ${body}`); }
    close() { window.shown.push("closed"); }
  };
}"""

pytestmark = pytest.mark.timeout(200)


def rings(stage: Stage, desk: AtTheDesk) -> list[str]:
    """What is shown until the call is over; the title says it too."""
    title = desk.page.title()
    caller = stage.ring("L1", WANG_XIUYING)
    caller.press("0")
    desk.is_in("ringing")
    desk.page.wait_for_function("title => document.title !== title", arg=title)
    desk.answers()
    assert desk.page.title() == title
    desk.page.keyboard.press("F4")
    desk.page.wait_for_selector("#desk:not([data-state=talking])")
    found: list[str] = desk.page.evaluate("window.shown")
    return found


def test_nobody_is_notified_who_did_not_wish_for_it(stage: Stage, hire: Callable[..., Any]) -> None:
    with hire() as desk:
        desk.page.evaluate(LOOKS_ELSEWHERE)
        assert rings(stage, desk) == []
        assert desk.page.evaluate("Notification.asked") == 0
        desk.person.button("desk.sign_out").click()
        desk.is_in("offline")
        desk.person.button("desk.notify").click()  # asks the browser, which asks the person
        desk.person.button("desk.notify").wait_for(state="hidden")
        desk.comes_to_work()
        shown = rings(stage, desk)
        assert shown == [f"{desk.person.words('desk.told.rings')} Reception", "closed"]
        assert WANG_XIUYING not in "".join(shown)  # it may be seen on a locked screen
