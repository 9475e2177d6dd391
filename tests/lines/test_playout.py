"""How far the modem is kept ahead, and that time stays true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.audio.port import FRAME_SAMPLES, KeyPressed, Port, Sound
from firmware.modem.voice.coding import Coding, coder
from firmware.modem.voice.dle import THROW_AWAY, Unshielder
from firmware.modem.voice.playout import PlayOut
from firmware.modem.voice.profile import profiles

PROFILE = profiles()["usr5637"]
LEAD_FRAMES = PROFILE.lead_ms // 20
SILENT_FRAMES = PROFILE.silent_lead_ms // 20
LOUD = np.full(FRAME_SAMPLES, 8192, np.int16)


class Clip:
    stops_at_key = True

    def __init__(self, frames: int) -> None:
        self.left = frames

    def frame(self) -> Sound | None:
        self.left -= 1
        return LOUD if self.left >= 0 else None


@pytest.fixture
def port() -> Port:
    return Port()


@pytest.fixture
def playout(port: Port) -> PlayOut:
    return PlayOut(port, coder(Coding.LINEAR8), PROFILE)


def pass_frame(playout: PlayOut) -> bytes:
    playout.passed(FRAME_SAMPLES)
    return playout.due()


def test_silence_is_kept_a_little_ahead_and_speech_more(port: Port, playout: PlayOut) -> None:
    assert len(playout.due()) == SILENT_FRAMES * FRAME_SAMPLES
    port.play(Clip(100))
    assert len(playout.due()) == (LEAD_FRAMES - SILENT_FRAMES) * FRAME_SAMPLES
    assert len(pass_frame(playout)) == FRAME_SAMPLES


def test_somebody_who_speaks_live_is_kept_half_as_far_ahead(port: Port, playout: PlayOut) -> None:
    playout.due()
    port.play(Clip(1000), is_live=True)
    playout.due()
    assert playout.waiting == LEAD_FRAMES // 2 * FRAME_SAMPLES
    port.play(Clip(1000))
    playout.due()
    assert playout.waiting == LEAD_FRAMES * FRAME_SAMPLES
    port.play(Clip(1000), is_live=True)
    while playout.waiting > LEAD_FRAMES // 2 * FRAME_SAMPLES:
        assert pass_frame(playout) == b""
    assert len(pass_frame(playout)) == FRAME_SAMPLES


def test_what_was_spoken_ahead_is_paid_back_in_the_next_silence(port: Port, playout: PlayOut) -> None:
    playout.due()
    port.play(Clip(50))
    for _ in range(200):
        pass_frame(playout)
    assert port.seconds == pytest.approx(200 * 0.02 + PROFILE.silent_lead_ms / 1000)


def test_a_key_throws_away_what_waits_and_the_next_prompt_is_heard_from_its_first_word(
    port: Port, playout: PlayOut
) -> None:
    playout.due()
    port.play(Clip(50))
    pass_frame(playout)
    port.key_pressed("5")
    answer = Clip(10)
    port.play(answer)
    assert port.wait(0) == KeyPressed("5")
    out = pass_frame(playout)
    assert out.startswith(THROW_AWAY)
    assert out.count(0xA0) == LEAD_FRAMES * FRAME_SAMPLES
    assert THROW_AWAY not in pass_frame(playout)


def test_a_stalled_box_loses_no_word_and_catches_up_in_silence(port: Port, playout: PlayOut) -> None:
    playout.due()
    port.play(Clip(20))
    out = playout.due()
    playout.passed(FRAME_SAMPLES * 50)
    for _ in range(60):
        out += pass_frame(playout)
    assert out.count(0xA0) == 20 * FRAME_SAMPLES
    assert port.seconds == pytest.approx(110 * 0.02 + PROFILE.silent_lead_ms / 1000)


def test_a_modem_that_cannot_throw_away_is_not_told_to(port: Port) -> None:
    playout = PlayOut(port, coder(Coding.LINEAR8), replace(PROFILE, throw_away=False))
    port.play(Clip(50))
    playout.due()
    port.stop()
    assert THROW_AWAY not in pass_frame(playout)


@given(st.lists(st.sampled_from(["pass", "late", "play", "stop", "key"]), max_size=60))
def test_the_modem_never_gets_more_than_its_lead(steps: list[str]) -> None:
    port = Port()
    playout = PlayOut(port, coder(Coding.LINEAR8), PROFILE)
    waiting = 0
    for step in steps:
        passed = {"pass": FRAME_SAMPLES, "late": FRAME_SAMPLES * 20}.get(step, 0)
        if step == "play":
            port.play(Clip(15))
        elif step == "stop":
            port.stop()
        elif step == "key":
            port.key_began()
        playout.passed(passed)
        waiting = max(0, waiting - passed)
        out = playout.due()
        waiting = 0 if THROW_AWAY in out else waiting
        waiting += len(Unshielder().feed(out.replace(THROW_AWAY, b""))[0])
        assert waiting <= LEAD_FRAMES * FRAME_SAMPLES
