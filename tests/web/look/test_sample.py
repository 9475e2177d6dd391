"""The parts of the pages in a real browser: readable by everyone, usable by thumb and keyboard, nothing sent twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.web.look.conftest import Posts
from webui.assets import PACKAGES

OpenPage = Callable[..., Page]
VIEWS = [(), ("dark", "zh"), ("phone",), ("phone", "dark", "zh")]


def findings(page: Page) -> list[tuple[str, str]]:
    """What axe-core finds serious or critical."""
    page.evaluate((PACKAGES / "axe-core" / "axe.min.js").read_text(encoding="utf-8"))
    result: dict[str, Any] = page.evaluate("axe.run()")
    return [
        (each["id"], each["nodes"][0]["html"])
        for each in result["violations"]
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("wishes", VIEWS, ids=" ".join)
def test_nobody_is_shut_out(open_page: OpenPage, wishes: tuple[str, ...]) -> None:
    page = open_page(*wishes)
    assert findings(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.complaints == []  # type: ignore[attr-defined]


def test_on_a_phone_everything_that_is_pressed_is_large_enough_for_a_finger(open_page: OpenPage) -> None:
    small = open_page("phone").evaluate(
        """() => [...document.querySelectorAll(".button, .input, .bottom-bar > *, .keypad button, .tabs a, .list-link")]
            .filter((each) => each.offsetParent && each.type !== "file" && each.getBoundingClientRect().height < 43.5)
            .map((each) => each.outerHTML.slice(0, 80))"""
    )
    assert json.dumps(small) == "[]"


def test_the_chosen_darkness_outlasts_the_page(open_page: OpenPage) -> None:
    page = open_page()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click(".side .menu summary")
    page.click(".side [data-theme-switch]")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark != light


def test_a_menu_closes_by_escape_and_gives_the_keyboard_back(open_page: OpenPage) -> None:
    page = open_page("phone")
    page.click(".bottom-bar summary")
    assert page.is_visible(".bottom-bar .menu-list")
    page.keyboard.press("Escape")
    assert not page.is_visible(".bottom-bar .menu-list")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_menu_closes_when_one_presses_elsewhere(open_page: OpenPage) -> None:
    page = open_page()
    page.click(".side .menu summary")
    page.click("h1")
    assert not page.is_visible(".side .menu-list")


def test_a_dialog_opens_and_closes_by_its_buttons(open_page: OpenPage) -> None:
    page = open_page()
    page.click("[data-opens=ask]")
    assert page.is_visible("#ask")
    assert findings(page) == []
    page.click("#ask [data-closes]")
    assert not page.is_visible("#ask")


def test_a_form_that_came_back_begins_at_what_is_wrong(open_page: OpenPage) -> None:
    assert open_page().evaluate("document.activeElement.id") == "field-phone"


def test_the_first_tab_leads_past_the_rooms(open_page: OpenPage) -> None:
    page = open_page("right")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def fill_in(page: Page) -> None:
    page.check("input[value=account]")
    page.fill("#field-phone", "13800138000")


def test_a_double_click_books_once(open_page: OpenPage, posts: Posts) -> None:
    page = open_page()
    fill_in(page)
    page.set_input_files("#field-voice", files=[{"name": "a.wav", "mimeType": "audio/wav", "buffer": b"RIFF"}])
    with page.expect_navigation():
        page.dblclick("form[data-keep] button[type=submit]")
    assert len(posts) == 1
    assert "phone=13800138000" in posts[0]


def test_typed_work_is_not_lost_by_a_slip(open_page: OpenPage) -> None:
    page = open_page()
    fill_in(page)
    warned = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))
    page.reload()
    assert warned == ["beforeunload"]


def test_a_file_that_is_too_large_never_travels(open_page: OpenPage, posts: Posts) -> None:
    page = open_page()
    fill_in(page)
    page.set_input_files("#field-voice", files=[{"name": "a.wav", "mimeType": "audio/wav", "buffer": b"0" * 1_000_001}])
    page.click("form[data-keep] button[type=submit]")
    assert posts == []
    assert page.evaluate("document.querySelector('#field-voice').validationMessage") == "This file is too large."


def test_paper_holds_only_what_the_page_is_about(open_page: OpenPage) -> None:
    page = open_page("dark")
    page.emulate_media(media="print", color_scheme="dark")
    for frame in (".side", ".button", ".toolbar", ".flash"):
        assert not page.is_visible(frame)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.querySelector('.table')).color") == "rgb(0, 0, 0)"
