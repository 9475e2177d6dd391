"""The desk: callers who want a person, the agents who answer them, and supervisors.

One thread looks around a few times a second and at every change: offers that are due, over, or missed, work after
talks that is done, pages that are gone. What people ask for comes in over the control socket; callers stay in the
threads of their calls.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Row, select

from firmware.acd import cut_short, view, waiting
from firmware.acd.at_the_desk import AtTheDesk
from firmware.acd.book import Book
from firmware.acd.clinic_side import ClinicSide
from firmware.acd.dialling import Dialling
from firmware.acd.floor import Entry, Floor, Handed, Seat
from firmware.acd.handing import Handing
from firmware.acd.headsets import Headsets
from firmware.acd.leaving import Leaving
from firmware.acd.outside import Records, Trunks
from firmware.acd.parking import Parking
from firmware.acd.phones import Phones
from firmware.acd.ringer import Ringer
from firmware.acd.seating import Seating
from firmware.acd.supervising import Supervising
from firmware.acd.talking import Talking
from firmware.audio.speaker import Speaker
from firmware.clinic.desk_settings import DeskSettings
from firmware.clock import Clock, Deadline
from firmware.control.sound import SoundStream
from firmware.storage.desk_schema import queue_entries
from firmware.storage.ledger import Ledger
from firmware.storage.trouble import LedgerTrouble
from firmware.threads import Worker

LOOK_S = 0.25
READING_S = 15.0  # a wake-up may be lost with the process that should have sent it

log = logging.getLogger(__name__)


class Desk:
    """All of it, wired together."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        speaker: Speaker,
        settings: Callable[[], DeskSettings],
        trunks: Trunks,
        records: Records,
        clinic: ClinicSide,
        tell: Callable[..., None],
    ) -> None:
        """`tell` publishes an event without patients' data."""
        self._ledger, self._clock, self._clinic = ledger, clock, clinic
        self.floor = Floor(Book(ledger, clock), clock, speaker, settings, tell)
        self.phones = Phones(self.floor, trunks, records, clinic)
        self.leaving = Leaving(self.floor, records, clinic)
        self.ringer = Ringer(self.floor, self.phones, self.leaving)
        self.talking = Talking(self.floor, self.ringer)
        self.handing = Handing(self.floor, self.ringer, self.talking, self.phones)
        self.parking = Parking(self.floor, self.talking, self.handing)
        self.phones.ringer, self.phones.talking = self.ringer, self.talking
        self.dialling = Dialling(self.floor, ledger, self.phones, self.ringer, self.leaving)
        self.headsets = Headsets(self.floor)
        self.seating = Seating(self.floor, ledger, self.headsets, self.parking.park, self.parking.unpark)
        self.supervising = Supervising(self.floor, self.seating, self.ringer, self.talking)
        self._waiting = waiting.Desk(self.floor, self.ringer, self.talking, self.handing, clinic)
        self._seen_callbacks: set[int] = set()
        self._trouble = LedgerTrouble(log, "desk")
        self._next_reading = Deadline(clock, 0.0)
        self._worker = Worker("desk", self._work)

    def start(self) -> None:
        """Put in order what a restart cut short, then begin. Whoever was cut off is somebody to call back."""
        with self._ledger.reading() as tx:
            callers = cut_short.cut_off(tx)
        for caller in callers:
            self._clinic.note_missed(caller)
        with self._ledger.transaction() as tx:
            cut_short.end(tx, self._clock.now())
        self.seating.restore()
        self.wake()
        self._worker.start()

    def stop(self) -> None:
        """Every call is over by now."""
        self._worker.ask_to_stop()
        self.floor.changed.set()
        self._worker.stop()
        for seat in self.floor.seats.values():
            if seat.sound is not None:
                seat.sound.stop()

    def serve(self, caller: Handed) -> str | None:
        """A caller wants a person: until they go on elsewhere; None when they have hung up. In the call's thread."""
        return AtTheDesk(self._waiting, caller).run()

    def over(self, call_id: str) -> None:
        """A caller's call has ended; who was away from a talk at that moment does not come back to it."""
        with self.floor.lock:
            self.floor.turns.pop(call_id, None)
            talk = self.floor.away.pop(call_id, None)
            if talk is not None and talk.caller is not None:
                self.talking.leg_gone(talk, talk.caller)

    def wake(self) -> None:
        """Callbacks were agreed on, or withdrawn, in the ledger."""
        with self._ledger.reading() as tx:
            rows = tx.execute(
                select(queue_entries).where(queue_entries.c.state == "waiting", queue_entries.c.is_callback == 1)
            ).all()
        with self.floor.lock:
            self._take_up(rows)

    def seat(self, user_id: int) -> Seat:
        return self.floor.seat(user_id)

    def view_of(self, seat: Seat) -> view.Plain:
        with self.floor.lock:
            return view.seat(self.floor, seat)

    def carry_sound(self, user_id: int, stream: SoundStream) -> None:
        """The sound of an agent's page, until it ends or another page of theirs takes over."""
        with self.floor.lock:
            sound = self.seating.attach(user_id, stream)
        sound.wait_while_carrying(stream)
        self.floor.changed.set()

    # ---- its thread ----

    def _work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.floor.changed.wait(self._clock.real_s(LOOK_S))
            self.floor.changed.clear()
            if stop.is_set():
                return
            if self._next_reading.is_over:
                self._trouble.survived(self.wake)
                self._next_reading = Deadline(self._clock, READING_S)
            self.look()

    def look(self) -> None:
        """Everything that is due."""
        with self.floor.lock:
            self.seating.look_for_lost_sound()
            self.parking.end_parked()
            self.ringer.end_overdue()
            self.supervising.end_lost()
            self.leaving.look()
            self.talking.end_lonely()
            self.talking.remind_of_held()
            self.seating.end_wrap_ups()
            self.ringer.make_offers()

    # ---- what the ledger knows ----

    def _take_up(self, rows: Sequence[Row[Any]]) -> None:
        waiting_now = {row.id for row in rows}
        for row in rows:
            if row.id not in self.floor.entries and row.id not in self._seen_callbacks:
                self._seen_callbacks.add(row.id)
                self.floor.entries[row.id] = Entry(
                    row.id, row.queue, row.language, row.number, row.turn_at, call_id=row.call_id,
                    patient_id=row.patient_id, priority=row.priority, wished=row.wished_user_id, is_callback=True,
                    not_before=row.not_before, tries=row.tries, kept_for=self._user(row.owner),
                )  # fmt: skip
        for entry in [each for each in self.floor.entries.values() if each.is_callback]:
            if entry.id in self._seen_callbacks and entry.id not in waiting_now and entry.ringing is None:
                self.floor.entries.pop(entry.id)
        self.floor.tell_queue()

    def _user(self, login: str | None) -> int | None:
        return next((seat.user_id for seat in self.floor.seats.values() if seat.agent.login == login), None)
