"""A phone finds out which prompt it hears by matching the sound itself.

An `Ear` knows the clips of a folder; a `Listener` reads the growing sound file of one virtual phone's call, tells what
was heard in it and lets a test or a transcript wait for a prompt. No threads; a listened call costs about 2 % of a
core in real time.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from firmware.audio.port import Sound
from firmware.clock import Clock, Deadline
from firmware.modem.virtual.hearing.ear import Ear
from firmware.modem.virtual.hearing.heard import Heard, Quiet, Sighting, ToneHeard, UnknownSpeech
from firmware.modem.virtual.hearing.recognition import Hearing

__all__ = ["Ear", "Heard", "Hearing", "Listener", "NotHeard", "Quiet", "Sighting", "ToneHeard", "UnknownSpeech"]

_POLL_S = 0.1


class NotHeard(AssertionError):
    """A prompt that was waited for was not heard in time; the message holds what was heard instead."""


class Listener:
    """Listens to one call of a virtual phone through the file that its sound is written to."""

    def __init__(self, ear: Ear, heard_file: Path, clock: Clock) -> None:
        self.history: list[Sighting] = []
        self._hearing = Hearing(ear)
        self._file = heard_file
        self._clock = clock
        self._read_bytes = 0
        self._waited_for = 0  # entries of the history that a wait has consumed

    def poll(self) -> list[Sighting]:
        """What was made out since the last poll, in order."""
        return self._note(self._hearing.feed(self._new_sound()))

    def finish(self) -> list[Sighting]:
        """The call is over: what the rest of its sound says."""
        return self.poll() + self._note(self._hearing.finish())

    def wait_for(self, what: str | Callable[[Sighting], bool], timeout_s: float) -> Sighting:
        """The next thing heard that fits: a text (or a part of one) of a prompt, or a condition.

        What was heard before it is passed over and not found by a later wait. Raises `NotHeard` after `timeout_s`
        seconds on the clock.
        """
        deadline = Deadline(self._clock, timeout_s)
        while True:
            self.poll()
            while self._waited_for < len(self.history):
                sighting = self.history[self._waited_for]
                self._waited_for += 1
                if _fits(sighting, what):
                    return sighting
            if deadline.is_over:
                raise NotHeard(f"waited {timeout_s:g} s for {what!r}; heard {self.history}")
            self._clock.sleep(_POLL_S)

    def _note(self, found: list[Sighting]) -> list[Sighting]:
        self.history += found
        return found

    def _new_sound(self) -> Sound:
        if not self._file.exists():
            return np.zeros(0, np.int16)
        with self._file.open("rb") as file:
            file.seek(self._read_bytes)
            new = file.read()
        new = new[: len(new) // 2 * 2]
        self._read_bytes += len(new)
        return np.frombuffer(new, dtype="<i2").astype(np.int16)


def _fits(sighting: Sighting, what: str | Callable[[Sighting], bool]) -> bool:
    if not isinstance(what, str):
        return what(sighting)
    return isinstance(sighting, Heard) and any(what in text for text in (sighting.text, *sighting.also))
