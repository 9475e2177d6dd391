"""Short sounds of the box itself in a talk: the warning beep, and keys for the far end."""

from __future__ import annotations

from functools import cache

import numpy as np

from firmware.audio.levels import tone
from firmware.audio.player import PromptSource
from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, Sound
from firmware.audio.spandsp import DtmfSender

_BEEP_HZ, _BEEP_FRAMES, _BEEP_DBM0 = 1400.0, 10, -20.0  # above speech's strongest band, no frequency of a key
_FADE_S = 0.01  # a tone that begins at once clicks


@cache
def warning_beep() -> tuple[Sound, ...]:
    """The frames of a short beep, quiet enough to talk on."""
    sound = tone((_BEEP_HZ,), _BEEP_FRAMES * FRAME_SAMPLES / SAMPLE_RATE_HZ, _BEEP_DBM0) * _fades()
    return tuple(np.rint(sound).astype(np.int16).reshape(_BEEP_FRAMES, FRAME_SAMPLES))


def keys(pressed: str) -> PromptSource:
    """A source that sends the tones of these keys and ends; raises `BadKeys`."""
    return PromptSource([[DtmfSender().sound(pressed)]], stops_at_key=False)


def _fades() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    length = _BEEP_FRAMES * FRAME_SAMPLES
    places = np.arange(length) / (_FADE_S * SAMPLE_RATE_HZ)
    return np.clip(np.minimum(places, places[::-1]), 0.0, 1.0)
