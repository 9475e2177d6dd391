"""A call on a voice modem as its call thread sees it; the line's thread carries out what is asked here."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from types import TracebackType

from firmware.audio.port import Port
from firmware.modem.errors import CallerGone, LineError, LineNotSeized, LineUnplugged, ModemGarbled, ModemSilent
from firmware.modem.line import CallerId

_REASONS: dict[type[BaseException], str] = {
    LineUnplugged: "unplugged",
    ModemSilent: "modem silent",
    ModemGarbled: "modem garbled",
    LineNotSeized: "line not seized",
}


def reason_of(fault: type[BaseException]) -> str:
    """Why a call ended that a fault of this kind ended, for its port."""
    return _REASONS.get(fault, "line fault")


class VoiceCall:
    """An `IncomingCall`: `answer` and `hang_up` may come from any thread.

    The line's thread holds it as a context: however that ends, nobody waits for this call any more.
    """

    def __init__(self, line_name: str, caller: CallerId) -> None:
        self.line_name = line_name
        self.caller = caller
        self.port = Port()
        self._wanted = threading.Event()
        self._released = threading.Event()
        self._answer: Future[Port] = Future()

    def answer(self) -> Port:
        """Seize the line in the next silence between rings and give its sound; raises `LineError`."""
        self._wanted.set()
        return self._answer.result()

    def hang_up(self) -> None:
        """Release the line once what was said has been heard; returns at once."""
        self._released.set()

    # ---- the line's thread ----

    @property
    def is_wanted(self) -> bool:
        """Whether the call thread waits for the answer."""
        return self._wanted.is_set() and not self._released.is_set()

    @property
    def is_released(self) -> bool:
        """Whether the call thread has hung up."""
        return self._released.is_set()

    def answered(self) -> None:
        """The line is seized."""
        self._answer.set_result(self.port)

    def __enter__(self) -> VoiceCall:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._answer.done():
            gone = CallerGone("the caller hung up before the line was answered")
            self._answer.set_exception(error if isinstance(error, LineError) else gone)
        self.port.hang_up("released" if kind is None else reason_of(kind))
