"""What a line does to sound, and a call put together from clips."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from firmware.audio.port import Sound
from firmware.modem.virtual.tones import rms_of_dbm0

RATE = 8000


def over_line(
    sound: Sound,
    *,
    gain_db: float = 0.0,
    noise_dbm0: float | None = None,
    echo_db: float | None = None,
    is_8_bit: bool = False,
) -> Sound:
    """`sound` as it arrives over a line of this quality."""
    wave: NDArray[np.float64] = sound * 10 ** (gain_db / 20)
    if echo_db is not None:
        wave = wave + 10 ** (echo_db / 20) * np.concatenate([np.zeros(40), wave[:-40]])
    if noise_dbm0 is not None:
        wave = wave + np.random.default_rng(1).standard_normal(len(wave)) * rms_of_dbm0(noise_dbm0)
    if is_8_bit:
        wave = np.round(wave / 256) * 256
    return np.clip(wave, -32768, 32767).astype(np.int16)


def quiet(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), np.int16)


def tone(hertz: tuple[float, ...], seconds: float, peak: float = 3000.0) -> Sound:
    at = np.arange(int(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * each * at) for each in hertz) * peak
    return np.asarray(wave, np.int16)


@dataclass
class Script:
    """A call's sound in the making, and what is said where."""

    folder: Path
    parts: list[Sound] = field(default_factory=list)
    said: list[tuple[str, int, int]] = field(default_factory=list)  # text, begins, ends

    def __post_init__(self) -> None:
        lines = (self.folder / "index.jsonl").read_text(encoding="utf-8").splitlines()
        self._files = {entry["text"]: entry["file"] for entry in map(json.loads, lines)}

    def wait(self, seconds: float) -> Script:
        return self.play(quiet(seconds))

    def play(self, sound: Sound) -> Script:
        self.parts.append(sound)
        return self

    def say(self, text: str, for_s: float | None = None) -> Script:
        """The clip of `text`, or its first `for_s` seconds."""
        sound, _ = soundfile.read(self.folder / self._files[text], dtype="int16")
        if for_s is not None:
            sound = sound[: int(for_s * RATE)]
        begins = sum(map(len, self.parts))
        self.said.append((text, begins, begins + len(sound)))
        return self.play(sound)

    @property
    def texts(self) -> list[str]:
        return list(self._files)

    @property
    def sound(self) -> Sound:
        return np.concatenate(self.parts)
