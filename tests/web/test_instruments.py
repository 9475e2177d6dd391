"""The picture of a flow and the recorder in a real browser, under our policy, with a microphone that beeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect, sync_playwright

from tests.web.browser import Browser, WsgiApp
from tests.web.look.conftest import FLAGS, served
from webui.assets import PACKAGES
from webui.gate import SESSION_COOKIE
from webui.office import Office

MICROPHONE = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
OpenPage = Callable[..., Page]
ONE_SECOND = """new MutationObserver(() => {
    const recorder = document.querySelector("[data-recorder]");
    if (recorder) recorder.dataset.mostS = "1";
}).observe(document, {childList: true, subtree: true});"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*FLAGS, *MICROPHONE])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Chromium, app: WsgiApp, admin: Browser) -> Iterator[OpenPage]:
    """`open_page("/flows", script)`: the administrator's page; `complaints` holds what the browser said against it."""
    with served(app) as address:
        context = chromium.new_context(viewport={"width": 1280, "height": 800})
        context.add_cookies([{"name": SESSION_COOKIE, "value": admin.cookies[SESSION_COOKIE], "url": address}])

        def open_it(path: str, before: str = "") -> Page:
            page = context.new_page()
            page.complaints = []  # type: ignore[attr-defined]
            page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)  # type: ignore[attr-defined]
            page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined]
            page.add_init_script(before)
            page.goto(address.rstrip("/") + path)
            return page

        yield open_it
        context.close()


def findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical."""
    page.evaluate((PACKAGES / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("axe.run()")
    serious = [each for each in result["violations"] if each["impact"] in ("serious", "critical")]
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in serious]


# ---- the picture ----


def test_a_flow_is_drawn_with_a_card_for_each_node(open_page: OpenPage) -> None:
    page = open_page("/flows/version?template=default&version=0#flow-book")
    page.wait_for_selector(".node-card")
    nodes = page.locator("[data-flow-list=book] [data-node]").count()
    assert page.locator(".node-card").count() == nodes > 30
    assert page.locator(".joint-link").count() > nodes
    assert page.locator(".joint-paper style").count() == 0
    assert page.locator(".joint-element .node-label", has_text="hold the place").count() == 1
    assert page.complaints == []  # type: ignore[attr-defined]


def test_a_pressed_card_tells_its_words_in_both_languages_and_where_it_leads(open_page: OpenPage) -> None:
    page = open_page("/flows/version?template=default&version=0#node-book.kind")
    side = page.locator("[data-flow-side]")
    assert "请问挂哪一种门诊？" in side.inner_text()
    assert "Which kind of visit?" in side.inner_text()
    side.locator("a", has_text="choosing the department").first.click()
    assert "book.department" in side.inner_text()
    page.locator(".joint-element.is-start .node-card").click()
    assert "book.who" in side.inner_text()
    side.locator("a", has_text="Who is calling").first.click()  # into another flow
    assert page.locator("[data-flow-tabs] [aria-current]").inner_text() == "Who is calling"


def test_the_picture_is_zoomed_and_moved_by_keys_and_buttons(open_page: OpenPage) -> None:
    page = open_page("/flows/version?template=default&version=0#flow-front")
    width = "document.querySelector('.joint-paper').getBoundingClientRect().width"
    before = page.evaluate(width)
    page.focus("[data-flow-view]")
    page.keyboard.press("+")
    assert page.evaluate(width) > before
    page.keyboard.press("0")
    assert page.evaluate(width) <= page.evaluate("document.querySelector('[data-flow-view]').clientWidth") + 1
    page.click("[data-zoom=real]")
    page.focus("[data-flow-view]")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.querySelector('[data-flow-view]').scrollLeft") > 0


@pytest.mark.parametrize(
    "path",
    ["/flows", "/flows/version?template=exact&version=0", "/flows/draft?template=default&version=0",
     "/flows/difference?template=default&from=0&to=0", "/prompts?area=greeting",
     "/prompts/piece?piece=front.welcome&language=zh",
     "/prompts/script"],
)  # fmt: skip
def test_nobody_is_shut_out(open_page: OpenPage, path: str) -> None:
    page = open_page(path)
    page.wait_for_timeout(100)
    assert findings(page) == []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


# ---- the recorder ----


def loudness(page: Page) -> float:
    """What the meter shows, a twentieth of a second later."""
    page.wait_for_timeout(50)
    return float(page.evaluate("document.querySelector('[data-level]').value"))


def test_what_is_recorded_in_the_browser_is_saved_for_callers(open_page: OpenPage, office: Office) -> None:
    page = open_page("/prompts/piece?piece=front.welcome&language=zh")
    page.click("[data-start]")
    levels = [loudness(page) for _ in range(30)]  # the microphone beeps once a second
    assert min(levels) < 20 < max(levels)
    expect(page.locator("[data-time]")).not_to_have_text("0:00")
    page.click("[data-end]")
    assert page.inner_text("[data-told]") == "Listen first; save it if you like it."
    assert page.is_visible("[data-result]")
    page.click("form[action='/prompts/record'] button[type=submit]")
    page.wait_for_selector(".flash")
    assert "the next caller hears this recording" in page.inner_text(".flash")
    assert (office.folders.staff_recordings / "zh" / "front.welcome.wav").stat().st_size > 8000


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("NotAllowedError", "allow it and try again"),
        ("NotFoundError", "There is no microphone"),
        ("AbortError", "another program may hold it"),
    ],
)
def test_a_browser_without_a_microphone_is_told_what_to_do(open_page: OpenPage, fault: str, told: str) -> None:
    refuse = f"navigator.mediaDevices.getUserMedia = async () => {{ throw new DOMException('', '{fault}') }}"
    page = open_page("/prompts/piece?piece=front.welcome&language=zh", refuse)
    page.click("[data-start]")
    expect(page.locator("[data-told]")).to_contain_text(told)
    assert page.is_enabled("[data-start]")


def test_a_page_without_https_says_that_browsers_want_it(open_page: OpenPage) -> None:
    insecure = "Object.defineProperty(navigator, 'mediaDevices', {value: undefined})"
    page = open_page("/prompts/piece?piece=front.welcome&language=zh", insecure)
    page.click("[data-start]")
    expect(page.locator("[data-told]")).to_contain_text("Open this page with https")


def test_a_recording_ends_by_itself_at_the_limit(open_page: OpenPage) -> None:
    page = open_page("/prompts/piece?piece=front.welcome&language=zh", ONE_SECOND)
    page.click("[data-start]")
    page.wait_for_selector("[data-result]:not([hidden])")
    assert "the longest a prompt may be" in page.inner_text("[data-told]")


def test_why_there_is_no_sound_is_said_on_the_page(open_page: OpenPage) -> None:
    page = open_page("/prompts")
    page.locator("[data-play]").first.click()
    page.wait_for_selector("#no-sound:not([hidden])")
    assert "needs the phone service" in page.inner_text("#no-sound")
