"""The exchange as the pages see it: asked over its control socket, and allowed to be away."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from firmware.clock import Clock, Deadline
from firmware.control.channel import ControlClient, ControlError

REPLY_TIMEOUT_S = 2.0
SLOW_REPLY_TIMEOUT_S = 20.0  # for what the exchange must prepare: a clip to synthesise, a test phone to start
STATUS_LIFE_S = 0.5  # pages of many people at once ask the exchange once


class PhoneService:
    """Connects anew for each request, so that either process may restart at any time."""

    def __init__(self, socket: Path, clock: Clock) -> None:
        self.socket = socket
        self._clock = clock
        self._lock = threading.Lock()
        self._status: dict[str, Any] | None = None
        self._fresh = Deadline(clock, 0.0)

    def ask(self, verb: str, **details: Any) -> dict[str, Any]:
        """One request; raises `NotRunning` or `Refused`, both `ControlError`s."""
        return self._ask(REPLY_TIMEOUT_S, verb, details)

    def ask_slowly(self, verb: str, **details: Any) -> dict[str, Any]:
        """One request that may take many seconds."""
        return self._ask(SLOW_REPLY_TIMEOUT_S, verb, details)

    def status(self) -> dict[str, Any] | None:
        """The `status` reply, at most half a second old; None while the exchange is away."""
        with self._lock:
            if self._fresh.is_over:
                try:
                    self._status = self.ask("status")
                except ControlError:
                    self._status = None  # the page says so; the exchange and its keeper log why
                self._fresh = Deadline(self._clock, STATUS_LIFE_S)
            return self._status

    def devices(self) -> list[dict[str, Any]] | None:
        """The serial devices that are there; None while the exchange is away."""
        try:
            return list(self.ask("devices")["devices"])
        except ControlError:
            return None

    def tell(self, verb: str) -> None:
        """Ask the exchange to look at the ledger now; it will anyway, a little later."""
        try:
            self.ask(verb)
        except ControlError:
            pass  # it looks by itself when it is back

    def _ask(self, timeout_s: float, verb: str, details: dict[str, Any]) -> dict[str, Any]:
        client = ControlClient(self.socket, timeout_s)
        try:
            return client.ask(verb, **details)
        finally:
            client.close()
