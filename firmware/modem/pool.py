"""The lines as one group for the box's own calls: callers come first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from firmware.modem.errors import AllLinesBusy, CantDial, LineInUse
from firmware.modem.line import Line, OutgoingCall


class TrunkGroup:
    """Takes lines for calls of the box and leaves some free for callers; safe from any thread."""

    def __init__(self, lines: Sequence[Line], leave_free: Callable[[], int]) -> None:
        """`leave_free` is asked for each call: how many lines stay free for callers."""
        self._lines = tuple(lines)
        self._leave_free = leave_free
        self._lock = threading.Lock()

    def seize(self, number: str) -> OutgoingCall:
        """A call to `number` on a line that is kept for it; raises `AllLinesBusy` or `NumberInvalid`.

        The last line first: exchanges that hunt for a free line give callers the first.
        """
        with self._lock:
            for line in reversed(self._lines):
                if not self._may_take_one:
                    break
                try:
                    return line.dial(number)
                except (LineInUse, CantDial):
                    continue
        raise AllLinesBusy("every line is in use or kept free for callers")

    @property
    def _may_take_one(self) -> bool:
        """Looked at again before each try: a caller may have come meanwhile."""
        return sum(line.can_dial for line in self._lines) > self._leave_free()
