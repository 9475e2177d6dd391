"""The box's own speech, or a caller's, is never taken for keys or for a busy tone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from firmware.audio.call_tones import CallToneDetector
from firmware.audio.digits import DigitDetector
from firmware.audio.espeak import EspeakEngine
from firmware.audio.levels import level_dbm0
from firmware.audio.port import Port, Sound
from firmware.audio.shaping import SPEECH_DBM0
from firmware.audio.spandsp import KEYS, DtmfSender

PROMPTS = {
    "zh": "您好，这里是湖滨诊所。预约挂号请按一，取消或改期请按二，查询我的预约请按三，就诊指南请按四，诊所信息请按五，"
    "投诉建议请按六，就诊卡请按七，留言请按八，重听请按九，人工服务请按零。三月三号星期二上午八点半，内科王医生，请确认。",
    "en": "Lakeside Clinic, good day. To book a visit, press one. To cancel or change a visit, press two. To hear your "
    "bookings, press three. For clinic information, press five. To leave a message, press eight. To speak to us, press "
    "zero. You are booked for Tuesday the third of March at half past eight with Doctor Wang.",
}


@cache
def prompt(language: str) -> Sound:
    return EspeakEngine().synthesise(PROMPTS[language], language)


class Ear(Port):
    """A port that notes what its detectors say."""

    def __init__(self) -> None:
        super().__init__()
        self.began = 0
        self.keys = ""

    def key_began(self) -> None:
        self.began += 1

    def key_pressed(self, key: str) -> None:
        self.keys += key


def listen(sound: Sound) -> Ear:
    ear = Ear()
    ear.add_tap(DigitDetector(ear))
    for start in range(0, len(sound), 160):
        ear.hear(sound[start : start + 160])
    return ear


def louder(sound: Sound, db: float) -> Sound:
    return np.clip(sound * 10 ** (db / 20), -32767, 32767).astype(np.int16)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("gain_db", [0, -12, 6])
def test_speech_presses_no_key_and_stops_no_prompt(language: str, gain_db: float) -> None:
    ear = listen(louder(prompt(language), gain_db))
    assert (ear.keys, ear.began) == ("", 0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_speech_is_no_busy_tone(language: str) -> None:
    heard: list[str] = []
    CallToneDetector("cn", heard.append).heard(prompt(language))
    assert heard == []


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(("key_dbm0", "at_least"), [(-8, 36), (-14, 36), (-17, 36), (-20, 34)])
def test_keys_are_heard_through_the_echo_of_a_prompt(language: str, key_dbm0: int, at_least: int) -> None:
    """Hybrid echo of -12 dB that goes on under 36 keys, down to -20 dBm0 a tone (in a call the first key ends it)."""
    echo = louder(prompt(language), -12)
    keys = DtmfSender(80, 120, key_dbm0).sound(KEYS[:12] * 3)
    mixed = echo[: len(keys)].astype(int) + keys[: len(echo)]
    heard = listen(np.clip(mixed, -32767, 32767).astype(np.int16)).keys
    assert at_least <= len(heard) <= 36


def test_prompts_have_the_level_they_should() -> None:
    assert level_dbm0(prompt("zh")) == pytest.approx(SPEECH_DBM0, abs=3)
