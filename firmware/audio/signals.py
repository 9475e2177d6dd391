"""Short sounds of the box itself in a talk: the warning beep, and keys for the far end."""

from __future__ import annotations

from functools import cache

import numpy as np

from firmware.audio.levels import tone
from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, SILENT_FRAME, Sound
from firmware.audio.spandsp import DtmfSender

_BEEP_HZ, _BEEP_FRAMES, _BEEP_DBM0 = 1400.0, 10, -20.0  # above speech's strongest band, no frequency of a key
_RING_BACK_HZ, _RING_BACK_DBM0, _RING_BACK_ON_FRAMES, _RING_BACK_FRAMES = 450.0, -20.0, 50, 250
_FADE_S = 0.01  # a tone that begins at once clicks


@cache
def warning_beep() -> tuple[Sound, ...]:
    """The frames of a short beep, quiet enough to talk on."""
    sound = tone((_BEEP_HZ,), _BEEP_FRAMES * FRAME_SAMPLES / SAMPLE_RATE_HZ, _BEEP_DBM0) * _fades()
    return tuple(np.rint(sound).astype(np.int16).reshape(_BEEP_FRAMES, FRAME_SAMPLES))


def key_frames(pressed: str) -> list[Sound]:
    """The tones of these keys, frame by frame; raises `BadKeys`."""
    sound = DtmfSender().sound(pressed)
    return list(np.pad(sound, (0, -len(sound) % FRAME_SAMPLES)).reshape(-1, FRAME_SAMPLES))


class RingBack:
    """What who calls hears while it rings at the other end: a second of tone in five, as in China (E.180 Suppl. 2)."""

    def __init__(self) -> None:
        self._at = 0

    @property
    def stops_at_key(self) -> bool:
        return False

    def frame(self) -> Sound:
        at, self._at = self._at, (self._at + 1) % _RING_BACK_FRAMES
        return _ring_back_tone()[at] if at < _RING_BACK_ON_FRAMES else SILENT_FRAME


@cache
def _ring_back_tone() -> tuple[Sound, ...]:
    sound = tone((_RING_BACK_HZ,), _RING_BACK_ON_FRAMES * FRAME_SAMPLES / SAMPLE_RATE_HZ, _RING_BACK_DBM0)
    return tuple(np.rint(sound).astype(np.int16).reshape(_RING_BACK_ON_FRAMES, FRAME_SAMPLES))


def _fades() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    length = _BEEP_FRAMES * FRAME_SAMPLES
    places = np.arange(length) / (_FADE_S * SAMPLE_RATE_HZ)
    return np.clip(np.minimum(places, places[::-1]), 0.0, 1.0)
