"""Sound that waits to be sent, on a time line of samples."""

from __future__ import annotations

import numpy as np

from firmware.audio.port import Sound
from firmware.modem.virtual.tones import SILENCE, TICK_SAMPLES


class SoundQueue:
    """Sounds one after the other, handed out a tick at a time, with silence where there is nothing to send."""

    def __init__(self) -> None:
        self._queue = np.zeros(0, np.int16)
        self._sent = 0

    @property
    def end_sample(self) -> int:
        """Where the next sound will begin, counted from the first sample handed out."""
        return self._sent + len(self._queue)

    @property
    def is_empty(self) -> bool:
        return not len(self._queue)

    def add(self, sound: Sound) -> None:
        self._queue = np.concatenate((self._queue, sound))

    def clear(self) -> None:
        self._queue = self._queue[:0]

    def next(self) -> Sound:
        """The next tick."""
        self._sent += TICK_SAMPLES
        if not len(self._queue):
            return SILENCE
        sound, self._queue = self._queue[:TICK_SAMPLES], self._queue[TICK_SAMPLES:]
        return sound if len(sound) == TICK_SAMPLES else np.concatenate((sound, SILENCE[len(sound) :]))
