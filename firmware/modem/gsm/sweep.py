"""Emptying a module's storages: what was received is kept by the box first, then deleted, exactly that and no more."""

from __future__ import annotations

import logging

from firmware.modem.errors import CommandRefused
from firmware.modem.gsm import replies
from firmware.modem.gsm.replies import Stored
from firmware.modem.gsm.serial import SafeGsm
from firmware.modem.pdu.message import Deliver, Outcome, PduError, StatusReport, decode_received, from_hex, tpdu_octets
from firmware.modem.text_store import TextStore

log = logging.getLogger(__name__)

STORAGES = ("ME", "SM")  # the one that stays selected comes last
LIST_TIMEOUT_S = 30.0  # a full SIM card is slow
CROWDED = 0.8  # of a storage's places, after a sweep: soon nothing more can be received


class Sweeper:
    """Moves received texts and reports from a module to `inbox`."""

    def __init__(self, line: str, inbox: TextStore) -> None:
        self._line = line
        self._inbox = inbox
        self._unreadable: dict[tuple[str, int], str] = {}
        self._is_crowded: dict[str, bool] = {}

    @property
    def is_crowded(self) -> bool:
        """Whether a storage is nearly full of things that are no received texts."""
        return any(self._is_crowded.values())

    def sweep(self, modem: SafeGsm) -> int:
        """Keep, then delete, all that was received; how many texts were new."""
        return sum(self._sweep_storage(modem, storage) for storage in STORAGES)

    def keep_pdu(self, digits: str) -> int:
        """Keep a PDU that the module told in full and stores nowhere; 1 for a new text."""
        try:
            return self._keep(from_hex(digits))
        except PduError:
            self._inbox.keep_unreadable(self._line, digits)
            return 0

    def _sweep_storage(self, modem: SafeGsm, storage: str) -> int:
        try:
            use = replies.storage_use(modem.ask(f'AT+CPMS="{storage}"'))
        except CommandRefused:
            return 0  # a module without this storage
        new, done = 0, []
        for entry in replies.stored_texts(modem.ask("AT+CMGL=4", LIST_TIMEOUT_S)):
            kept = self._keep_entry(storage, entry)
            if kept is not None:
                new += kept
                done.append(entry.index)
        for index in done:
            modem.ask(f"AT+CMGD={index}")
        self._note_use(storage, use, len(done))
        return new

    def _keep_entry(self, storage: str, entry: Stored) -> int | None:
        """1 for a new text, 0 for anything else that was kept, None for what must stay where it is."""
        try:
            pdu = from_hex(entry.pdu)
            if tpdu_octets(pdu) != entry.octets:
                raise PduError("the length does not agree")
            return self._keep(pdu)
        except PduError:
            return self._keep_unreadable(storage, entry)

    def _keep(self, pdu: bytes) -> int:
        message = decode_received(pdu)
        if isinstance(message, StatusReport):
            self._keep_report(message)
            return 0
        if not isinstance(message, Deliver) or message.body is None:
            self._inbox.keep_unreadable(self._line, pdu.hex())
            return 0
        return int(self._keep_text(message, message.body))

    def _keep_text(self, message: Deliver, body: str) -> bool:
        concat = message.concat
        reference, total, sequence = (concat.reference, concat.total, concat.sequence) if concat else (None, 1, 1)
        return self._inbox.keep_part(
            self._line, message.sender, message.service_stamp, body, reference, total, sequence
        )

    def _keep_report(self, report: StatusReport) -> None:
        if report.outcome is not Outcome.TRYING:
            is_delivered = report.outcome is Outcome.DELIVERED
            self._inbox.keep_report(self._line, report.reference, report.recipient, is_delivered)

    def _keep_unreadable(self, storage: str, entry: Stored) -> int | None:
        """A disturbed wire reads differently the next time; what reads the same twice is really so."""
        place = storage, entry.index
        if self._unreadable.get(place) != entry.pdu:
            self._unreadable[place] = entry.pdu
            return None
        del self._unreadable[place]
        self._inbox.keep_unreadable(self._line, entry.pdu)
        log.warning("line %s: something that is no text lay in the storage; kept for a person to look at", self._line)
        return 0

    def _note_use(self, storage: str, use: tuple[int, int] | None, deleted: int) -> None:
        if use is None:
            return
        is_crowded = use[0] - deleted >= CROWDED * use[1]
        if is_crowded and not self._is_crowded.get(storage):
            log.warning("line %s: storage %s is nearly full of things that are no received texts", self._line, storage)
        self._is_crowded[storage] = is_crowded
