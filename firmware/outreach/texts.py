"""Sends what lies in the outbox, each text at most once.

One thread per line takes the next due text in hand ("sending", committed), hands it over, and writes down what became
of it. Only what certainly did not leave is tried again. After a crash a text that had been handed over becomes
"unknown": it may have left, and only a delivery report or a person settles it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from firmware.clock import Clock
from firmware.modem.errors import LineError, NumberRefused, TextRefused, TextUnconfirmed
from firmware.modem.gsm.send import SentPart
from firmware.outreach.rate import TokenBucket
from firmware.sms_parts import parts_of
from firmware.storage import outbox
from firmware.storage.errors import StorageError
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.outbox import OutboxText
from firmware.threads import Worker

log = logging.getLogger(__name__)

LOOK_S = 5.0  # a wake-up may get lost with the process that should have sent it
RETRY_AFTER = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10), timedelta(hours=1))
LINE_RETRY = timedelta(seconds=10)  # the line failed, not the text
LEDGER_RETRY_S = 2.0

_LedgerFault = (SQLAlchemyError, StorageError, OSError)


class TextLine(Protocol):
    """A line that can send texts."""

    name: str

    @property
    def can_send(self) -> bool:
        """Whether a text would go out now, as far as is known."""

    def send_text(
        self, number: str, body: str, on_part: Callable[[SentPart], None], on_prompt: Callable[[], None]
    ) -> list[SentPart]:
        """Raises `TextUnconfirmed` if some of it may have left; after any other `LineError` nothing has."""


class HandOverUnrecorded(LineError):
    """It could not be written down that a text was about to leave; so it did not."""


def _nobody() -> None:
    """Nobody wants to know."""


class Outbox:
    """The workers of all lines that send texts. Lines that are added later send only what must leave through them.

    `on_change` is called in a worker's thread when the state of a text has changed.
    """

    def __init__(
        self, ledger: Ledger, clock: Clock, lines: Sequence[TextLine], on_change: Callable[[], None] = _nobody
    ) -> None:
        self._ledger, self._clock, self._on_change = ledger, clock, on_change
        self._senders = {line.name: LineSender(ledger, clock, line, on_change=on_change) for line in lines}

    def start(self) -> None:
        """Settle what a crash left behind, then begin to send."""
        with self._ledger.transaction() as tx:
            in_doubt = outbox.recover(tx)
        if in_doubt:
            log.warning(
                "outbox: %d texts were being sent when the box stopped; whether they left is not known", in_doubt
            )
        for sender in self._senders.values():
            sender.start()

    def add(self, line: TextLine) -> None:
        """Send through this line too, from now on, what is meant for it alone."""
        sender = LineSender(self._ledger, self._clock, line, takes_any=False, on_change=self._on_change)
        self._senders = {**self._senders, line.name: sender}
        sender.start()

    def remove(self, name: str) -> None:
        """Send no more through this line."""
        senders = dict(self._senders)
        if sender := senders.pop(name, None):
            self._senders = senders
            sender.stop()

    def wake(self) -> None:
        """There is something new in the outbox; from any thread."""
        for sender in self._senders.values():
            sender.wake()

    def stop(self) -> None:
        for sender in self._senders.values():
            sender.stop()


class LineSender:
    """Sends through one line, in one thread."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        line: TextLine,
        *,
        takes_any: bool = True,
        on_change: Callable[[], None] = _nobody,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._line = line
        self._takes_any = takes_any
        self._on_change = on_change
        self._rate = TokenBucket(clock)
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._ledger_is_broken = False
        self._worker = Worker(f"outbox {line.name}", self._work)

    def start(self) -> None:
        self._worker.start()

    def wake(self) -> None:
        self._awake.set()

    def stop(self) -> None:
        self._stopping.set()
        self._awake.set()
        self._worker.stop()

    def send_next(self) -> bool:
        """Send the next due text, if there is one and the line is ready; False: nothing was to be done."""
        if not self._line.can_send or self._rate.wait_s > 0:
            return False
        text = self._claim()
        if text is None:
            return False
        self._on_change()
        self._rate.take(parts_of(text.body))
        settle = self._hand_over(text)
        while not self._kept(settle) and not self._stopping.is_set():
            self._stopping.wait(self._clock.real_s(LEDGER_RETRY_S))
        self._on_change()
        return True

    def _work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._awake.clear()
            if not self.send_next():
                self._awake.wait(self._clock.real_s(self._rate.wait_s or LOOK_S))

    def _claim(self) -> OutboxText | None:
        claimed: list[OutboxText | None] = []

        def claim(tx: Transaction) -> None:
            outbox.expire(tx, self._clock.now())
            claimed.append(outbox.claim_next(tx, self._clock.now(), self._line.name, takes_any=self._takes_any))

        return claimed[0] if self._kept(claim) else None

    def _hand_over(self, text: OutboxText) -> Callable[[Transaction], None]:
        """Send; what is to be written down about it."""
        try:
            self._line.send_text(
                text.number, text.body, lambda part: self._keep_part(text, part), lambda: self._keep_hand_over(text)
            )
        except TextUnconfirmed as error:
            unconfirmed = str(error)
            return lambda tx: outbox.mark_unknown(tx, text.id, unconfirmed)
        except LineError as error:
            return self._refused(text, error)
        return lambda tx: outbox.mark_sent(tx, self._clock.now(), text.id)

    def _refused(self, text: OutboxText, error: LineError) -> Callable[[Transaction], None]:
        """Nothing left: later again, unless it is hopeless."""
        now, reason = self._clock.now(), str(error)
        if not isinstance(error, TextRefused):
            return lambda tx: outbox.put_back(tx, text.id, now + LINE_RETRY, reason, counts=False)
        if isinstance(error, NumberRefused) or text.attempts > len(RETRY_AFTER):
            log.warning("outbox: text %d will not be sent: %s", text.id, reason)
            return lambda tx: outbox.mark_failed(tx, text.id, reason)
        later = now + RETRY_AFTER[text.attempts - 1]
        return lambda tx: outbox.put_back(tx, text.id, later, reason)

    def _keep_hand_over(self, text: OutboxText) -> None:
        """From here on a crash leaves it unknown whether the text left."""
        if not self._kept(lambda tx: outbox.mark_handed_over(tx, self._clock.now(), text.id)):
            raise HandOverUnrecorded("the ledger cannot be written to")

    def _keep_part(self, text: OutboxText, part: SentPart) -> None:
        """Before its report can come; if it cannot be written down, the report finds no part, and no more is lost."""
        self._kept(
            lambda tx: outbox.keep_sent_part(tx, part.sent_at, text.id, part.sequence, self._line.name, part.reference)
        )

    def _kept(self, change: Callable[[Transaction], None]) -> bool:
        """Write to the ledger; False, told once, if it cannot be written to."""
        try:
            with self._ledger.transaction() as tx:
                change(tx)
        except _LedgerFault as error:
            if not self._ledger_is_broken:
                log.error("outbox: the ledger cannot be written to (%s)", type(error).__name__)
            self._ledger_is_broken = True
            return False
        if self._ledger_is_broken:
            log.info("outbox: the ledger can be written to again")
        self._ledger_is_broken = False
        return True
