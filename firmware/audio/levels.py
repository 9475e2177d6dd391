"""Sound levels in dBm0, the level at the network's reference point (ITU-T G.711: full scale sine = +3.14 dBm0)."""

from __future__ import annotations

import math

import numpy as np

from firmware.audio.port import SAMPLE_RATE_HZ, Sound

FULL_SCALE_SINE_DBM0 = 3.14
_FULL_SCALE = 32767
SILENCE_DBM0 = -96.0  # what digital silence is called, so that no level is infinite


def level_dbm0(sound: Sound) -> float:
    """The mean level of `sound`."""
    if not len(sound):
        return SILENCE_DBM0
    power = float(np.mean(np.square(sound, dtype=np.float64)))
    sine = _FULL_SCALE**2 / 2
    return max(SILENCE_DBM0, 10 * math.log10(power / sine) + FULL_SCALE_SINE_DBM0) if power else SILENCE_DBM0


def amplitude(tone_dbm0: float) -> float:
    """The peak, in sample units, of a sine of this level."""
    return _FULL_SCALE * 10 ** ((tone_dbm0 - FULL_SCALE_SINE_DBM0) / 20)


def tone(frequencies_hz: tuple[float, ...], seconds: float, each_dbm0: float) -> Sound:
    """Sines added up, each at the level `each_dbm0`."""
    times = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    waves = sum((np.sin(2 * math.pi * hertz * times) for hertz in frequencies_hz), np.zeros(len(times)))
    return np.clip(np.rint(waves * amplitude(each_dbm0)), -_FULL_SCALE, _FULL_SCALE).astype(np.int16)
