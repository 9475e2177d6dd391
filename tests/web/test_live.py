"""Open pages in a real browser: what happens elsewhere shows without a reload, under our own security policy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Route, expect, sync_playwright

from firmware.clock import ManualClock
from firmware.control.channel import ControlServer
from tests.web.browser import WsgiApp
from tests.web.look.conftest import FLAGS, served
from tests.web.test_calls import WAY, ring
from tests.web.test_today import LINE, book
from webui.gate import SESSION_COOKIE
from webui.office import Office


class Exchange:
    """A process with one line, as far as pages see it."""

    def __init__(self, office: Office, clock: ManualClock) -> None:
        self._clock = clock
        self._socket = office.folders.control_socket
        self.line: dict[str, Any] = dict(LINE)
        self.more: dict[str, str] = {}
        self.start()

    def start(self) -> None:
        self._server = ControlServer(
            self._socket, {"status": lambda _: {"lines": [self.line], "notices": [], **self.more}}
        )
        self._server.start()

    def stop(self) -> None:
        self._server.close()

    def change(self, **what: Any) -> None:
        self.line |= what
        self._clock.advance(1.0)  # the pages ask at most twice a second
        self._server.publish("line", **self.line)


@pytest.fixture
def exchange(office: Office, clock: ManualClock) -> Iterator[Exchange]:
    running = Exchange(office, clock)
    office.live.start()
    yield running
    office.live.stop()
    running.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Chromium, app: WsgiApp, sign_in: Callable[..., Any]) -> Iterator[Page]:
    """A browser in which the receptionist is signed in; it must have nothing to complain of."""
    complaints: list[str] = []
    with served(app) as address:
        context = chromium.new_context(base_url=address, locale="en-GB")
        token = sign_in("desk").cookies[SESSION_COOKIE]
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": address}])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page
        context.close()
    assert [each for each in complaints if "503" not in each] == []


def test_a_call_shows_on_an_open_page_and_its_seconds_run(page: Page, exchange: Exchange) -> None:
    page.goto("/")
    expect(page.locator(".line")).to_contain_text("idle")
    exchange.change(state="busy", caller="13800000002", node="book.times", since_s=5.0)
    expect(page.locator(".line")).to_contain_text("choosing the time")
    expect(page.locator(".line time")).to_have_text(re.compile("0:(0[7-9]|1[0-9])"))  # nobody was asked for it


def test_a_booking_from_elsewhere_shows_on_an_open_page(page: Page, exchange: Exchange, office: Office) -> None:
    page.goto("/")
    book(office, who="刘强")
    expect(page.locator("#day")).to_contain_text("Liu Qiang booked")


def test_the_page_says_that_the_phone_service_restarts_and_comes_back(page: Page, exchange: Exchange) -> None:
    page.goto("/")
    expect(page.locator(".line")).to_contain_text("idle")
    expect(page.locator("#phone-service")).to_be_hidden()
    exchange.stop()
    expect(page.locator("#phone-service")).to_be_visible()
    exchange.start()
    exchange.change(state="idle")
    expect(page.locator("#phone-service")).to_be_hidden()
    expect(page.locator(".line")).to_contain_text("idle")


def test_a_phone_service_out_of_order_says_why_on_a_page_that_is_open(page: Page, exchange: Exchange) -> None:
    page.goto("/")
    banner = page.locator("#phone-service")
    expect(banner).to_be_hidden()
    exchange.stop()
    exchange.more["out_of_order"] = "clinic: 'zone' is missing"
    exchange.start()
    expect(banner).to_contain_text("out of order and no call is answered: clinic: 'zone' is missing")
    page.evaluate("document.getElementById('stale').hidden = false")
    expect(banner).to_be_hidden()  # a page that has lost the box knows nothing of its phone service


def test_when_too_many_pages_listen_the_page_asks_by_itself(page: Page, exchange: Exchange) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="")

    page.route("**/live", refuse)
    page.goto("/")
    exchange.change(state="ringing")
    expect(page.locator(".line")).to_contain_text("ringing", timeout=10_000)


def test_a_hidden_page_lets_go_of_its_connection(page: Page, exchange: Exchange) -> None:
    page.goto("/")
    expect(page.locator(".line")).to_contain_text("idle")
    page.wait_for_timeout(1000)  # what it asks for when it begins to listen has come
    page.evaluate(_BECOMES, True)
    exchange.change(state="ringing")
    page.wait_for_timeout(1000)
    expect(page.locator(".line")).to_contain_text("idle")
    page.evaluate(_BECOMES, False)
    expect(page.locator(".line")).to_contain_text("ringing")


def test_a_recording_is_drawn_and_played_from_where_one_clicks(page: Page, exchange: Exchange, office: Office) -> None:
    ring(office, way=WAY, file="c1.wav")
    tone = np.sin(np.arange(8000 * 10) / 5).astype(np.float32) / 2
    soundfile.write(office.folders.recordings / "c1.wav", np.stack([tone, tone], axis=1), 8000, subtype="ULAW")
    page.goto("/calls/c1")
    expect(page.locator(".waveform canvas").first).to_be_attached()
    box = page.locator(".waveform").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert page.evaluate("document.querySelector('audio').currentTime") == pytest.approx(5, abs=0.5)


_BECOMES = """(isHidden) => {
  Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
