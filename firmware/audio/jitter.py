"""A small jitter buffer between two clocks: what one side says at its own pace, another takes at its own.

One thread puts, another takes; neither ever waits, because appending to a deque and taking from it are atomic.
"""

from __future__ import annotations

from collections import deque

from firmware.audio.port import Sound

TARGET_FRAMES = 2
MOST_FRAMES = 8  # a listener that lies still for a moment takes so many at once; older ones are too late to be heard
_FEWEST_FRAMES = 1.5  # on average: with fewer, what comes unevenly leaves gaps
WINDOW_FRAMES = 25  # clocks that differ by 1 % are a frame apart after a hundred


class JitterBuffer:
    """Begins when `TARGET_FRAMES` wait, and keeps about as many there by dropping or repeating one."""

    def __init__(self) -> None:
        self._frames: deque[Sound] = deque(maxlen=MOST_FRAMES)  # a full one drops its oldest
        self._last: Sound | None = None  # to be repeated; None while nothing flows
        self._begin_window()

    def put(self, frame: Sound) -> None:
        """20 ms from the one who speaks."""
        self._frames.append(frame)

    def take(self) -> Sound | None:
        """The next 20 ms, or None when there is nothing to be heard."""
        if self._last is None and not self._begins():
            return None
        waiting = len(self._frames)
        self._note(waiting)
        if not waiting:
            return self._bridge_gap()
        if self._taken >= WINDOW_FRAMES:
            least, mean = self._least, self._sum / self._taken
            self._begin_window()
            if mean < _FEWEST_FRAMES:
                return self._last  # the speaker's clock is slower: one frame twice
            for _ in range(least - TARGET_FRAMES):
                self._frames.popleft()  # it is faster, or was held up: nobody missed these for half a second
        self._last = self._frames.popleft()
        return self._last

    def restart(self) -> None:
        """Nobody has taken anything for a while: begin anew, with what is fresh."""
        self._last = None

    def _begins(self) -> bool:
        if len(self._frames) < TARGET_FRAMES:
            return False
        while len(self._frames) > TARGET_FRAMES:
            self._frames.popleft()
        self._begin_window()
        return True

    def _bridge_gap(self) -> Sound | None:
        """Repeat the last frame once; a second gap in a row is silence until enough has come again."""
        frame, self._last = self._last, None
        return frame

    def _begin_window(self) -> None:
        self._taken, self._sum, self._least = 0, 0, MOST_FRAMES

    def _note(self, waiting: int) -> None:
        self._taken += 1
        self._sum += waiting
        self._least = min(self._least, waiting)
