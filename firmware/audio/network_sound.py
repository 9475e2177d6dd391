"""Is it silent on the line, does the network sound a tone, or is it somebody? Told for each frame of 20 ms."""

from __future__ import annotations

from collections import deque
from enum import Enum

import numpy as np

from firmware.audio.errors import UnknownCountry
from firmware.audio.port import FRAME_SAMPLES, SAMPLE_RATE_HZ, Sound

_LOUD_RMS = 300.0  # -35 dBm0: the noise of a line lies below, a quiet voice above
_TONE_SHARE = 0.6  # of a frame's energy
_VOICE_FRAMES, _VOICE_WINDOW = 8, 50  # so much within a second is no click

# call progress tones (ITU-T E.180 Supplement 2) and, for each, neighbours as far off as exchanges are
_TONES_HZ = {
    "cn": (425, 450, 475),
    "us": (350, 440, 480, 620),
    "de": (400, 425, 450),
}


class Kind(Enum):
    """What one frame holds."""

    SILENCE = "silence"
    TONE = "tone"
    OTHER = "other"


class NetworkEar:
    """Tells the frames of one call apart; raises `UnknownCountry`."""

    def __init__(self, country: str) -> None:
        if country not in _TONES_HZ:
            raise UnknownCountry(f"there are network tones for {', '.join(_TONES_HZ)}, not for {country!r}")
        turns = 2 * np.pi * np.outer(np.arange(FRAME_SAMPLES), _TONES_HZ[country]) / SAMPLE_RATE_HZ
        self._tones, _ = np.linalg.qr(np.concatenate((np.cos(turns), np.sin(turns)), axis=1))
        self._rest = np.zeros(0, np.int16)
        self._latest: deque[Kind] = deque(maxlen=_VOICE_WINDOW)

    def hear(self, sound: Sound) -> list[Kind]:
        """The frames that are complete with `sound`."""
        sound = np.concatenate((self._rest, sound))
        whole = len(sound) // FRAME_SAMPLES * FRAME_SAMPLES
        self._rest = sound[whole:]
        kinds = [self._kind(frame) for frame in sound[:whole].reshape(-1, FRAME_SAMPLES).astype(np.float64)]
        self._latest.extend(kinds)
        return kinds

    @property
    def hears_somebody(self) -> bool:
        """Whether there was a voice, music or an announcement within the last second."""
        return self._latest.count(Kind.OTHER) >= _VOICE_FRAMES

    @property
    def hears_endless_tone(self) -> bool:
        """Whether the last second was one tone, as dial tone is (congestion tone has gaps)."""
        return self._latest.count(Kind.TONE) >= _VOICE_WINDOW - 3

    def _kind(self, frame: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Kind:
        energy = float(frame @ frame)
        if energy < _LOUD_RMS**2 * FRAME_SAMPLES:
            return Kind.SILENCE
        in_tones = frame @ self._tones
        return Kind.TONE if float(in_tones @ in_tones) > _TONE_SHARE * energy else Kind.OTHER
