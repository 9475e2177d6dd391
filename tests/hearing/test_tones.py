"""The network's tones are known by their cadence."""

from __future__ import annotations

import pytest

from firmware.modem.virtual.hearing.listener import Ear, Heard, Sighting, ToneHeard
from firmware.modem.virtual.hearing.recognition import Hearing
from tests.hearing.lines import Script, over_line, tone


def names(found: list[Sighting]) -> list[str]:
    return [each.name if isinstance(each, ToneHeard) else type(each).__name__ for each in found]


def cadence(script: Script, on_s: float, off_s: float, times: int) -> Script:
    for _ in range(times):
        script.play(tone((450,), on_s)).wait(off_s)
    return script


@pytest.mark.parametrize(
    ("name", "on_s", "off_s"), [("busy", 0.35, 0.35), ("congestion", 0.7, 0.7), ("ring-back", 1.0, 4.0)]
)
def test_a_tone_of_the_network_is_named_once(ear: Ear, clips: object, name: str, on_s: float, off_s: float) -> None:
    script = cadence(Script(clips).wait(0.3), on_s, off_s, 4)  # type: ignore[arg-type]
    found = Hearing(ear).feed(over_line(script.sound, gain_db=-6, noise_dbm0=-45))
    assert names(found) == [name]


def test_a_call_rings_is_answered_and_ends_with_busy_tone(ear: Ear, clips: object) -> None:
    script = cadence(Script(clips), 1.0, 4.0, 2).say("请选择科室。").wait(1.0)  # type: ignore[arg-type]
    found = Hearing(ear).feed(cadence(script, 0.35, 0.35, 4).sound)
    assert names(found) == ["ring-back", "Heard", "Quiet", "busy"]


def test_a_prompt_cut_off_after_ring_back_on_a_dead_silent_line_is_known(ear: Ear, clips: object) -> None:
    script = cadence(Script(clips), 1.0, 1.2, 1).say("您好，欢迎致电社区诊所。", for_s=0.9).wait(0.2)  # type: ignore[arg-type]
    heard, next_one, _ = Hearing(ear).feed(script.say("请选择科室。").wait(1.0).sound)[1:]
    assert isinstance(heard, Heard)
    assert heard.was_cut
    assert isinstance(next_one, Heard)
    assert not next_one.was_cut


def test_the_echo_of_a_key_is_not_speech(ear: Ear, clips: object) -> None:
    script = Script(clips).wait(0.5)  # type: ignore[arg-type]
    for low, high in ((697, 1209), (941, 1336), (852, 1477)):
        script.play(tone((low, high), 0.2, 1500)).wait(0.3)
    assert Hearing(ear).feed(script.sound) == []
