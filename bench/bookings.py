"""Bookings committed per second, beside raw sqlite3 doing the very same statements on a copy of the same file."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event

from bench import ledgers
from bench.figures import Figures, spread
from bench.machine import IdleMeter
from firmware.clinic import bookings, holds, schedule
from firmware.clinic.roster import Slot
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Ledger, open_ledger

ABOUT = "one booking = hold and confirm (with code, journal and queued text), two durable commits"
_PEOPLE = 40
_BOOKINGS = 300
_ROUNDS = 3
_PRAGMAS = ("journal_mode", "synchronous", "foreign_keys", "cache_size", "temp_store", "wal_autocheckpoint")

Statement = tuple[str, Any]
Transactions = list[list[Statement]]


def measure() -> Figures:
    """Each booking by the product, then by raw sqlite3 in another file, so that both see the same machine."""
    idle = IdleMeter()
    with ledgers.folder() as folder:
        start = folder / "start.db"
        visits = _prepare(start)
        script = _record(_copy(start), visits)
        ours: list[float] = []
        raw: list[float] = []
        for _ in range(_ROUNDS):
            for ours_s, raw_s in zip(
                _book_all(_copy(start, "ours.db"), visits),
                _replay(_copy(start, "raw.db"), script, len(visits)),
                strict=True,
            ):
                ours.append(ours_s)
                raw.append(raw_s)
        sync_s = median(ledgers.sync_times_s(folder))
    return {
        "bookings_per_s": round(len(ours) / sum(ours), 1),
        "sqlite3_bookings_per_s": round(len(raw) / sum(raw), 1),
        "ratio_to_sqlite3": round(median(ours) / median(raw), 2),
        **spread(ours),
        **spread(raw, "sqlite3_"),
        "statements_per_booking": round(sum(map(len, script)) / len(visits), 1),
        "commits_per_booking": round(len(script) / len(visits), 1),
        "disk_sync_p50_ms": round(sync_s * 1000, 3),
        "bookings": len(ours),
        "idle_pct": idle.idle_pct,
    }


Visit = tuple[Slot, int]


def _prepare(file: Path) -> list[Visit]:
    """A ledger with people, and who shall be booked when: nobody twice a day in one department."""
    ledger = ledgers.sample_ledger(file)
    profile = ledgers.profile()
    with ledger.transaction() as tx:
        patient_ids = ledgers.add_people(tx, _PEOPLE)
        wish = Wish(department_id=1, kind="general")
        days = schedule.days_offered(tx, profile, ledgers.NOW, wish, most=50)
        visits = [
            (slot, patient_id)
            for day in days
            for slot, patient_id in zip(
                schedule.free_slots(tx, profile, ledgers.NOW, day, wish), patient_ids, strict=False
            )
        ]
    ledger.close()
    return visits[:_BOOKINGS]


def _book_all(file: Path, visits: list[Visit]) -> Iterator[float]:
    """Every visit booked as a call does it; seconds of each."""
    ledger = open_ledger(file)
    for number, (slot, patient_id) in enumerate(visits):
        began = time.perf_counter()
        _book(ledger, slot, patient_id, f"call/{number}")
        yield time.perf_counter() - began
    ledger.close()


def _book(ledger: Ledger, slot: Slot, patient_id: int, holder: str) -> None:
    profile = ledgers.profile()
    with ledger.transaction() as tx:
        hold = holds.hold(tx, profile, ledgers.NOW, slot, patient_id, holder=holder, channel="voice")
    with ledger.transaction() as tx:
        bookings.confirm(tx, profile, ledgers.NOW, hold.id, holder=holder, number="13800000001")


def _record(file: Path, visits: list[Visit]) -> Transactions:
    """The statements, with their values, that booking the visits sends to the database."""
    ledger = open_ledger(file)
    with _recorded(ledger) as script:
        for number, (slot, patient_id) in enumerate(visits):
            _book(ledger, slot, patient_id, f"call/{number}")
    ledger.close()
    return script


@contextmanager
def _recorded(ledger: Ledger) -> Iterator[Transactions]:
    """What the ledger's connections, opened from now on, send to SQLite within transactions, whoever sends it."""
    script: Transactions = []

    class RecordingCursor(sqlite3.Cursor):
        def execute(self, statement: str, values: Any = (), /) -> Any:
            if statement.startswith("BEGIN"):
                script.append([])
            if script:
                script[-1].append((statement, values))
            return super().execute(statement, values)

    class RecordingConnection(sqlite3.Connection):
        def cursor(self, *_: Any) -> Any:
            return super().cursor(RecordingCursor)

        def execute(self, *statement: Any) -> Any:
            return self.cursor().execute(*statement)

    def connect(_dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
        options["factory"] = RecordingConnection

    event.listen(ledger.engine, "do_connect", connect)
    try:
        yield script
    finally:
        event.remove(ledger.engine, "do_connect", connect)


def _replay(file: Path, script: Transactions, bookings_made: int) -> Iterator[float]:
    """The same transactions through the sqlite3 module alone; seconds of each booking."""
    transactions_each = len(script) // bookings_made
    with closing(_connect(file)) as connection:
        for first in range(0, len(script), transactions_each):
            began = time.perf_counter()
            for transaction in script[first : first + transactions_each]:
                for statement, values in transaction:
                    connection.execute(statement, values).fetchall()
                connection.commit()
            yield time.perf_counter() - began


def _connect(file: Path) -> sqlite3.Connection:
    """A connection set like the product's own."""
    ledger = open_ledger(file)
    with ledger.engine.connect() as ours:
        settings = {name: ours.exec_driver_sql(f"PRAGMA {name}").scalar() for name in _PRAGMAS}
    ledger.close()
    connection = sqlite3.connect(file, isolation_level=None)
    for name, value in settings.items():
        connection.execute(f"PRAGMA {name}={value}")
    return connection


def _copy(start: Path, name: str = "run.db") -> Path:
    """A fresh copy of the ledger file (closed, so that its write-ahead log is in it)."""
    fresh = start.with_name(name)
    for left in start.parent.glob(f"{name}*"):
        left.unlink()
    shutil.copy(start, fresh)
    return fresh
