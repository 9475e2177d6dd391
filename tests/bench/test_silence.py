"""The bench's ruler: when a prompt falls silent after a key, and when the next one begins."""

from __future__ import annotations

import numpy as np

from bench.silence import MS, is_sounding, silent_from, sound_from
from firmware.audio.port import Sound


def speech(ms: int) -> Sound:
    return (np.sin(np.arange(ms * MS) * 0.3) * 3000).astype(np.int16)


def pause(ms: int) -> Sound:
    return np.zeros(ms * MS, np.int16)


HEARD = np.concatenate([speech(500), pause(35), speech(125), pause(300), speech(200)])


def test_a_prompt_is_silent_from_its_last_sound_on() -> None:
    assert silent_from(HEARD, 430 * MS) == 660 * MS


def test_a_gap_within_a_word_is_no_silence() -> None:
    assert silent_from(HEARD, 510 * MS) == 660 * MS


def test_what_is_silent_already_is_silent_at_once() -> None:
    assert silent_from(HEARD, 700 * MS) == 700 * MS


def test_a_prompt_that_goes_on_is_never_silent() -> None:
    assert silent_from(speech(1000), 0) is None


def test_the_reply_begins_with_its_first_sound() -> None:
    assert sound_from(HEARD, 670 * MS) == 960 * MS
    assert sound_from(pause(35), 0) is None


def test_a_prompt_sounds_or_pauses_when_a_key_is_pressed() -> None:
    assert is_sounding(HEARD, 450 * MS)
    assert not is_sounding(HEARD, 800 * MS)
