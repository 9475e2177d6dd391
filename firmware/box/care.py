"""What has to be done now and then: free what has expired, back the ledger up, delete recordings in their time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from firmware.clinic import holds, roster
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.purge import Purge
from firmware.clock import Clock, Deadline
from firmware.storage import backups, calls, dialogues, heartbeat, recordings
from firmware.storage.folders import Folders
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.trouble import LedgerTrouble
from firmware.threads import Worker

log = logging.getLogger(__name__)

INTERVAL_S = 10.0
BEAT_INTERVAL_S = 60.0  # a write that proves the disk is not full; more often would wear the card


class Caretaker:
    """Looks after the ledger, in a thread of its own."""

    def __init__(
        self, ledger: Ledger, clock: Clock, folders: Folders, profile: Callable[[], ClinicProfile], purge: Purge
    ) -> None:
        self._ledger, self._clock, self._folders, self._profile, self._purge = ledger, clock, folders, profile, purge
        self._next_beat = Deadline(clock, 0.0)
        self._trouble = LedgerTrouble(log, "care")
        self._worker = Worker("care", self._work)

    @property
    def has_trouble(self) -> bool:
        """Whether the ledger could not be used at the last look."""
        return self._trouble.is_present

    def start(self) -> None:
        """Put in order what a crash left behind, then look again every few seconds."""
        with self._ledger.transaction() as tx:
            calls.end_abandoned(tx, self._clock.now())
            holds.release_calls(tx)
            recordings.find_lost_messages(tx, self._clock.now(), self._folders.voice_messages)
            self._free_expired(tx)
        self._worker.start()

    def stop(self) -> None:
        self._worker.stop()

    def _work(self, stop: threading.Event) -> None:
        while not stop.wait(self._clock.real_s(INTERVAL_S)):
            self._trouble.survived(self._look)

    def _look(self) -> None:
        is_beat = self._next_beat.is_over
        with self._ledger.transaction() as tx:
            self._free_expired(tx)
            if is_beat:
                heartbeat.beat(tx, self._clock.now())
                self._next_beat = Deadline(self._clock, BEAT_INTERVAL_S)
        now = self._clock.now()
        today = str(roster.wall_day(now, self._profile().zone))
        if not backups.exists(self._folders.ledger, today):
            backups.back_up(self._folders.ledger, today, now)
        if is_beat:
            self._purge.look(self._profile())

    def _free_expired(self, tx: Transaction) -> None:
        now = self._clock.now()
        holds.sweep(tx, now)
        for dialogue in dialogues.close_expired(tx, now):
            holds.release_all(tx, f"dialogue/{dialogue.id}")
