"""When to try a line again that has failed, and what the log says of it: the loss once, the recovery once."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from firmware.clock import Clock
from firmware.modem.errors import LineError

log = logging.getLogger(__name__)

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 30.0
_LOOK_S = 0.2  # how long a stopping line may wait for its thread


class Reconnect:
    """Waits 1, 2, 4 .. 30 s between attempts on a device that is there, and looks every second for one that is not."""

    def __init__(self, line_name: str, device: Path, clock: Clock) -> None:
        self._line_name = line_name
        self._device = device
        self._clock = clock
        self._wait_s = FIRST_WAIT_S
        self._is_down = False

    def failed(self, error: LineError) -> None:
        """The line is down."""
        if not self._is_down:
            log.warning("line %s is down: %s", self._line_name, error)
        self._is_down = True

    def succeeded(self, detail: str) -> None:
        """The line works."""
        log.info("line %s is %s: %s", self._line_name, "back" if self._is_down else "up", detail)
        self._is_down = False
        self._wait_s = FIRST_WAIT_S

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
