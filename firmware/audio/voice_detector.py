"""Whether a caller speaks: by the level of each stretch of sound against the line's own noise."""

from __future__ import annotations

from firmware.audio.levels import level_dbm0
from firmware.audio.port import Sound

_FLOOR_AT_LEAST_DBM0, _FLOOR_AT_MOST_DBM0 = -55.0, -38.0
_ABOVE_FLOOR_DB = 8.0
_RISE_DB_PER_SAMPLE = 3.0 / 8000  # the noise floor is the least level of late: it may rise 3 dB a second


class VoiceDetector:
    """Feed it sound in order; it counts the silence at the end."""

    def __init__(self) -> None:
        self._floor_dbm0 = _FLOOR_AT_LEAST_DBM0
        self.silent_samples = 0  # since a voice was last heard

    def feed(self, sound: Sound) -> None:
        level = level_dbm0(sound)
        rising = self._floor_dbm0 + _RISE_DB_PER_SAMPLE * len(sound)
        self._floor_dbm0 = min(max(level, _FLOOR_AT_LEAST_DBM0), rising, _FLOOR_AT_MOST_DBM0)
        self.silent_samples = 0 if level > self._floor_dbm0 + _ABOVE_FLOOR_DB else self.silent_samples + len(sound)
