"""Searching free slots with 1 000 and with 100 000 visits behind the clinic: the past must cost nothing."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from bench import ledgers
from bench.figures import Figures, spread
from bench.machine import IdleMeter
from firmware.clinic import bookings, holds, schedule
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Ledger, Transaction

ABOUT = "days with something free, then the slots of one day, then the next free one: what a caller asks for"
_SMALL, _LARGE = 1_000, 100_000
_PEOPLE = 100
_COMING = 60
_SEARCHES = 300


def measure() -> Figures:
    """Both ledgers are searched in turn, so that both see the same machine."""
    idle = IdleMeter()
    times: dict[int, list[float]] = {_SMALL: [], _LARGE: []}
    with ledgers.folder() as folder:
        made = {size: _ledger(folder, size) for size in times}
        for round_number in range(_SEARCHES):
            for size, ledger in made.items():
                times[size].append(_search(ledger, round_number))
        for ledger in made.values():
            ledger.close()
    small, large = spread(times[_SMALL], "at_1000_"), spread(times[_LARGE], "at_100000_")
    return {
        **small,
        **large,
        "ratio_100000_to_1000": round(float(large["at_100000_p50_ms"]) / float(small["at_1000_p50_ms"]), 2),
        "searches": _SEARCHES,
        "idle_pct": idle.idle_pct,
    }


def _ledger(folder: Path, history: int) -> Ledger:
    ledger = ledgers.sample_ledger(folder / f"{history}.db")
    with ledger.transaction() as tx:
        patient_ids = ledgers.add_people(tx, _PEOPLE)
        _book_ahead(tx, patient_ids)
    ledgers.add_history(ledger, history, patient_ids)
    return ledger


def _book_ahead(tx: Transaction, patient_ids: list[int]) -> None:
    """Some visits to come, the same in both ledgers."""
    profile, day = ledgers.profile(), ledgers.NOW.date() + timedelta(days=1)
    free = schedule.free_slots(tx, profile, ledgers.NOW, day)[:_COMING]
    for number, (slot, patient_id) in enumerate(zip(free, patient_ids, strict=False)):
        holder = f"call/{number}"
        hold = holds.hold(tx, profile, ledgers.NOW, slot, patient_id, holder=holder, channel="voice")
        bookings.confirm(tx, profile, ledgers.NOW, hold.id, holder=holder)


def _search(ledger: Ledger, round_number: int) -> float:
    """Seconds of one caller's questions."""
    profile, wish = ledgers.profile(), Wish(department_id=1 + round_number % 3)
    began = time.perf_counter()
    with ledger.reading() as tx:
        days = schedule.days_offered(tx, profile, ledgers.NOW, wish)
        schedule.free_slots(tx, profile, ledgers.NOW, days[0], wish)
        schedule.next_free(tx, profile, ledgers.NOW, wish)
    return time.perf_counter() - began
