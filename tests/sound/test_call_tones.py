"""Busy and congestion tones end a call; other cadences do not."""

from __future__ import annotations

import numpy as np
import pytest

from firmware.audio.call_tones import BUSY, CONGESTION, CallToneDetector
from firmware.audio.errors import UnknownCountry
from firmware.audio.levels import tone
from firmware.audio.port import Sound
from firmware.audio.spandsp import DtmfSender


def cadence(on_ms: int, off_ms: int, seconds: float, *hertz: float, level_dbm0: float = -15) -> Sound:
    on = tone(hertz or (450,), on_ms / 1000, level_dbm0)
    cycle = np.concatenate([on, np.zeros(off_ms * 8, np.int16)])
    return np.tile(cycle, int(seconds * 8000 / len(cycle)) + 1)[: int(seconds * 8000)]


def first_tone(sound: Sound, country: str = "cn", chunk: int = 160) -> tuple[str | None, float]:
    """The tone's name and after how many seconds it was told."""
    heard: list[str] = []
    detector = CallToneDetector(country, heard.append)
    for at in range(0, len(sound), chunk):
        detector.heard(sound[at : at + chunk])
        if heard:
            return heard[0], (at + chunk) / 8000
    return None, len(sound) / 8000


@pytest.mark.parametrize("chunk", [80, 160, 800])
@pytest.mark.parametrize("level_dbm0", [-5, -15, -30, -38])
def test_chinese_busy_tone_is_heard_within_two_seconds(chunk: int, level_dbm0: int) -> None:
    name, after_s = first_tone(cadence(350, 350, 5, level_dbm0=level_dbm0), chunk=chunk)
    assert name == BUSY
    assert after_s < 2


@pytest.mark.parametrize(
    ("country", "on_ms", "off_ms", "hertz", "name"),
    [
        ("cn", 350, 350, (450,), BUSY),
        ("cn", 700, 700, (450,), CONGESTION),
        ("us", 500, 500, (480, 620), BUSY),
        ("us", 250, 250, (480, 620), CONGESTION),
        ("de", 480, 480, (425,), BUSY),
        ("de", 240, 240, (425,), CONGESTION),
    ],
)
def test_each_country_has_its_tones(country: str, on_ms: int, off_ms: int, hertz: tuple[int, ...], name: str) -> None:
    assert first_tone(cadence(on_ms, off_ms, 8, *hertz), country)[0] == name


def test_busy_tone_is_told_once() -> None:
    heard: list[str] = []
    CallToneDetector("cn", heard.append).heard(cadence(350, 350, 20))
    assert heard == [BUSY]


@pytest.mark.parametrize(
    "sound",
    [
        cadence(1000, 4000, 20),  # ring-back
        cadence(10_000, 1, 10),  # dial tone
        cadence(200, 200, 10),
        cadence(500, 500, 10),
        cadence(400, 40, 10),
        cadence(350, 350, 10, 1000),
        cadence(350, 350, 0.6),
        DtmfSender(350, 350).sound("0123456789*#"),
    ],
    ids=["ring-back", "dial tone", "too quick", "half seconds", "call waiting", "1000 Hz", "one burst", "keys"],
)
def test_other_cadences_are_not_busy(sound: Sound) -> None:
    assert first_tone(sound)[0] is None


def test_a_busy_tone_after_a_talk_is_heard() -> None:
    noise = (np.random.default_rng(2).normal(0, 1500, 40_000)).astype(np.int16)
    assert first_tone(np.concatenate([noise, cadence(350, 350, 5)]))[0] == BUSY


def test_a_country_without_tones_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownCountry, match="cn, us, de, not for 'xx'"):
        CallToneDetector("xx", print)
