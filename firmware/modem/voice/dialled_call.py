"""A call that the box places on a voice modem, as its call thread sees it, and the keeping of a line for it."""

from __future__ import annotations

import threading

from firmware.audio.call_progress import UNOBTAINABLE
from firmware.audio.call_tones import BUSY, CONGESTION
from firmware.audio.port import Port
from firmware.modem.errors import (
    Busy,
    CallCancelled,
    Congested,
    LineError,
    LineInUse,
    LineUnplugged,
    NoAnswer,
    NotReached,
    NumberInvalid,
)
from firmware.modem.voice.carried_call import CarriedCall

_OUTCOMES: dict[str, NotReached] = {
    BUSY: Busy("the far end is busy"),
    CONGESTION: Congested("the network has no way to this number now"),
    UNOBTAINABLE: NumberInvalid("nobody has this number"),
}


class DialledCall(CarriedCall):
    """An `OutgoingCall`: `connect` and `hang_up` may come from any thread."""

    def __init__(self, line_name: str, number: str) -> None:
        super().__init__(line_name)
        self.number = number

    def connect(self) -> Port:
        """Let the line's thread dial and wait for the answer; raises `LineError`."""
        return self._wait_for_answer()

    def answered(self) -> None:
        """The far end is there."""
        if not self.is_answered:
            self.port.only_listen(False)
        super().answered()

    def _unanswered(self) -> LineError:
        if self.is_released:
            return _cancelled()
        if self.port.hung_up is None:
            return LineUnplugged("the line is being closed")
        reason = self.port.hung_up.reason
        return _OUTCOMES.get(reason) or NoAnswer(f"nobody answered ({reason})")


class Reservation:
    """For whom an idle line is kept; `reserve` comes from any thread, the rest from the line's."""

    def __init__(self, line_name: str) -> None:
        self._line_name = line_name
        self._lock = threading.Lock()
        self._is_open = False
        self._call: DialledCall | None = None

    @property
    def is_free(self) -> bool:
        """Whether `reserve` would be given the line now."""
        return self._is_open and (self._call is None or self._call.is_released)

    def reserve(self, digits: str) -> DialledCall:
        """Keep the line for a call to `digits`; raises `LineInUse`."""
        with self._lock:
            if not self.is_free:
                raise LineInUse(f"line {self._line_name} is not free")
            self._drop(_cancelled())
            self._call = DialledCall(self._line_name, digits)
            return self._call

    def open(self) -> None:
        """The line is idle."""
        self._is_open = True

    def take(self) -> DialledCall | None:
        """The call that is to be dialled now, if any; the line is not idle any more."""
        with self._lock:
            if self._call is not None and self._call.is_released:
                self._drop(_cancelled())
            call = self._call
            if call is None or not call.is_wanted:
                return None
            self._is_open, self._call = False, None
            return call

    def close(self, error: BaseException | None = None) -> None:
        """The line is not idle any more; whoever it was kept for is told why."""
        with self._lock:
            self._is_open = False
            self._drop(error if isinstance(error, LineError) else LineUnplugged("the line is being closed"))

    def _drop(self, error: LineError) -> None:
        call, self._call = self._call, None
        if call is not None:
            call.fail(error)


def _cancelled() -> CallCancelled:
    return CallCancelled("the call was given up")
