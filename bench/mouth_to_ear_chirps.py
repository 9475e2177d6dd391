"""Chirps: short sweeps whose place in any sound is found to the sample by correlation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from firmware.audio.port import SAMPLE_RATE_HZ, Sound

SECONDS = 0.2
_FROM_HZ, _TO_HZ = 500.0, 2500.0
_PEAK = 6000.0
_LEAST_LIKENESS = 0.5  # of 1: what is found below is something else


def chirp() -> Sound:
    """A rising sweep, faded in and out."""
    times = np.arange(round(SECONDS * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    turns = _FROM_HZ * times + (_TO_HZ - _FROM_HZ) / (2 * SECONDS) * times**2
    return np.rint(_PEAK * np.sin(2 * np.pi * turns) * np.hanning(len(times))).astype(np.int16)


def write(file: Path) -> Path:
    """A chirp for a phone to say."""
    soundfile.write(file, chirp(), SAMPLE_RATE_HZ, subtype="PCM_16")
    return file


def place(sound: Sound, start: int, end: int) -> int | None:
    """The sample at which the chirp begins that is somewhere between `start` and `end`; None if none is whole there."""
    shape = chirp().astype(np.float64)
    part = sound[start:end].astype(np.float64)
    if len(part) < len(shape):
        return None
    found = np.correlate(part, shape, "valid")
    powers = np.convolve(np.square(part), np.ones(len(shape)), "valid")
    likeness = found / np.sqrt(np.maximum(powers, 1.0) * np.sum(np.square(shape)))
    best = int(np.argmax(likeness))
    return start + best if likeness[best] >= _LEAST_LIKENESS else None
