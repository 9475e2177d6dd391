"""The network's one loop: serves the hosts as they write, and ticks every 10 ms of box time.

A tick is never skipped and no sound is lost: when the process can't keep up, the network's time falls behind.
"""

from __future__ import annotations

import select
from collections.abc import Callable
from typing import Any

from firmware.modem.virtual.network import VirtualNetwork
from firmware.modem.virtual.tones import TICK_MS

TICK_S = TICK_MS / 1000
MOST_BEHIND_TICKS = 5  # so much is caught up; a longer delay stays, and the network's time is later by it
HOST_PATIENCE_S = 0.2  # real seconds; with a clock that runs fast, so long a host may be late with its sound


class Loop:
    """Moves one network on until it is stopped."""

    def __init__(self, network: VirtualNetwork, serve_desk: Callable[[], None]) -> None:
        self._network = network
        self._clock = network.clock
        self._serve_desk = serve_desk
        self._is_stopped = False
        self._due = self._clock.monotonic()
        self._ticks = 0
        self._slipped_s = 0.0
        self._latest_s = 0.0

    def stop(self) -> None:
        self._is_stopped = True

    def figures(self) -> dict[str, Any]:
        """How well the loop keeps up: ticks, the worst lateness since asked last, and what was not caught up (s)."""
        latest, self._latest_s = self._latest_s, 0.0
        return {"ticks": self._ticks, "latest_s": latest, "slipped_s": self._slipped_s}

    def run(self) -> None:
        while not self._is_stopped:
            late_s = self._clock.monotonic() - self._due
            if late_s < 0:
                self._serve_hosts(self._clock.real_s(-late_s))
            else:
                self._tick(late_s)

    def _tick(self, late_s: float) -> None:
        self._latest_s = max(self._latest_s, late_s)
        if late_s > MOST_BEHIND_TICKS * TICK_S:
            slip_s = late_s - MOST_BEHIND_TICKS * TICK_S
            self._slipped_s += slip_s
            self._due += slip_s
        self._serve_hosts(0.0)
        self._wait_for_sound()
        self._serve_desk()
        self._network.tick()
        self._ticks += 1
        self._due += TICK_S

    def _serve_hosts(self, timeout_s: float) -> None:
        """Read what hosts write, for at most `timeout_s` real seconds or until one has written."""
        there = {
            each.terminal.master: each
            for each in self._network.attachments.values()
            if each.terminal.master is not None and each.terminal.host_is_there
        }
        ready, _, _ = select.select(list(there), [], [], timeout_s)
        for master in ready:
            there[master].serve_host()

    def _wait_for_sound(self) -> None:
        """With a fast clock, an operating system's small delays are long: let a host be late before it runs dry."""
        if self._clock.real_s(1.0) >= 1.0:
            return
        for each in self._network.attachments.values():
            master = each.terminal.master
            while each.waits_for_host and master is not None and select.select([master], [], [], HOST_PATIENCE_S)[0]:
                each.serve_host()
                if not each.terminal.host_is_there:
                    break
