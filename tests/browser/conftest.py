"""A running box with its pages, and people of the clinic at browsers. A story fails when a browser complains."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from firmware.clock import Deadline, SystemClock
from tests.browser.desk import AtTheDesk, spoken
from tests.browser.people import Person, launch
from tests.scenarios.conftest import CLIPS
from tests.scenarios.stage import LISTENING, Stage

START_REAL_S = 20
Staff = Callable[..., Person]


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Ends with these stories: while it is there nobody else can have an event loop."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def port() -> int:
    """Where the pages of this file's box are served."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found: int = listener.getsockname()[1]
    return found


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, port: int) -> Iterator[Stage]:
    """The sample clinic's box on Monday 2026-03-02 09:00, one for all stories of a file (SPEED in it: of its time)."""
    speed = getattr(request.module, "SPEED", LISTENING)
    with Stage(tmp_path_factory.mktemp("box"), "default", CLIPS, speed, web_port=port) as opened:
        wait_for_pages(port)
        yield opened


@pytest.fixture
def staff(chromium: Browser, stage: Stage, port: int) -> Iterator[Staff]:
    """`staff("desk", "en", "phone", "dark")`: somebody of that role at a browser."""
    people = []

    def come(role: str | None = "desk", language: str = "zh", view: str = "desktop", theme: str = "light") -> Person:
        person = Person(chromium, stage, f"http://127.0.0.1:{port}", "zh" if language == "zh" else "en", view, theme)
        people.append(person)
        if role is not None:
            person.sign_in(role)
        return person

    yield come
    complaints = [said for person in people for said in person.leaves()]
    assert complaints == []


@pytest.fixture(scope="module")
def speaking_browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser whose microphone hears somebody with a voice of 1000 Hz."""
    voice = spoken(tmp_path_factory.mktemp("voice") / "agent.wav")
    browser = launch(playwright, f"--use-file-for-fake-audio-capture={voice}")
    yield browser
    browser.close()


@pytest.fixture
def hire(speaking_browser: Browser, stage: Stage, port: int) -> Callable[..., Any]:
    """`with hire("en") as desk`: the receptionist at the desk's page, with the extension 8001."""

    @contextmanager
    def come(language: str = "en", view: str = "desktop", **card: Any) -> Iterator[AtTheDesk]:
        address = f"http://127.0.0.1:{port}"
        person = Person(speaking_browser, stage, address, "en" if language == "en" else "zh", view, "light")
        person.sign_in("desk")
        desk = AtTheDesk(person, "8001", **card)
        desk.comes_to_work()
        yield desk
        desk.goes_home()
        assert person.leaves() == []

    return come


def wait_for_pages(port: int) -> None:
    """Until the web process answers."""
    clock = SystemClock()
    deadline = Deadline(clock, START_REAL_S)
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/sign-in")
            connection.getresponse().read()
            return
        except OSError:
            assert not deadline.is_over, "the pages are not served"
            clock.sleep(0.05)
        finally:
            connection.close()
