"""kill -9 of a writing process at random moments: nothing acknowledged is lost, and there is no half booking.

A few kills here; CLINICBOX_KILLS asks for more.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from firmware.storage.account_schema import account_entries
from firmware.storage.ledger import Ledger
from firmware.storage.roster_schema import booking_events
from firmware.storage.roster_schema import bookings as rows
from firmware.storage.text_schema import outbox
from tests.clinic import race
from tests.clinic.test_race import held_cents_agree, start, walk_ins
from tests.clinic.visits import TUESDAY

KILLS = int(os.environ.get("CLINICBOX_KILLS", "8"))


@pytest.mark.timeout(60 + KILLS)
def test_a_killed_writer_loses_nothing_it_acknowledged(ledger: Ledger, tmp_path: Path, now: datetime) -> None:
    file = tmp_path / "ledger.db"
    with ledger.transaction() as tx:
        patients = walk_ins(tx, now, KILLS, 10_000)
    acknowledged: dict[int, str] = {}
    for patient_id in patients:
        process, results = start(race.write_until_killed, file, patient_id, TUESDAY)
        results.poll(20)
        time.sleep(random.uniform(0.01, 0.08))
        process.kill()
        with closing(results):
            while True:
                try:
                    what, booking_id = results.recv()
                except EOFError:
                    break
                acknowledged[booking_id] = what
        process.join()
    assert len(acknowledged) > KILLS
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with ledger.reading() as tx:
        state_of = dict(tuple(row) for row in tx.execute(select(rows.c.id, rows.c.state)))
        for booking_id, what in acknowledged.items():
            assert state_of[booking_id] in (what, "cancelled"), "at most one more step than was acknowledged"
        assert held_cents_agree(tx)
        visits = [booking_id for booking_id, state in state_of.items() if state in ("booked", "cancelled")]
        for table, column in (
            (account_entries, account_entries.c.kind == "hold"),
            (booking_events, booking_events.c.what == "booked"),
            (outbox, outbox.c.purpose == "confirmation"),
        ):
            count = select(func.count(func.distinct(table.c.booking_id))).where(column)
            assert tx.execute(count).scalar_one() == len(visits), f"{table.name} of every visit"
