"""The clinic speaks in its own voice: recorded in the page with a microphone, or uploaded; the next caller hears it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from playwright.sync_api import Browser, Playwright, expect

from firmware.audio.port import Sound
from tests.browser.conftest import Staff
from tests.browser.people import launch
from tests.scenarios.stage import Stage

SPEED = 4.0
PIECE = "/prompts/piece?piece=front.welcome&language=zh"  # the first words of every call
STRANGER = "13900000077"
RATE, MICROPHONE_RATE = 8000, 48000
RECORDED_S = 3.0
ALIKE = 0.7  # of 1: the line and the speech codec change a sound a little


def melody(rate: int, seed: int, seconds: float = 2.0) -> Sound:
    """Tones of a voice's pitch, as unlike each other as two people's words."""
    random = np.random.default_rng(seed)
    time = np.arange(int(rate * 0.2)) / rate
    pitches = random.uniform(300, 1500, int(seconds / 0.2))
    notes = [np.sin(2 * np.pi * pitch * time) * np.hanning(len(time)) for pitch in pitches]
    return np.asarray(np.concatenate(notes) * 12000, np.int16)


@pytest.fixture(scope="module")
def chromium(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser into whose microphone somebody sings the first melody, again and again."""
    sung = tmp_path_factory.mktemp("microphone") / "sung.wav"
    soundfile.write(sung, melody(MICROPHONE_RATE, seed=1), MICROPHONE_RATE, "PCM_16")
    browser = launch(playwright, f"--use-file-for-fake-audio-capture={sung}")
    yield browser
    browser.close()


def test_a_prompt_recorded_in_the_page_is_what_the_next_caller_hears(stage: Stage, staff: Staff) -> None:
    chief = staff("supervisor", "zh")
    chief.goes_to(PIECE)
    chief.button("prompts.record_start").click()
    expect(chief.page.locator("[data-time]")).to_have_text(f"0:{int(RECORDED_S):02}")
    chief.button("prompts.record_stop").click()
    chief.reads(chief.words("prompts.record_listen"))
    chief.button("prompts.save").click()
    chief.reads(chief.words("prompts.now_own"))

    (recorded,) = (stage.rig.folders.staff_recordings / "zh").glob("*.wav")
    kept = soundfile.read(recorded, dtype="int16")[0]
    assert RECORDED_S - 0.5 < len(kept) / RATE < RECORDED_S + 2
    assert likeness(kept, melody(RATE, seed=1)[: RATE // 2]) > ALIKE, "what was sung is what was kept"
    assert likeness(greeting(stage), kept[RATE // 2 : RATE]) > ALIKE
    chief.button("prompts.back_to_computer").click()
    chief.reads(chief.words("prompts.now_computer"))
    assert likeness(greeting(stage), kept[RATE // 2 : RATE]) < ALIKE


def test_an_uploaded_recording_is_heard_and_undone(stage: Stage, staff: Staff, tmp_path: Path) -> None:
    file = tmp_path / "greeting.flac"
    soundfile.write(file, melody(44100, seed=2), 44100)
    chief = staff("supervisor", "en")
    chief.goes_to(PIECE)
    chief.page.locator("input[type=file]").set_input_files(file)
    chief.button("prompts.save").click()
    chief.reads(chief.words("prompts.now_own"))
    probe = melody(RATE, seed=2)[RATE // 2 : RATE]
    assert likeness(greeting(stage), probe) > ALIKE
    chief.button("page.undo").click()
    chief.reads(chief.words("prompts.now_computer"))
    assert likeness(greeting(stage), probe) < ALIKE


def greeting(stage: Stage) -> Sound:
    """What a caller hears in the first seconds."""
    caller = stage.ring("L1", STRANGER)
    stage.clock.sleep(6)
    heard = caller.call.heard()
    caller.hang_up()
    stage.eventually("the line is free", lambda: stage.line("L1")["state"] == "idle")
    return heard


def likeness(heard: Sound, probe: Sound) -> float:
    """1 where the probe is somewhere in what was heard, as loud or not; about 0 where it is nowhere."""
    sound, wanted = heard.astype(float), probe.astype(float)
    matches = np.abs(np.correlate(sound, wanted, "valid"))
    power = np.convolve(sound**2, np.ones(len(wanted)), "valid")
    return float(np.max(matches / np.sqrt(np.maximum(power, 1e4) * np.sum(wanted**2))))
