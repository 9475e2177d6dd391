"""S34 in a real browser: a supervisor listens, whispers, barges in and ends a call; who hears whom is told by tones."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Playwright

from firmware.audio.levels import tone
from firmware.audio.port import SAMPLE_RATE_HZ
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.storage import audit
from tests.browser.people import Person, launch
from tests.scenarios.people import Person as Agent
from tests.scenarios.people import hears, is_connected, voices_heard_by
from tests.scenarios.stage import Stage

SPEED = 1.0
PATIENT, CHEN, SUPERVISOR = 600.0, 1000.0, 2000.0
AUDIBLE = 20  # of 100 on the page's meter
HEARS = "least => document.querySelector('[data-level=heard]').value >= least"
QUIET_S = 3.0
COUNTS_MICROPHONES = """
  window.microphones = 0;
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wishes) => (window.microphones++, open(wishes));
"""

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def chen(stage: Stage) -> Iterator[Agent]:
    with Agent(stage, "chen", "8001", CHEN) as agent:
        yield agent.comes_to_work()


@pytest.fixture
def supervisor(stage: Stage, playwright: Playwright, port: int, tmp_path: Path) -> Iterator[Person]:
    """At the wall, with a microphone that says half a second of a tone each second."""
    browser = launch(playwright, f"--use-file-for-fake-audio-capture={_microphone(tmp_path / 'voice.wav')}")
    try:
        person = Person(browser, stage, f"http://127.0.0.1:{port}", "en", "desktop", "light")
        person.sign_in("supervisor")
        with stage.ledger.transaction() as tx:
            user = users.by_login(tx, "supervisor")
            assert user is not None
            agents.make(tx, user.id, Card(extension="8100"))
        person.page.add_init_script(COUNTS_MICROPHONES)
        person.goes_to("/wall")
        yield person
        assert person.leaves() == []
    finally:
        browser.close()


def test_a_supervisor_steps_into_a_call_from_the_wall(
    stage: Stage, chen: Agent, supervisor: Person, tmp_path: Path
) -> None:
    caller = is_connected(stage, chen)
    caller.call.speak(_wav(tmp_path / "patient.wav", tone((PATIENT,), 60.0, -13.0), SAMPLE_RATE_HZ))
    page = supervisor.page
    supervisor.reads("13800000001")

    supervisor.button("wall.listen").click()
    supervisor.reads(supervisor.words("wall.you.listen", who="Chen"))
    page.wait_for_function(HEARS, arg=AUDIBLE)
    assert page.evaluate("window.microphones") == 0
    for _ in range(round(QUIET_S / 0.2)):
        stage.clock.sleep(0.2)
        assert SUPERVISOR not in chen_hears(chen) | voices_heard_by(caller)

    supervisor.button("wall.whisper").click()
    supervisor.reads(supervisor.words("wall.you.whisper", who="Chen"))
    chen.hears(PATIENT, SUPERVISOR)
    assert page.evaluate("window.microphones") == 1
    assert SUPERVISOR not in voices_heard_by(caller)

    supervisor.button("wall.barge").click()
    supervisor.reads(supervisor.words("wall.you.barge", who="Chen"))
    hears(stage, caller, CHEN, SUPERVISOR)

    page.locator(".supervises").get_by_role("button").click()
    page.wait_for_selector(".supervises", state="detached")
    hears(stage, caller, CHEN)

    supervisor.button("wall.listen").click()
    supervisor.reads(supervisor.words("wall.you.listen", who="Chen"))
    page.wait_for_function(HEARS, arg=AUDIBLE)
    page.reload()
    stage.eventually("who turned the page listens no more", lambda: chen.seat["supervised_by"] is None)

    page.locator(".seat.is-talking [data-asks=release]").click()
    dialog = page.locator("#release")
    dialog.get_by_role("button", name=supervisor.words("wall.release.do")).click()
    assert dialog.is_visible()  # it asks for a reason
    dialog.locator("#release-reason").fill("the caller shouts")
    dialog.get_by_role("button", name=supervisor.words("wall.release.do")).click()
    caller.is_released()
    assert chen.seat["notice"] == {"kind": "released", "by": "supervisor", "reason": "the caller shouts"}
    assert trail(stage)[:7] == [
        ("call released", "8001, the caller shouts"), ("supervise leave", "8001"),
        ("supervise listen", "8001, quality"), ("supervise leave", "8001"),
        ("supervise barge", "8001, quality"), ("supervise whisper", "8001, quality"),
        ("supervise listen", "8001, quality"),
    ]  # fmt: skip

    chen.ask("wrapped_up")
    page.wait_for_selector(".seat.is-ready >> text=Chen")
    for state, told in (("not-ready", "forced-not-ready"), ("offline", "forced-out")):
        page.locator(".seat", has_text="Chen").locator("[data-asks=force]").click()
        page.locator(f"#force [value={state}]").check()
        page.locator("#force-reason").fill("the desk is closing")
        page.locator("#force").get_by_role("button", name=supervisor.words("wall.force.do")).click()
        chen.is_in(state)
        assert chen.seat["notice"] == {"kind": told, "by": "supervisor", "reason": "the desk is closing"}
        page.wait_for_selector(f".seat.is-{state} >> text=Chen")
    assert trail(stage)[0] == ("force offline", "8001, the desk is closing")


def chen_hears(chen: Agent) -> set[float]:
    assert chen.sound is not None
    return chen.sound.voices()


def trail(stage: Stage) -> list[tuple[str, str]]:
    """What the supervisor did, newest first."""
    with stage.ledger.reading() as tx:
        return [(trace.what, trace.detail) for trace in audit.latest(tx) if trace.who == "supervisor"]


def _microphone(file: Path) -> Path:
    """Sound that no browser takes for noise and filters out."""
    voice = 8000 * np.sin(2 * np.pi * SUPERVISOR * np.arange(24_000) / 48_000)
    return _wav(file, np.concatenate([voice, np.zeros(24_000)]), 48_000)


def _wav(file: Path, sound: np.ndarray[tuple[int], np.dtype[np.generic]], rate_hz: int) -> Path:
    with wave.open(str(file), "wb") as wav:
        wav.setparams((1, 2, rate_hz, 0, "NONE", ""))
        wav.writeframes(sound.astype("<i2").tobytes())
    return file
