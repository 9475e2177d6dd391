"""Where one line's sound meets the box: one source that speaks, any number of taps that listen.

The line's media thread calls `hear` with sound as it arrives (any length) and `speak` once for every 160 samples
that it received. All else may be called from any thread. In a call, time is counted in frames: `wait` blocks the
call thread until something happened or so many seconds of sound have passed.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 8000
FRAME_SAMPLES = 160
FRAME_S = FRAME_SAMPLES / SAMPLE_RATE_HZ

Sound = NDArray[np.int16]  # mono, 8 kHz
SILENT_FRAME: Sound = np.zeros(FRAME_SAMPLES, dtype=np.int16)


class Source(Protocol):
    """Something that speaks."""

    @property
    def stops_at_key(self) -> bool:
        """Barge-in: whether a key ends this source at once."""

    def frame(self) -> Sound | None:
        """The next 160 samples, or None when the source has ended."""


class Tap(Protocol):
    """Something that listens."""

    def heard(self, sound: Sound) -> None:
        """Sound from the caller, any number of samples."""

    def spoke(self, frame: Sound) -> None:
        """The frame that was just sent to the caller."""


@dataclass(frozen=True)
class KeyPressed:
    """The caller pressed a key: one of 0-9 * # A-D; `at_s` of the port's seconds, however late it is read."""

    key: str
    at_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class SourceEnded:
    """The source has spoken its last frame (never reported for a source that was stopped or replaced)."""


@dataclass(frozen=True)
class HungUp:
    """The call is over; why, in the field's words: "busy tone", "loop break", "silence", "unplugged", ..."""

    reason: str


PortEvent = KeyPressed | SourceEnded | HungUp


class Port:
    """The sound of one call."""

    def __init__(self) -> None:
        self._taps: tuple[Tap, ...] = ()
        self._source: Source | None = None
        self._is_live = False
        self._events: deque[PortEvent] = deque()
        self._frames = 0
        self._wake_at: int | None = None
        self._hung_up: HungUp | None = None
        self._purge = False
        self._only_listens = False
        self._changed = threading.Condition()

    # ---- the line's media thread ----

    def hear(self, sound: Sound) -> None:
        """Hand received sound to the taps."""
        for tap in self._taps:
            tap.heard(sound)

    def speak(self) -> Sound:
        """The next frame to send; advances the call's time by 20 ms."""
        return self._spoken(self._next_frame())

    def speak_unless_purged(self) -> Sound | None:
        """As `speak`, but None (and no time passes) when the device's buffer is to be thrown away first.

        For devices that are kept some frames ahead: what is spoken behind a stop never falls to its purge.
        """
        with self._changed:
            if self.take_purge():
                return None
            frame = self._next_frame()
        return self._spoken(frame)

    def take_purge(self) -> bool:
        """Whether what the device has buffered for play-out should be thrown away now; asking resets it."""
        if not self._purge:
            return False
        with self._changed:
            purge, self._purge = self._purge, False
        return purge

    def _spoken(self, frame: Sound) -> Sound:
        for tap in self._taps:
            tap.spoke(frame)
        return frame

    @property
    def is_speaking(self) -> bool:
        """Whether a source is there; what `speak` gives otherwise is `SILENT_FRAME` itself."""
        return self._source is not None

    @property
    def is_live(self) -> bool:
        """Whether what is played is somebody who speaks now."""
        return self._source is not None and self._is_live

    @property
    def stops_at_key(self) -> bool:
        """Whether a key would end what is being played: then sound is to be handed over in short chunks."""
        source = self._source
        return source is not None and source.stops_at_key

    @property
    def only_listens(self) -> bool:
        """Whether the call thread wants to hear more than to speak: a one-way modem then receives."""
        return self._only_listens

    def _next_frame(self) -> Sound:
        with self._changed:
            self._frames += 1
            frame = self._source.frame() if self._source else None
            if frame is None and self._source is not None:
                self._source = None
                self._add(SourceEnded())
            elif self._wake_at is not None and self._frames >= self._wake_at:
                self._changed.notify_all()
        return SILENT_FRAME if frame is None else frame

    # ---- detectors and drivers, any thread ----

    def key_began(self) -> None:
        """A key's tone began: a source that stops at a key falls silent at once, even in the device's buffer."""
        with self._changed:
            if self._source is not None and self._source.stops_at_key:
                self._source = None
                self._purge = True

    def key_pressed(self, key: str) -> None:
        """A key was recognised."""
        self.key_began()
        with self._changed:
            self._add(KeyPressed(key, self.seconds))

    def hang_up(self, reason: str) -> None:
        """The call is over, for `reason`; the first reason stays."""
        with self._changed:
            self._hung_up = self._hung_up or HungUp(reason)
            self._source = None
            self._changed.notify_all()

    # ---- the call thread ----

    @property
    def seconds(self) -> float:
        """How long the port has been up, counted in frames."""
        return self._frames * FRAME_S

    @property
    def hung_up(self) -> HungUp | None:
        return self._hung_up

    def add_tap(self, tap: Tap) -> None:
        self._taps = (*self._taps, tap)

    def remove_tap(self, tap: Tap) -> None:
        self._taps = tuple(each for each in self._taps if each is not tap)

    def play(self, source: Source, is_live: bool = False) -> None:
        """Let `source` speak from the next frame on, instead of what spoke before.

        A live one is somebody who speaks now: every frame that a device keeps ahead is delay in a conversation.
        """
        with self._changed:
            self._source, self._is_live = source, is_live

    def stop(self) -> None:
        """Fall silent at once."""
        with self._changed:
            self._source = None
            self._purge = True

    def withdraw(self, source: Source) -> None:
        """Fall silent if `source` is what speaks; anything else speaks on."""
        with self._changed:
            if self._source is source:
                self._source = None

    def only_listen(self, on: bool) -> None:
        """Before and after recording a caller: a modem that cannot do both at once receives instead of sending.

        Switching takes such a modem up to a second, and what is played meanwhile is lost; others take no notice.
        """
        self._only_listens = on

    def wait(self, seconds: float) -> PortEvent | None:
        """The next event, or None after `seconds` of sound without one; 0 only looks.

        After a hang-up every call returns the `HungUp` at once, before keys that are still unread.
        """
        with self._changed:
            self._wake_at = self._frames + (max(1, round(seconds / FRAME_S)) if seconds > 0 else 0)
            while self._hung_up is None and not self._events and self._frames < self._wake_at:
                self._changed.wait()
            self._wake_at = None
            if self._hung_up is not None:
                return self._hung_up
            return self._events.popleft() if self._events else None

    def _add(self, event: PortEvent) -> None:
        self._events.append(event)
        self._changed.notify_all()
