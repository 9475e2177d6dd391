"""Ledgers to measure on: the sample clinic with more people and years of past visits, on the disk of /var/tmp."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from firmware.clinic import people, sample
from firmware.clinic.profile import ClinicProfile
from firmware.language.values import Name
from firmware.storage.ledger import Ledger, Transaction, open_ledger
from firmware.storage.roster_schema import bookings, sessions

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
_BATCH = 5000


@cache
def profile() -> ClinicProfile:
    """The sample clinic, with so wide a horizon that a bench does not run out of slots."""
    return replace(sample.profile(), horizon_days=60)


@contextmanager
def folder() -> Iterator[Path]:
    """A folder on a real disk: /var/tmp is never kept in memory."""
    with tempfile.TemporaryDirectory(prefix="clinicbox-bench-", dir="/var/tmp") as path:
        yield Path(path)


def sample_ledger(file: Path) -> Ledger:
    """A new ledger with the sample clinic."""
    ledger = open_ledger(file)
    with ledger.transaction() as tx:
        sample.fill(tx, NOW)
    return ledger


def add_people(tx: Transaction, count: int) -> list[int]:
    """So many more patients, each with a number; their ids."""
    return [
        people.register(tx, Name(f"病人{n}", f"Patient {n}"), date(1960, 1, 1), number=f"137{n:08}").id
        for n in range(count)
    ]


def add_history(ledger: Ledger, count: int, patient_ids: list[int]) -> None:
    """So many visits that took place, evenly over the days before `NOW`."""
    with ledger.transaction() as tx:
        session = tx.execute(select(sessions)).first()
        if session is None:
            raise LookupError("the sample clinic has no sessions")
        fixed = {name: session._mapping[name] for name in ("department_id", "doctor_id", "kind", "begins")}
        for first in range(0, count, _BATCH):
            rows = [
                {**fixed, **_visit(session.id, number, patient_ids)}
                for number in range(first, min(count, first + _BATCH))
            ]
            tx.execute(insert(bookings), rows)


def _visit(session_id: int, number: int, patient_ids: list[int]) -> dict[str, object]:
    """Visit `number` of the past: each patient comes at most once a day."""
    days_ago, place = divmod(number, len(patient_ids))
    day = NOW.date() - timedelta(days=1 + days_ago)
    return {
        "slot_key": f"past/{day}/{place}",
        "session_id": session_id,
        "day": day,
        "queue_number": place + 1,
        "patient_id": patient_ids[place],
        "state": "arrived",
        "holder": "call/bench",
        "code": None,
        "channel": "voice",
        "created_at": NOW - timedelta(days=2 + days_ago),
    }


def sync_times_s(place: Path, count: int = 50) -> list[float]:
    """How long the disk takes to make 4 kB durable: the floor of every commit."""
    times = []
    with (place / "sync").open("wb", buffering=0) as file:
        for _ in range(count):
            began = time.perf_counter()
            file.write(b"\0" * 4096)
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - began)
    return times
