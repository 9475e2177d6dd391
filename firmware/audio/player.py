"""What the box says to a caller: clips one after the other, ready to be cut into frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from firmware.audio.levels import tone
from firmware.audio.port import FRAME_S, FRAME_SAMPLES, SAMPLE_RATE_HZ, Sound

FRAGMENT_GAP_MS = 50  # between the fragments of one prompt: as between the words of a sentence
PROMPT_GAP_MS = 400  # between two prompts: as between sentences
_BEEP_HZ, _BEEP_S, _BEEP_DBM0 = 1000.0, 0.4, -16.0


class PromptSource:
    """Speaks prompts, each a row of clips, then ends; a key cannot stop the first `deaf_s` seconds."""

    def __init__(
        self,
        prompts: Iterable[Sequence[Sound]],
        stops_at_key: bool = True,
        fragment_gap_ms: int = FRAGMENT_GAP_MS,
        prompt_gap_ms: int = PROMPT_GAP_MS,
        deaf_s: float = 0.0,
    ) -> None:
        self._can_stop = stops_at_key
        self._deaf_s = deaf_s
        prompt_sounds = [_joined(clips, fragment_gap_ms) for clips in prompts]
        self._sound = _whole_frames(_joined(prompt_sounds, prompt_gap_ms))
        self._sound.flags.writeable = False  # frames are views of it
        self._at = 0

    @property
    def stops_at_key(self) -> bool:
        """Whether a key that began now would end it."""
        return self._can_stop and self.spoken_s >= self._deaf_s

    @property
    def seconds(self) -> float:
        """How long all of it lasts."""
        return len(self._sound) / SAMPLE_RATE_HZ

    @property
    def spoken_s(self) -> float:
        """How much of it has been spoken."""
        return self._at / FRAME_SAMPLES * FRAME_S

    def frame(self) -> Sound | None:
        if self._at >= len(self._sound):
            return None
        frame = self._sound[self._at : self._at + FRAME_SAMPLES]
        self._at += FRAME_SAMPLES
        return frame


def beep() -> Sound:
    """The tone after which a caller's message is recorded."""
    return tone((_BEEP_HZ,), _BEEP_S, _BEEP_DBM0)


def silence(seconds: float) -> Sound:
    """A clip of silence."""
    return np.zeros(round(seconds * SAMPLE_RATE_HZ), np.int16)


def _joined(sounds: Sequence[Sound], gap_ms: int) -> Sound:
    gap = silence(gap_ms / 1000)
    parts = [part for sound in sounds if len(sound) for part in (gap, sound)]
    return np.concatenate(parts[1:]) if parts else silence(0)


def _whole_frames(sound: Sound) -> Sound:
    return np.pad(sound, (0, -len(sound) % FRAME_SAMPLES))
