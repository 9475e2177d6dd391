"""Two clocks on one bridge: an hour of a line or a browser whose clock is fast, slow or uneven, in no real time."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Iterator

import numpy as np
import pytest

from firmware.audio.bridge import Bridge
from firmware.audio.jitter import MOST_FRAMES, TARGET_FRAMES, JitterBuffer
from firmware.audio.port import FRAME_SAMPLES, Port, Sound

HOUR_FRAMES = 180_000
LONGEST_S = (TARGET_FRAMES + 2.2) * 0.02


def numbered(number: int) -> Sound:
    frame = np.zeros(FRAME_SAMPLES, np.int16)
    frame[:2] = divmod(number, 10_000)
    return frame


def number_of(frame: Sound) -> int:
    return int(frame[0]) * 10_000 + int(frame[1])


def ticks(period_s: float, late_s: float, seed: int) -> Iterator[float]:
    """When a clock's frames come: each late by up to `late_s`, never before the one before."""
    chance, at_s = random.Random(seed), 0.0
    for number in itertools.count():
        at_s = max(at_s, number * period_s + chance.uniform(0.0, late_s))
        yield at_s


def an_hour(speaker_period_s: float, late_s: float = 0.0) -> tuple[list[int], list[float]]:
    """What the listener got (a frame's number, 0 for silence), and how old it was."""
    bridge, mouth, ear = Bridge(), Port(), Port()
    speaker, listener = bridge.join(mouth), bridge.join(ear)
    listener.hear(speaker)
    said_at: list[float] = [0.0]
    got: list[int] = []
    ages: list[float] = []
    spoken = ((at_s, True) for at_s in ticks(speaker_period_s, late_s, 1))
    taken = ((at_s, False) for at_s in ticks(0.02, late_s, 2))
    for at_s, is_spoken in heapq.merge(spoken, taken):
        if is_spoken:
            mouth.hear(numbered(len(said_at)))
            said_at.append(at_s)
            continue
        number = number_of(ear.speak())
        got.append(number)
        ages.append(at_s - said_at[number] if number else 0.0)
        if len(got) == HOUR_FRAMES:
            return got, ages
    raise AssertionError("the clocks stopped")


@pytest.mark.parametrize("speaker_period_s", [0.02, 0.02 / 1.01, 0.02 / 0.99])
def test_an_hour_of_clocks_that_differ_leaves_no_gap_and_no_growing_delay(speaker_period_s: float) -> None:
    got, ages = an_hour(speaker_period_s)
    heard = list(itertools.dropwhile(lambda number: not number, got))
    assert len(got) - len(heard) <= TARGET_FRAMES
    steps = {later - earlier for earlier, later in itertools.pairwise(heard)}
    assert steps <= {0, 1, 2}  # one frame twice, the next one, one left out
    assert max(ages) < LONGEST_S
    assert np.mean(ages[-1000:]) < np.mean(ages[1000:2000]) + 0.02
    changed = sum(later - earlier != 1 for earlier, later in itertools.pairwise(heard))
    assert changed <= HOUR_FRAMES * 0.0105
    if speaker_period_s == 0.02:
        assert not changed


@pytest.mark.parametrize("speaker_period_s", [0.02, 0.02 / 1.01, 0.02 / 0.99])
def test_frames_that_come_unevenly_are_evened_out(speaker_period_s: float) -> None:
    got, ages = an_hour(speaker_period_s, late_s=0.01)
    heard = list(itertools.dropwhile(lambda number: not number, got))
    assert {later - earlier for earlier, later in itertools.pairwise(heard)} <= {0, 1, 2}
    assert max(ages) < LONGEST_S + 0.02


def test_a_stall_of_the_speaker_is_heard_once_and_not_as_delay_ever_after() -> None:
    edge = JitterBuffer()
    for number in range(1, 11):
        edge.put(numbered(number))
        edge.take()
    stalled = [edge.take() for _ in range(10)]
    assert [number_of(frame) for frame in stalled if frame is not None] == [10, 10]
    for number in range(11, 21):
        edge.put(numbered(number))
    fresh = edge.take()
    assert fresh is not None
    assert number_of(fresh) == 19


def test_what_a_held_up_page_sends_at_once_does_not_stay_as_delay() -> None:
    edge = JitterBuffer()
    at = 0

    def one_more() -> int:
        nonlocal at
        at += 1
        edge.put(numbered(at))
        frame = edge.take()
        return at - number_of(frame) if frame is not None else 0

    for _ in range(10):
        one_more()
    for _ in range(25):
        at += 1
        edge.put(numbered(at))
    assert one_more() < MOST_FRAMES
    behind = [one_more() for _ in range(60)]
    assert behind[-1] == TARGET_FRAMES - 1
