"""A phone tells the box's prompts from each other by their sound alone, on good lines and bad ones."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firmware.modem.virtual.hearing.listener import Ear, Heard, Quiet, Sighting, UnknownSpeech
from firmware.modem.virtual.hearing.recognition import Hearing
from tests.hearing import library
from tests.hearing.lines import RATE, Script, over_line, quiet, tone

BAD_LINES = [
    pytest.param({}, id="a clean line"),
    pytest.param({"gain_db": -12.0}, id="a long line"),
    pytest.param({"gain_db": 6.0, "echo_db": -15.0, "noise_dbm0": -45.0}, id="a loud line with echo"),
    pytest.param({"gain_db": -12.0, "noise_dbm0": -40.0}, id="a long noisy line"),
    pytest.param({"noise_dbm0": -40.0, "is_8_bit": True}, id="noise and 8 bits"),
]


def listen(ear: Ear, script: Script, **line: Any) -> list[Sighting]:
    hearing = Hearing(ear)
    return hearing.feed(over_line(script.sound, **line)) + hearing.finish()


def prompts(found: list[Sighting]) -> list[str]:
    return [each.text for each in found if isinstance(each, Heard)]


@pytest.mark.parametrize("line", BAD_LINES)
def test_every_prompt_of_a_clinic_is_recognised(ear: Ear, clips: Path, line: dict[str, Any]) -> None:
    script = Script(clips).wait(0.5)
    order = random.Random(len(line))
    for text in order.sample(script.texts, 90):
        script.say(text).wait(order.choice([0, 0, 0.02, 0.1, 0.3, 1.0]))
    found = listen(ear, script, **line)
    assert prompts(found) == [text for text, _, _ in script.said]
    assert not any(isinstance(each, UnknownSpeech) for each in found)
    for heard, (text, begins, ends) in zip((h for h in found if isinstance(h, Heard)), script.said, strict=True):
        assert abs(heard.starts_at - begins) <= 0.02 * RATE, text
        assert abs(heard.ends_at - ends) <= 0.02 * RATE, text


@pytest.mark.parametrize("pair", [("一", "七"), ("eleven", "seven"), ("fifteen", "fifty"), ("十", "四")])
def test_words_that_sound_alike_are_told_apart(ear: Ear, clips: Path, pair: tuple[str, str]) -> None:
    first, second = pair
    script = Script(clips).wait(0.3).say(first).wait(0.1).say(second).say(first).say(second)
    assert prompts(listen(ear, script, gain_db=-12.0, noise_dbm0=-40.0)) == [first, second, first, second]


def test_a_prompt_that_a_key_cuts_off_is_named_and_marked(ear: Ear, clips: Path) -> None:
    welcome = "您好，欢迎致电社区诊所。"
    script = Script(clips).wait(0.5).say(welcome, for_s=0.6).play(tone((770, 1336), 0.2, 800)).wait(1.0)
    heard, silent = listen(ear, script)
    assert isinstance(heard, Heard)
    assert (heard.text, heard.was_cut) == (welcome, True)
    assert abs(heard.ends_at - script.said[0][2]) <= 0.02 * RATE
    assert isinstance(silent, Quiet)


def test_a_prompt_cut_off_by_the_next_one_is_named_too(ear: Ear, clips: Path) -> None:
    script = Script(clips).wait(0.5).say("请输入您的就诊卡号，按井号键结束。", for_s=1.5).say("请选择时间。").wait(1)
    found = [each for each in listen(ear, script) if isinstance(each, Heard)]
    assert [(each.text, each.was_cut) for each in found] == [
        ("请输入您的就诊卡号，按井号键结束。", True),
        ("请选择时间。", False),
    ]


def test_what_was_cut_before_it_could_be_told_apart_is_not_guessed(ear: Ear, clips: Path) -> None:
    script = Script(clips).wait(0.5).say("number twenty seven", for_s=0.35).wait(1.0)
    (heard, _) = listen(ear, script)
    assert isinstance(heard, UnknownSpeech)
    assert {"number twenty seven", "number twenty six"} <= set(heard.could_be)


def test_a_voice_that_is_not_the_box_is_unknown_speech(ear: Ear, clips: Path) -> None:
    caller = library.speak("en", "I would rather speak to somebody, please, my child has a fever")
    script = Script(clips).wait(0.5).say("请选择科室。").wait(1.0).play(caller).wait(1.0).say("请选择时间。")
    found = listen(ear, script)
    assert prompts(found) == ["请选择科室。", "请选择时间。"]
    assert sum(isinstance(each, UnknownSpeech) for each in found) == 1


def test_the_box_is_quiet_when_it_waits_for_the_caller(ear: Ear, clips: Path) -> None:
    script = Script(clips).wait(0.5).say("请选择科室。").wait(0.4).say("内科").wait(2.0).say("请选择时间。").wait(1.0)
    names = [type(each).__name__ for each in listen(ear, script)]
    assert names == ["Heard", "Heard", "Quiet", "Heard", "Quiet"]


def test_a_prompt_is_reported_before_a_person_would_notice(ear: Ear, clips: Path) -> None:
    script = Script(clips).wait(0.5)
    for text in ("一", "请选择科室。", "number twenty", "You have no bookings."):
        script.say(text).wait(1.0)
    sound, hearing, delays = script.sound, Hearing(ear), []
    for end in range(160, len(sound) + 1, 160):
        found = hearing.feed(sound[end - 160 : end])
        delays += [end - each.ends_at for each in found if isinstance(each, Heard)]
    assert len(delays) == 4
    assert max(delays) <= 0.3 * RATE


def test_how_the_sound_arrives_makes_no_difference(ear: Ear, clips: Path) -> None:
    sound = Script(clips).wait(0.5).say("一").say("二").wait(1.0).say("请选择时间。", for_s=0.7).wait(1.0).sound
    whole = Hearing(ear).feed(sound)
    pieces = Hearing(ear)
    assert [found for start in range(0, len(sound), 333) for found in pieces.feed(sound[start : start + 333])] == whole


def test_silence_and_soft_noise_are_nothing(ear: Ear) -> None:
    hearing = Hearing(ear)
    assert hearing.feed(np.concatenate([quiet(2), over_line(quiet(4), noise_dbm0=-40.0)])) == []
