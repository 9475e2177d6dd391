"""The test phone in a real browser, with real sound both ways, on a box that runs as fast as life."""

from __future__ import annotations

import socket
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Playwright

from firmware.control.channel import ControlClient
from firmware.storage.call_schema import call_events, voice_messages
from tests.browser.conftest import Staff
from tests.browser.people import Person, launch
from tests.scenarios.stage import Stage

SPEED = 1.0
START_MS = 90_000
SPOKEN_HZ = 1000.0
BUSY_HZ = 600.0  # the network's busy tone, 450 Hz, ends each message
AUDIBLE = 20  # of 100 on the page's meter
KEYS_OF_A_VISIT = ("1", "1948", "2", "1", "2", "1", "1")  # book as Wang Xiuying, born in 1948

pytestmark = pytest.mark.timeout(300)


class AtTheTestPhone:
    """A person who uses the page."""

    def __init__(self, person: Person) -> None:
        self.person, self.page = person, person.page
        person.goes_to("/test-phone")

    def calls(self) -> None:
        self.person.button("test_phone.call").click()
        self.page.wait_for_selector("#handset[data-state=answered]", timeout=START_MS)

    def hears(self, of_100: int = AUDIBLE) -> None:
        """Sound from the box is played."""
        self.page.wait_for_function(
            "least => document.querySelector('[data-part=heard]').value >= least", arg=of_100, timeout=20_000
        )

    def at(self, place: str) -> None:
        """The box has reached a place in the menus."""
        self.page.locator(".test-now").get_by_text(self.person.words(f"place.{place}")).wait_for(timeout=20_000)

    def presses(self, keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def hangs_up(self) -> None:
        self.person.button("test_phone.hang_up").click()
        self.page.wait_for_selector("#handset[data-state=ended]")

    def puts_it_back(self) -> None:
        self.person.button("test_phone.put_back").click()
        self.person.reads(self.person.words("test_phone.done.put_back"))


@pytest.fixture(autouse=True)
def put_away(stage: Stage) -> Iterator[None]:
    """A story that breaks off leaves no call to the next."""
    yield
    client = ControlClient(stage.rig.folders.control_socket, 30.0)
    client.ask("test_phone_off")
    client.close()


def notes(stage: Stage, kind: str) -> list[str]:
    return [row.detail for row in stage.rows(call_events) if row.kind == kind]


def test_a_visit_is_booked_and_taken_back(stage: Stage, staff: Staff) -> None:
    person = staff("admin", "en")
    phone, page = AtTheTestPhone(person), person.page
    today = person.open_window()
    today.goto("/")
    page.get_by_text(person.words("test_phone.who.patient"), exact=True).click()
    page.get_by_placeholder(person.words("test_phone.search")).fill("xiuying")
    page.locator("#callers").get_by_text("13800000001").wait_for()
    phone.calls()
    phone.hears()
    today.get_by_text(person.words("today.line_test")).first.wait_for()
    phone.at("main")
    page.locator("[data-key='1']").click()
    phone.at("identify.year")
    page.reload()  # in the middle of it
    page.wait_for_selector("#handset[data-state=answered]")
    for keys in KEYS_OF_A_VISIT[1:]:
        before = len(notes(stage, "key"))
        phone.hears()
        phone.presses(keys)
        stage.eventually(f"the box took {keys}", lambda seen=before: len(notes(stage, "key")) > seen, 30)
    stage.eventually("the booking", stage.booked)
    page.locator("#transcript").get_by_text(person.words("outcome.booked"), exact=True).wait_for()
    page.locator("#deeds .badge").get_by_text(person.words("test_phone.it_booked")).wait_for()
    phone.hangs_up()
    page.locator("[data-part=new-texts]").get_by_text("1").wait_for(timeout=20_000)
    page.locator("#tab-texts").click()
    page.locator("#texts").get_by_text("13800000001").wait_for()
    person.button("test_phone.take_back").click()
    person.reads(person.words("test_phone.as_before"), "#deeds")
    assert stage.booked() == []
    assert stage.network.phone("13800000001").texts() == []  # no patient heard of it
    phone.puts_it_back()


def test_a_text_is_answered(staff: Staff) -> None:
    person = staff("admin", "zh", "phone")
    phone = AtTheTestPhone(person)
    phone.calls()
    phone.hangs_up()
    phone.page.locator("#tab-texts").click()
    phone.page.locator("#text-body").fill("帮助")
    person.button("test_phone.send").click()
    answer = phone.page.locator("#texts .bubble:not(.is-ours)").first
    answer.wait_for(timeout=30_000)
    assert "预约" in answer.inner_text()


def test_what_is_spoken_into_the_microphone_reaches_the_box(
    stage: Stage, playwright: Playwright, port: int, tmp_path: Path
) -> None:
    spoken = speech(tmp_path / "spoken.wav")
    with somebody(
        playwright, stage, f"http://127.0.0.1:{port}", f"--use-file-for-fake-audio-capture={spoken}"
    ) as person:
        phone = AtTheTestPhone(person)
        phone.calls()
        phone.at("main")
        phone.presses("8")
        phone.at("box.ask")
        phone.presses("1")
        phone.at("message.speak")
        stage.clock.sleep(12)
        phone.hangs_up()
        stage.eventually("the message", lambda: stage.rows(voice_messages), 30)
    message = stage.rows(voice_messages)[-1]
    assert share_of(stage.rig.folders.voice_messages / message.file, SPOKEN_HZ) > 0.5


def test_without_https_there_is_no_microphone_but_the_box_is_heard(
    stage: Stage, playwright: Playwright, port: int
) -> None:
    name = socket.gethostname().lower()
    with somebody(playwright, stage, f"http://{name}:{port}", f"--host-resolver-rules=MAP {name} 127.0.0.1") as person:
        person.excuse("Cross-Origin-Opener-Policy")  # a header that has a meaning only with https
        phone = AtTheTestPhone(person)
        phone.calls()
        person.reads(person.words("test_phone.mic.insecure"))
        phone.hears()
        phone.at("main")
        phone.presses("1")
        phone.at("identify.card")
        phone.hangs_up()


def test_a_page_that_is_closed_ends_its_call(stage: Stage, staff: Staff) -> None:
    phone = AtTheTestPhone(staff("admin"))
    phone.calls()
    phone.at("main")
    phone.page.close()
    stage.eventually("the call ended", lambda: stage.last_call()["ended_at"] is not None, 40)


@contextmanager
def somebody(playwright: Playwright, stage: Stage, address: str, *flags: str) -> Iterator[Person]:
    """An administrator at a browser of their own."""
    browser = launch(playwright, *flags)
    try:
        person = Person(browser, stage, address, "en", "desktop", "light")
        person.sign_in("admin")
        yield person
        assert person.leaves() == []
    finally:
        browser.close()


def speech(file: Path) -> Path:
    """Half a second of a tone, half a second of silence; the browser plays it for ever."""
    times = np.arange(24_000) / 48_000
    sound = np.concatenate([8000 * np.sin(2 * np.pi * SPOKEN_HZ * times), np.zeros(24_000)]).astype("<i2")
    with wave.open(str(file), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(48_000)
        wav.writeframes(sound.tobytes())
    return file


def share_of(file: Path, hertz: float) -> float:
    """How much of a recording's energy above the busy tone lies within 20 Hz of a frequency."""
    sound, _ = soundfile.read(file)
    energy = np.abs(np.fft.rfft(sound)) ** 2
    frequencies = np.fft.rfftfreq(len(sound), 1 / 8000)
    return float(energy[np.abs(frequencies - hertz) < 20].sum() / energy[frequencies > BUSY_HZ].sum())
