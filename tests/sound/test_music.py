"""Music to wait by: it never ends, is quieter than speech, and no detector takes its echo for a signal."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from firmware.audio.call_tones import PLANS, CallToneDetector
from firmware.audio.levels import level_dbm0, tone
from firmware.audio.music import LEVEL_DBM0, LONGEST_OWN_S, MusicSource, music
from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, Sound
from firmware.audio.spandsp import DtmfReceiver
from firmware.audio.ulaw import decode, encode

ROUND_FRAMES = 3000  # more than the tune has


def played(source: MusicSource, frames: int) -> Sound:
    return np.concatenate([source.frame() for _ in range(frames)])


def test_it_goes_on_for_ever_without_a_seam() -> None:
    sound = played(music(), ROUND_FRAMES * 2)
    assert level_dbm0(sound[-FRAME_SAMPLES * 100 :]) > -40
    steps = np.abs(np.diff(sound.astype(int)))
    beginning = sound[:SAMPLE_RATE_HZ]
    frames = range(1, ROUND_FRAMES)
    length = next(n for n in frames if np.array_equal(sound[n * FRAME_SAMPLES :][:SAMPLE_RATE_HZ], beginning))
    assert steps[length * FRAME_SAMPLES - 1] <= steps.max() / 2


def test_it_is_quieter_than_speech_and_has_no_holes() -> None:
    sound = played(music(), ROUND_FRAMES)
    assert level_dbm0(sound) == pytest.approx(LEVEL_DBM0, abs=0.5)
    assert np.abs(sound.astype(int)).max() < 16000
    seconds = sound[: len(sound) // SAMPLE_RATE_HZ * SAMPLE_RATE_HZ].reshape(-1, SAMPLE_RATE_HZ)
    assert min(level_dbm0(second) for second in seconds) > LEVEL_DBM0 - 10


def test_most_of_it_passes_a_telephone() -> None:
    sound = played(music(), ROUND_FRAMES).astype(float)
    power = np.abs(np.fft.rfft(sound)) ** 2
    hertz = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE_HZ)
    assert power[(hertz > 300) & (hertz < 3400)].sum() > 0.8 * power.sum()


def test_every_caller_hears_it_from_the_beginning() -> None:
    first = music()
    beginning = played(first, 50)
    assert np.array_equal(played(music(), 50), beginning)
    assert not np.array_equal(played(first, 50), beginning)
    assert not first.stops_at_key


@pytest.mark.parametrize("echo_db", range(0, 31, 6))
def test_its_echo_is_no_key_and_no_tone_of_an_exchange(echo_db: int) -> None:
    echo = played(music(), ROUND_FRAMES) * 10 ** (-echo_db / 20)
    sound = decode(encode(np.rint(echo).astype(np.int16)))
    taken_for: list[str] = []
    for country in PLANS:
        CallToneDetector(country, taken_for.append).heard(sound)
    assert not DtmfReceiver().feed(sound)
    assert not taken_for


def test_the_clinics_own_music_is_played_at_the_same_level(tmp_path: Path) -> None:
    own = tmp_path / "own.wav"
    soundfile.write(own, np.repeat(tone((500.0,), 2.01, -3.0), 2).reshape(-1, 2), 16000)
    sound = played(music(own), 200)
    assert level_dbm0(sound) == pytest.approx(LEVEL_DBM0, abs=1)
    assert not np.array_equal(sound, played(music(), 200))
    soundfile.write(own, tone((900.0,), 3.0, -3.0), SAMPLE_RATE_HZ)
    assert not np.array_equal(played(music(own), 200), sound)


def test_a_file_that_is_gone_broken_or_endless_does_not_leave_callers_in_silence(tmp_path: Path) -> None:
    broken, endless = tmp_path / "broken.wav", tmp_path / "endless.wav"
    broken.write_bytes(b"RIFF but not really")
    soundfile.write(endless, np.zeros(round((LONGEST_OWN_S + 1) * 1000), np.int16), 1000)
    for file in (tmp_path / "gone.wav", broken, endless):
        assert np.array_equal(played(music(file), 100), played(music(), 100))
