"""What the racing and dying processes do; started by test_race and test_kill in processes of their own."""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

from firmware.clinic import bookings, holds, sample, schedule
from firmware.clinic.errors import AlreadyBookedThatDay, ClinicError, HoldLost, SlotTaken
from firmware.clinic.roster import Slot
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Ledger, open_ledger
from tests.clinic.conftest import MONDAY_9

PROFILE = sample.profile()


@contextmanager
def opened(file: Path) -> Iterator[Ledger]:
    ledger = open_ledger(file)
    yield ledger
    ledger.close()


def try_to_book(
    ledger: Ledger, slot: Slot, patient_id: int, holder: str, channel: str, number: str | None = None
) -> int:
    """Hold in one transaction and confirm in the next, as a caller does; the id of the booking."""
    with ledger.transaction() as tx:
        held = holds.hold(tx, PROFILE, MONDAY_9, slot, patient_id, holder=holder, channel=channel)
    with ledger.transaction() as tx:
        return bookings.confirm(tx, PROFILE, MONDAY_9, held.id, holder=holder, number=number).id


def contend(
    file: Path, slot_id: str, patient_id: int, channel: str, rounds: int, line: Barrier, results: Connection
) -> None:
    """One of three who want the last slot in every round: sends the booking's id, or how many others it was told."""
    dice = random.Random(patient_id)
    with opened(file) as ledger:
        with ledger.reading() as tx:
            slot = schedule.slot(tx, PROFILE, slot_id)
        for number in range(rounds):
            line.wait()
            time.sleep(dice.choice((0, 0, 0.0003, 0.001)))
            try:
                results.send(("won", try_to_book(ledger, slot, patient_id, f"{channel}/{number}", channel)))
            except SlotTaken as loss:
                results.send(("lost", len([other for other in loss.alternatives if other != slot])))


def crowd(file: Path, seed: int, patients: list[int], day: date, steps: int, results: Connection) -> None:
    """Threads of one process that book, hang up and cancel at random; sends the ids of the visits that stand."""
    standing: set[int] = set()
    with opened(file) as ledger:
        members = [
            threading.Thread(target=_visit_at_random, args=(ledger, seed * 100 + n, mine, day, steps, standing))
            for n, mine in enumerate((patients[::2], patients[1::2]))
        ]
        for member in members:
            member.start()
        for member in members:
            member.join()
    results.send(standing)


def _visit_at_random(ledger: Ledger, seed: int, patients: list[int], day: date, steps: int, standing: set[int]) -> None:
    dice, mine = random.Random(seed), set[int]()
    for step in range(steps):
        holder, patient_id = f"call/{seed}-{step}", dice.choice(patients)
        try:
            if mine and dice.random() < 0.4:
                leaving = dice.choice(sorted(mine))
                with ledger.transaction() as tx:
                    bookings.cancel(tx, PROFILE, MONDAY_9, leaving, channel="voice", cause=holder)
                mine.discard(leaving)
                continue
            with ledger.reading() as tx:
                slot = dice.choice(schedule.free_slots(tx, PROFILE, MONDAY_9, day, Wish(department_id=1))[:5])
            if dice.random() < 0.2:
                _hang_up_after_hold(ledger, slot, patient_id, holder)
            else:
                mine.add(try_to_book(ledger, slot, patient_id, holder, "voice", "13800000001"))
        except (SlotTaken, AlreadyBookedThatDay, HoldLost, IndexError):
            continue
    standing |= mine


def _hang_up_after_hold(ledger: Ledger, slot: Slot, patient_id: int, holder: str) -> None:
    with ledger.transaction() as tx:
        holds.hold(tx, PROFILE, MONDAY_9, slot, patient_id, holder=holder, channel="voice")
    with ledger.transaction() as tx:
        holds.release_all(tx, holder)


def write_until_killed(file: Path, patient_id: int, day: date, acknowledge: Connection) -> None:
    """Book and cancel without end; each time only after the commit returned, say so."""
    dice = random.Random(os.getpid())
    with opened(file) as ledger:
        for step in range(1_000_000):
            with ledger.reading() as tx:
                slot = dice.choice(schedule.free_slots(tx, PROFILE, MONDAY_9, day, Wish(department_id=1)))
            try:
                booking_id = try_to_book(ledger, slot, patient_id, f"call/{os.getpid()}-{step}", "voice", "13800000001")
            except ClinicError:
                continue
            acknowledge.send(("booked", booking_id))
            with ledger.transaction() as tx:
                bookings.cancel(tx, PROFILE, MONDAY_9, booking_id, channel="voice", cause="call/x")
            acknowledge.send(("cancelled", booking_id))
