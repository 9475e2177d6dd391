"""When to try a line again that has failed, and what the log says of it: the loss once, the recovery once.

Every kind of line uses it, whatever went wrong: a fault of the program on one line must neither end that line for ever
nor take the others down.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from firmware.clock import Clock
from firmware.modem.errors import LineError

log = logging.getLogger(__name__)

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
STEADY_S = 60.0  # a line that fails sooner after it was up is tried less and less often, as one that never came up
_LOOK_S = 0.2  # how long a stopping line may wait for its thread


class Reconnect:
    """Waits 1, 2, 4 .. 30 s between attempts on a device that is there, and looks every second for one that is not."""

    def __init__(self, line_name: str, device: Path, clock: Clock) -> None:
        self._line_name = line_name
        self._device = device
        self._clock = clock
        self._wait_s = FIRST_WAIT_S
        self._is_down = False
        self._up_since_s: float | None = None

    def failed(self, error: Exception) -> str:
        """The line is down; why, for people."""
        if self._up_since_s is not None and self._clock.monotonic() - self._up_since_s >= STEADY_S:
            self._wait_s = FIRST_WAIT_S
        self._up_since_s = None
        reason = str(error) if isinstance(error, LineError) else ""
        reason = reason or f"a fault of the program ({type(error).__name__})"
        if not self._is_down:
            is_ours = not isinstance(error, LineError)
            log.warning("line %s is down: %s", self._line_name, reason, exc_info=error if is_ours else None)
        self._is_down = True
        return reason

    def succeeded(self, detail: str) -> None:
        """The line works."""
        log.info("line %s is %s: %s", self._line_name, "back" if self._is_down else "up", detail)
        self._is_down = False
        self._up_since_s = self._clock.monotonic()

    def wait(self, stop: threading.Event) -> None:
        """Block until the next attempt is due, or `stop`."""
        self._pause(self._wait_s, stop)
        if self._device.exists():
            self._wait_s = min(self._wait_s * 2, LONGEST_WAIT_S)
            return
        self._wait_s = FIRST_WAIT_S
        while not self._device.exists() and not stop.is_set():
            self._pause(FIRST_WAIT_S, stop)

    def _pause(self, seconds: float, stop: threading.Event) -> None:
        end_s = self._clock.monotonic() + seconds
        while self._clock.monotonic() < end_s and not stop.is_set():
            self._clock.sleep(min(_LOOK_S, seconds))
