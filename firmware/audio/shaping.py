"""From any recording or synthesiser's output to a clip: mono, 8 kHz, without silent ends, at one level."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from firmware.audio.errors import BadRecording
from firmware.audio.levels import FULL_SCALE_SINE_DBM0
from firmware.audio.port import SAMPLE_RATE_HZ, Sound

SPEECH_DBM0 = -16.0  # while speaking; echoed at -12 dB it stays 11 dB below a weak key (-20 dBm0 a tone)

_FRAME_SAMPLES = 80
_ACTIVE_BELOW_PEAK_DB = 25.0  # frames weaker than this are pauses
_SILENT_BELOW_PEAK_DB = 40.0  # ends weaker than this are cut off
_LEAD_FRAMES, _TAIL_FRAMES = 1, 3
_LIMIT = 0.8  # of full scale: above it peaks are rounded off
_MOST_GAIN = 100.0

Wave = NDArray[np.float32]


def clip_of(file: Path | IO[bytes]) -> Sound:
    """The clip that a sound file of any format and rate holds; raises `BadRecording`."""
    try:
        samples, rate_hz = soundfile.read(file, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError, RuntimeError) as error:
        raise BadRecording(f"not a sound file: {error}") from error
    return shape(samples.mean(axis=1), rate_hz)


def shape(samples: Wave, rate_hz: int) -> Sound:
    """Samples between -1 and 1 at any rate as a clip; raises `BadRecording` when there is nothing to hear."""
    wave = samples if rate_hz == SAMPLE_RATE_HZ else soxr.resample(samples, rate_hz, SAMPLE_RATE_HZ)
    wave = _without_silent_ends(np.nan_to_num(wave))
    return np.rint(_limited(wave * _gain(wave)) * 32767).astype(np.int16)


def _frame_powers(wave: Wave) -> NDArray[np.float64]:
    frames = wave[: len(wave) // _FRAME_SAMPLES * _FRAME_SAMPLES].reshape(-1, _FRAME_SAMPLES)
    return np.asarray(np.mean(np.square(frames, dtype=np.float64), axis=1))


def _without_silent_ends(wave: Wave) -> Wave:
    powers = _frame_powers(wave)
    if not len(powers) or not powers.max():
        raise BadRecording("there is nothing to hear in it")
    loud = np.flatnonzero(powers > powers.max() * 10 ** (-_SILENT_BELOW_PEAK_DB / 10))
    first, last = max(0, loud[0] - _LEAD_FRAMES), loud[-1] + 1 + _TAIL_FRAMES
    return wave[first * _FRAME_SAMPLES : last * _FRAME_SAMPLES]


def _gain(wave: Wave) -> float:
    """What brings the mean power while speaking (after ITU-T P.56, simplified) to `SPEECH_DBM0`."""
    powers = _frame_powers(wave)
    active = powers[powers > powers.max() * 10 ** (-_ACTIVE_BELOW_PEAK_DB / 10)]
    wanted = 10 ** ((SPEECH_DBM0 - FULL_SCALE_SINE_DBM0) / 10) / 2
    return min(_MOST_GAIN, float(np.sqrt(wanted / active.mean())))


def _limited(wave: Wave) -> Wave:
    over = np.abs(wave) > _LIMIT
    room = 1.0 - _LIMIT
    rounded = np.sign(wave) * (_LIMIT + room * np.tanh((np.abs(wave) - _LIMIT) / room))
    return np.where(over, rounded, wave)
