"""A call on a voice modem, whoever placed it: its call thread asks, the line's thread carries out."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from firmware.audio.port import Port
from firmware.modem.errors import LineError, LineNotSeized, LineUnplugged, ModemGarbled, ModemSilent

_REASONS: dict[type[BaseException], str] = {
    LineUnplugged: "unplugged",
    ModemSilent: "modem silent",
    ModemGarbled: "modem garbled",
    LineNotSeized: "line not seized",
}


class CarriedCall(ABC):
    """The line's thread holds it as a context: however that ends, nobody waits for this call any more."""

    def __init__(self, line_name: str) -> None:
        self.line_name = line_name
        self.port = Port()
        self._wanted = threading.Event()
        self._released = threading.Event()
        self._answer: Future[Port] = Future()

    def hang_up(self) -> None:
        """Give up, or release the line once what was said has been heard; returns at once, from any thread."""
        self._released.set()

    def _wait_for_answer(self) -> Port:
        self._wanted.set()
        return self._answer.result()

    # ---- the line's thread ----

    @property
    def is_wanted(self) -> bool:
        """Whether the call thread waits for the answer."""
        return self._wanted.is_set() and not self._released.is_set()

    @property
    def is_released(self) -> bool:
        """Whether the call thread has given up or hung up."""
        return self._released.is_set()

    @property
    def is_answered(self) -> bool:
        """Whether the call thread has been told how it went."""
        return self._answer.done()

    def answered(self) -> None:
        """Both sides are there."""
        if not self.is_answered:
            self._answer.set_result(self.port)

    def fail(self, error: LineError) -> None:
        """Tell the call thread that it speaks with nobody."""
        if not self.is_answered:
            self._answer.set_exception(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fail(error if isinstance(error, LineError) else self._unanswered())
        self.port.hang_up("released" if kind is None else _REASONS.get(kind, "line fault"))

    @abstractmethod
    def _unanswered(self) -> LineError:
        """Why nobody was reached on a line without a fault."""
