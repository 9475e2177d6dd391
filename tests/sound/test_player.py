"""What a caller hears: clips in order, short gaps within a prompt, longer ones between prompts."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from firmware.audio.player import FRAGMENT_GAP_MS, PROMPT_GAP_MS, PromptSource, beep, silence
from firmware.audio.port import FRAME_SAMPLES, Port, Sound, SourceEnded


def clip(value: int, samples: int = 1000) -> Sound:
    return np.full(samples, value, np.int16)


def spoken(source: PromptSource) -> Sound:
    frames = []
    while (frame := source.frame()) is not None:
        assert len(frame) == FRAME_SAMPLES
        frames.append(frame)
    return np.concatenate(frames) if frames else silence(0)


def runs(sound: Sound) -> list[tuple[int, int]]:
    """(value, samples) of each stretch of equal samples."""
    edges = [0, *(np.flatnonzero(np.diff(sound)) + 1), len(sound)]
    return [(int(sound[start]), int(end - start)) for start, end in itertools.pairwise(edges)]


def test_gaps_are_short_within_a_prompt_and_long_between_prompts() -> None:
    heard = runs(spoken(PromptSource([[clip(1), clip(2)], [clip(3)]])))
    assert heard[:5] == [(1, 1000), (0, FRAGMENT_GAP_MS * 8), (2, 1000), (0, PROMPT_GAP_MS * 8), (3, 1000)]


def test_nothing_is_lost_at_the_end() -> None:
    assert np.count_nonzero(spoken(PromptSource([[clip(7, 1001)]]))) == 1001


def test_a_prompt_without_clips_ends_at_once() -> None:
    assert PromptSource([]).frame() is None
    assert PromptSource([[], [silence(0)]]).frame() is None


def test_an_empty_prompt_leaves_no_gap() -> None:
    assert runs(spoken(PromptSource([[], [clip(1, 160)], []]))) == [(1, 160)]


def test_it_tells_how_far_it_is() -> None:
    source = PromptSource([[clip(1, 8000)]])
    assert (source.seconds, source.spoken_s) == (1.0, 0.0)
    source.frame()
    assert source.spoken_s == pytest.approx(0.02)


def test_frames_cannot_be_changed_by_who_plays_them() -> None:
    frame = PromptSource([[clip(1)]]).frame()
    assert frame is not None
    with pytest.raises(ValueError, match="read-only"):
        frame[0] = 1


def test_a_key_stops_it_in_the_port_unless_it_must_be_heard() -> None:
    for stops, left in ((True, 0), (False, 1)):
        port = Port()
        port.play(PromptSource([[clip(1, 800)]], stops_at_key=stops))
        port.speak()
        port.key_began()
        assert bool(port.speak().any()) == bool(left)


def test_the_port_is_told_when_all_was_spoken() -> None:
    port = Port()
    port.play(PromptSource([[beep()]]))
    for _ in range(22):
        port.speak()
    assert port.wait(0) == SourceEnded()
