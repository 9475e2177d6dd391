"""What two copper wires do to sound: gain, noise and the hybrid's echo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware.audio.port import Sound
from firmware.modem.virtual.errors import BadConfig
from firmware.modem.virtual.tones import TICK_SAMPLES, rms_of_dbm0

ECHO_DELAY_SAMPLES = 8  # 1 ms: a local loop's round trip through the hybrid
NOISE_SAMPLES = 80_000


@dataclass(frozen=True)
class LineQuality:
    """How a line sounds: `gain_db` both ways, noise and echo level (None: none); echo relative to what was sent."""

    gain_db: float = 0.0
    noise_dbm0: float | None = None
    echo_db: float | None = None

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("gain_db", self.gain_db, -60.0, 20.0),
            ("noise_dbm0", self.noise_dbm0, -90.0, 0.0),
            ("echo_db", self.echo_db, -90.0, 0.0),
        ):
            if (value is None and name == "gain_db") or (value is not None and not low <= value <= high):
                raise BadConfig(f"{name} is {value}, but must lie between {low:g} and {high:g}")


class LineModel:
    """Carries one subscriber line's sound, a tick at a time."""

    def __init__(self, quality: LineQuality, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self._tail = np.zeros(ECHO_DELAY_SAMPLES, dtype=np.float32)
        self.quality = quality

    @property
    def quality(self) -> LineQuality:
        return self._quality

    @quality.setter
    def quality(self, quality: LineQuality) -> None:
        self._quality = quality
        self._gain = np.float32(10 ** (quality.gain_db / 20))
        self._echo = None if quality.echo_db is None else np.float32(10 ** (quality.echo_db / 20))
        self._noise: NDArray[np.float32] | None = None
        if quality.noise_dbm0 is not None:
            noise = self._random.standard_normal(NOISE_SAMPLES, dtype=np.float32)
            self._noise = noise * np.float32(rms_of_dbm0(quality.noise_dbm0))

    def toward_network(self, sound: Sound) -> Sound:
        """What the exchange receives when the subscriber sends `sound`."""
        return sound if self._gain == 1 else _to_int16(sound * self._gain)

    def toward_subscriber(self, far: Sound, near: Sound) -> Sound:
        """What the subscriber receives when the exchange sends `far` while he sends `near`."""
        mixed = far * self._gain
        if self._echo is not None:
            delayed = np.concatenate((self._tail, near.astype(np.float32)))
            mixed += delayed[:TICK_SAMPLES] * self._echo
            self._tail = delayed[TICK_SAMPLES:]
        if self._noise is not None:
            start = int(self._random.integers(NOISE_SAMPLES - TICK_SAMPLES))
            mixed += self._noise[start : start + TICK_SAMPLES]
        return _to_int16(mixed)


def _to_int16(sound: NDArray[np.float32]) -> Sound:
    return np.clip(sound, -32768, 32767).astype(np.int16)
