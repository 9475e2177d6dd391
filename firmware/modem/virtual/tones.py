"""Call-progress tones as sound, one tick at a time."""

from __future__ import annotations

from functools import cache

import numpy as np

from firmware.audio.port import SAMPLE_RATE_HZ, Sound
from firmware.modem.virtual.plans import ToneSpec

TICK_MS = 10
TICK_SAMPLES = SAMPLE_RATE_HZ * TICK_MS // 1000
SILENCE: Sound = np.zeros(TICK_SAMPLES, dtype=np.int16)
SILENCE.setflags(write=False)
FULL_SCALE_SINE_DBM0 = 3.14  # ITU-T G.711: the level of a sine that just reaches the end of the scale


def ticks(milliseconds: float) -> int:
    """How many whole ticks so many milliseconds are."""
    return round(milliseconds / TICK_MS)


def samples(milliseconds: float) -> int:
    return round(milliseconds * SAMPLE_RATE_HZ / 1000)


def rms_of_dbm0(level_dbm0: float) -> float:
    """The RMS value of 16-bit samples at `level_dbm0`."""
    return float(32767 / np.sqrt(2) * 10 ** ((level_dbm0 - FULL_SCALE_SINE_DBM0) / 20))


class Cadence:
    """A tone that repeats for ever, from its beginning."""

    def __init__(self, spec: ToneSpec, level_dbm0: float) -> None:
        self._cycle, self._length = _cycle(spec, level_dbm0)
        self._position = 0

    def next(self) -> Sound:
        """The next tick of the tone."""
        sound = self._cycle[self._position : self._position + TICK_SAMPLES]
        self._position = (self._position + TICK_SAMPLES) % self._length
        return sound


def sines(frequencies_hz: tuple[int, ...], level_dbm0: float, count: int) -> Sound:
    """`count` samples of sines that together have `level_dbm0`."""
    time_s = np.arange(count) / SAMPLE_RATE_HZ
    amplitude = rms_of_dbm0(level_dbm0) * np.sqrt(2 / len(frequencies_hz))
    wave = sum(np.sin(2 * np.pi * frequency * time_s) for frequency in frequencies_hz)
    return np.asarray(np.clip(amplitude * wave, -32768, 32767)).astype(np.int16)


@cache
def _cycle(spec: ToneSpec, level_dbm0: float) -> tuple[Sound, int]:
    """One cycle, lengthened by a tick of its own beginning so that a tick can be cut at any position."""
    parts = [
        sines(spec.frequencies_hz, level_dbm0, samples(ms)) if index % 2 == 0 else np.zeros(samples(ms), np.int16)
        for index, ms in enumerate(spec.cadence_ms or (1000,))
    ]
    cycle = np.concatenate(parts)
    longer = np.concatenate((cycle, cycle[:TICK_SAMPLES]))
    longer.setflags(write=False)
    return longer, len(cycle)
