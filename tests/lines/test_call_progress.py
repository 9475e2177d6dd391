"""What the box makes of the sounds behind a number it dialled."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from firmware.audio.call_progress import NO_ANSWER, UNOBTAINABLE, CallProgress
from firmware.audio.call_tones import BUSY, CONGESTION, CallToneDetector
from firmware.audio.errors import UnknownCountry
from firmware.audio.levels import tone
from firmware.audio.network_sound import NetworkEar
from firmware.audio.port import SAMPLE_RATE_HZ, Sound
from firmware.modem.virtual.plans import ToneSpec, load_plan

ANSWERED = "answered"
PLANS = {"cn": "cn", "us": "us", "de": "eu"}


def silence(seconds: float) -> Sound:
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.int16)


def sounded(spec: ToneSpec, seconds: float, level_dbm0: float = -15.0) -> Sound:
    """A tone of the network in its cadence."""
    parts = [
        tone(tuple(map(float, spec.frequencies_hz)), ms / 1000, level_dbm0) if at % 2 == 0 else silence(ms / 1000)
        for at, ms in enumerate(spec.cadence_ms or (1000,))
    ]
    cycle = np.concatenate(parts)
    return np.tile(cycle, int(seconds * SAMPLE_RATE_HZ) // len(cycle) + 1)[: int(seconds * SAMPLE_RATE_HZ)]


def voice(seconds: float, level_dbm0: float = -26.0) -> Sound:
    """Vowels that change every 100 ms, with the pitch of a man."""
    rng = np.random.default_rng(7)
    parts = []
    for first, second in pairwise(rng.uniform(250, 2400, round(seconds * 10) + 1)):
        parts.append(tone((120.0, first, second), 0.1, level_dbm0))
    return np.concatenate(parts)


def outcome(*sounds: Sound, country: str = "cn", chunk: int = 160) -> tuple[list[str], float]:
    """What was told, and after how many seconds."""
    told: list[str] = []
    progress = CallProgress(country, lambda: told.append(ANSWERED), told.append)
    ending = CallToneDetector(country, told.append)
    sound = np.concatenate(sounds)
    for at in range(0, len(sound), chunk):
        progress.heard(sound[at : at + chunk])
        ending.heard(sound[at : at + chunk])
        if told:
            return told, (at + chunk) / SAMPLE_RATE_HZ
    return told, len(sound) / SAMPLE_RATE_HZ


@pytest.mark.parametrize("country", PLANS)
@pytest.mark.parametrize("level_dbm0", [-10, -20, -28])
@pytest.mark.parametrize("chunk", [64, 160, 8000])
def test_it_rings_until_the_box_gives_up(country: str, level_dbm0: float, chunk: int) -> None:
    rings = sounded(load_plan(PLANS[country]).ring_back, 60, level_dbm0)
    told, after_s = outcome(silence(2), rings, country=country, chunk=chunk)
    assert told == [NO_ANSWER]
    assert 45 <= after_s <= 46


@pytest.mark.parametrize("country", PLANS)
@pytest.mark.parametrize(("name", "reason"), [("busy", BUSY), ("congestion", CONGESTION)])
def test_busy_and_congested_are_told_before_anything_else(country: str, name: str, reason: str) -> None:
    told, after_s = outcome(silence(1), sounded(getattr(load_plan(PLANS[country]), name), 10), country=country)
    assert told == [reason]
    assert after_s < 5


def test_in_china_a_number_that_nobody_has_sounds_like_no_other() -> None:
    told, after_s = outcome(silence(1), sounded(load_plan("cn").unobtainable, 10))
    assert told == [UNOBTAINABLE]
    assert after_s < 4


@pytest.mark.parametrize("country", PLANS)
@pytest.mark.parametrize("level_dbm0", [-10, -26, -32])
def test_a_voice_is_an_answer_at_once(country: str, level_dbm0: float) -> None:
    rings = sounded(load_plan(PLANS[country]).ring_back, 7)
    told, after_s = outcome(rings, voice(2, level_dbm0), country=country)
    assert told == [ANSWERED]
    assert 7 < after_s < 7.8


def test_who_takes_the_call_before_it_ever_rang_is_there_with_the_first_word() -> None:
    assert outcome(silence(3), voice(1))[0] == [ANSWERED]


def test_silence_where_the_next_ring_should_be_is_an_answer() -> None:
    told, after_s = outcome(sounded(load_plan("cn").ring_back, 6), silence(20))
    assert told == [ANSWERED]
    assert 11 < after_s < 12


def test_a_click_is_no_answer() -> None:
    click = tone((1000.0, 2000.0), 0.06, -10)
    assert outcome(silence(1), click, silence(3), click, silence(3))[0] == []


def test_where_nothing_is_heard_nobody_is() -> None:
    told, after_s = outcome(silence(30))
    assert told == [NO_ANSWER]
    assert 20 <= after_s < 21


def test_the_noise_of_a_line_is_nobody() -> None:
    noise = np.random.default_rng(3).normal(0, 120, 8000 * 10).astype(np.int16)  # -45 dBm0
    assert outcome(noise)[0] == []


@pytest.mark.parametrize(
    ("sound", "is_dial_tone"),
    [
        (sounded(load_plan("cn").dial, 2), True),
        (sounded(load_plan("cn").dial, 2, -30), True),
        (sounded(load_plan("cn").congestion, 5), False),
        (sounded(load_plan("cn").busy, 5), False),
        (voice(5), False),
        (silence(5), False),
    ],
)
def test_dial_tone_is_told_from_tones_with_gaps(sound: Sound, is_dial_tone: bool) -> None:
    ear, found = NetworkEar("cn"), False
    for at in range(0, len(sound), 160):
        ear.hear(sound[at : at + 160])
        found |= ear.hears_endless_tone
    assert found == is_dial_tone


def test_an_unknown_country_is_refused() -> None:
    with pytest.raises(UnknownCountry):
        NetworkEar("atlantis")
