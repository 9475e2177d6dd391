"""Somebody who takes the calls of one line, as the box does, and remembers what happened."""

from __future__ import annotations

import queue

from firmware.audio.port import Port
from firmware.clock import Clock
from firmware.modem.line import IncomingCall, Line, LineState

PATIENCE_S = 200.0  # box seconds until a test gives up: ten real ones, on a machine that is busy with other things


class Desk:
    line: Line

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: queue.Queue[IncomingCall] = queue.Queue()

    def take(self, call: IncomingCall) -> None:
        self._calls.put(call)

    @property
    def has_calls(self) -> bool:
        return not self._calls.empty()

    def next_call(self) -> IncomingCall:
        return self._calls.get(timeout=self._clock.real_s(PATIENCE_S))

    def answer_next(self) -> Port:
        self._call = self.next_call()
        return self._call.answer()

    def hang_up(self) -> None:
        """Release the call that was answered last."""
        self._call.hang_up()

    def await_state(self, state: LineState, within_s: float = PATIENCE_S) -> float:
        """Wait until the line is in `state`; returns how long that took, in box seconds."""
        began_s = self._clock.monotonic()
        while self.line.status().state is not state:
            waited_s = self._clock.monotonic() - began_s
            assert waited_s < within_s, f"the line is {self.line.status()}, not {state}, after {waited_s:.1f} s"
            self._clock.sleep(0.02)
        return self._clock.monotonic() - began_s
