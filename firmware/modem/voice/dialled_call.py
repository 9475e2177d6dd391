"""A call that the box places on a voice modem, as its call thread sees it, and the keeping of a line for it."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from types import TracebackType

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
from firmware.modem.voice.call import reason_of

_OUTCOMES: dict[str, NotReached] = {
    BUSY: Busy("the far end is busy"),
    CONGESTION: Congested("the network has no way to this number now"),
    UNOBTAINABLE: NumberInvalid("nobody has this number"),
}


class DialledCall:
    """An `OutgoingCall`: `connect` and `hang_up` may come from any thread.

    The line's thread holds it as a context: however that ends, nobody waits for this call any more.
    """

    def __init__(self, line_name: str, number: str) -> None:
        self.line_name = line_name
        self.number = number
        self.port = Port()
        self._wanted = threading.Event()
        self._released = threading.Event()
        self._answer: Future[Port] = Future()

    def connect(self) -> Port:
        """Let the line's thread dial and wait for the answer; raises `LineError`."""
        self._wanted.set()
        return self._answer.result()

    def hang_up(self) -> None:
        """Give up, or release the line once what was said has been heard; returns at once."""
        self._released.set()

    # ---- the line's thread ----

    @property
    def is_wanted(self) -> bool:
        """Whether the call thread waits for the answer."""
        return self._wanted.is_set()

    @property
    def is_released(self) -> bool:
        """Whether the call thread has given up or hung up."""
        return self._released.is_set()

    @property
    def is_answered(self) -> bool:
        """Whether the call thread has been told that the far end is there."""
        return self._answer.done()

    def answered(self) -> None:
        """The far end is there."""
        if not self._answer.done():
            self.port.only_listen(False)
            self._answer.set_result(self.port)

    def fail(self, error: LineError) -> None:
        """Tell the call thread that nobody was reached."""
        if not self._answer.done():
            self._answer.set_exception(error)

    def __enter__(self) -> DialledCall:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fail(error if isinstance(error, LineError) else self._outcome())
        self.port.hang_up("released" if kind is None else reason_of(kind))

    def _outcome(self) -> LineError:
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
