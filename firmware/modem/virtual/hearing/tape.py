"""The sound of one call as it arrives, with its level in 10 ms blocks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firmware.audio.port import SAMPLE_RATE_HZ, Sound

BLOCK = SAMPLE_RATE_HZ // 100  # samples

Samples = NDArray[np.float32]  # as loud as 16-bit samples
Levels = NDArray[np.float32]  # mean power of each block

_KEPT = 8 * SAMPLE_RATE_HZ
_NOISE_WINDOW = 400  # blocks: a call seldom goes 4 s without a gap between words
_MOST_NOISE = 250.0**2  # louder is a tone or speech without a pause
_LEAST_KNOWN = 30  # blocks
_SMOOTHED = 5  # blocks


class Tape:
    """Sound by its position in the call; keeps the last seconds."""

    def __init__(self) -> None:
        self._sound: Samples = np.zeros(0, np.float32)
        self._power: Levels = np.zeros(0, np.float32)
        self._first = 0  # position of self._sound[0], a multiple of BLOCK

    @property
    def end(self) -> int:
        """Samples that have arrived since the call began."""
        return self._first + len(self._sound)

    def append(self, sound: Sound) -> None:
        """Add what arrived next."""
        self._sound = np.concatenate([self._sound, sound.astype(np.float32)])
        new = self._sound[len(self._power) * BLOCK :]
        whole = new[: len(new) // BLOCK * BLOCK].reshape(-1, BLOCK)
        self._power = np.concatenate([self._power, np.mean(whole**2, axis=1)])
        spare = (len(self._sound) - _KEPT) // BLOCK * BLOCK
        if spare > _KEPT // 4:
            self._sound, self._power = self._sound[spare:], self._power[spare // BLOCK :]
            self._first += spare

    def cut(self, start: int, end: int) -> Samples:
        """The samples from `start` to `end`; zeros where there are none (before the call, or not kept)."""
        wanted = self._sound[max(0, start - self._first) : max(0, end - self._first)]
        missing = min(max(0, self._first - start), end - start)
        return np.concatenate([np.zeros(missing, np.float32), wanted]) if missing else wanted

    def powers(self, block: int) -> Levels:
        """Mean power of every block that is complete, from block number `block` on."""
        return self._power[max(0, block - self._first // BLOCK) :]

    def noise(self, block: int) -> float:
        """Power of the line's noise before `block`: the quietest 50 ms of the last seconds, at most about -36 dBm0."""
        until = block - self._first // BLOCK
        recent = self._power[max(0, until - _NOISE_WINDOW) : until]
        recent = recent[recent > 1.0]  # digital silence says nothing of the line
        if len(recent) < _LEAST_KNOWN:
            return 0.0
        sums = np.convolve(recent, np.ones(_SMOOTHED, np.float32), "valid")
        return min(_MOST_NOISE, float(sums.min()) / _SMOOTHED)
