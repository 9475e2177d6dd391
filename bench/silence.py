"""Where a phone's sound falls silent and where it begins again, to the millisecond."""

from __future__ import annotations

import numpy as np

from firmware.audio.port import SAMPLE_RATE_HZ, Sound

MS = SAMPLE_RATE_HZ // 1000  # samples
_LOUD = 100  # of 32 767: 8-bit coding of silence stays below
_GAP_MS = 40  # a silence this long is hardly a gap within a word, and before the reply to a key there is not much more


def silent_from(sound: Sound, position: int) -> int | None:
    """The sample, from `position` on, at which a silence of more than 40 ms begins; None if there is none."""
    loud = np.flatnonzero(_loud_ms(sound, position))
    ends = np.concatenate([[-1], loud])
    begins = np.concatenate([loud, [(len(sound) - position) // MS]])
    for end, begin in zip(ends, begins, strict=True):
        if begin - end > _GAP_MS:
            return position + (int(end) + 1) * MS
    return None


def sound_from(sound: Sound, position: int) -> int | None:
    """The sample, from `position` on, at which something can be heard; None if nothing can."""
    loud = np.flatnonzero(_loud_ms(sound, position))
    return position + int(loud[0]) * MS if len(loud) else None


def is_sounding(sound: Sound, position: int, for_ms: int = 20) -> bool:
    """Whether something can be heard in the `for_ms` before `position`."""
    return bool(_loud_ms(sound[:position], max(0, position - for_ms * MS)).any())


def _loud_ms(sound: Sound, position: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each whole millisecond from `position` on can be heard."""
    after = sound[position:]
    whole = after[: len(after) // MS * MS].astype(np.int32).reshape(-1, MS)
    loud: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.abs(whole).max(axis=1, initial=0) > _LOUD
    return loud
