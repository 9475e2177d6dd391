"""Answers the texts that have come in, one after the other, in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from firmware.clock import Clock
from firmware.ivr.texting import TextChannel
from firmware.storage.inbox import InboxText, mark_handled, unhandled
from firmware.storage.ledger import Ledger
from firmware.storage.trouble import LEDGER_UNAVAILABLE, LedgerTrouble
from firmware.threads import Worker

log = logging.getLogger(__name__)

LOOK_S = 15.0  # a wake-up may be lost with the process that should have sent it


class TextWorker:
    """Hands each waiting text to the channel; `on_answered` is called when there may be replies to send."""

    def __init__(self, ledger: Ledger, clock: Clock, channel: TextChannel, on_answered: Callable[[], None]) -> None:
        self._ledger, self._clock, self._channel = ledger, clock, channel
        self._on_answered = on_answered
        self._came = threading.Event()
        self._trouble = LedgerTrouble(log, "texts")
        self._worker = Worker("texts", self._work)

    @property
    def has_trouble(self) -> bool:
        """Whether the ledger could not be used at the last look."""
        return self._trouble.is_present

    def start(self) -> None:
        self._worker.start()

    def wake(self) -> None:
        """A text has come in; from any thread."""
        self._came.set()

    def stop(self) -> None:
        """End after the text that is being answered."""
        self._worker.ask_to_stop()
        self.wake()
        self._worker.stop()

    def _work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._came.clear()
            self._trouble.survived(self._answer_waiting)
            self._came.wait(self._clock.real_s(LOOK_S))

    def _answer_waiting(self) -> None:
        while waiting := self._waiting():
            for message in waiting:
                self._answer(message)
            self._on_answered()

    def _waiting(self) -> list[InboxText]:
        with self._ledger.reading() as tx:
            return unhandled(tx)

    def _answer(self, message: InboxText) -> None:
        try:
            with self._ledger.transaction() as tx:
                self._channel.handle(tx, self._clock.now(), message)
        except LEDGER_UNAVAILABLE:
            raise  # the text waits until the ledger can be used again
        except Exception:  # one text must not keep the others waiting
            log.exception("text %d could not be answered", message.id)
            with self._ledger.transaction() as tx:
                mark_handled(tx, self._clock.now(), message.id, needs_person=True)
