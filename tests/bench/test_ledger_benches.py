"""The ledger benches run, small, and raw sqlite3 ends with the same rows as the product."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bench import bookings, ledgers, slots

ROWS = "SELECT slot_key, patient_id, state, code FROM bookings ORDER BY id"


def test_raw_sqlite3_does_the_very_same(tmp_path: Path) -> None:
    start = tmp_path / "start.db"
    visits = bookings._prepare(start)[:5]
    script = bookings._record(bookings._copy(start), visits)
    with closing(sqlite3.connect(tmp_path / "run.db")) as ours:
        wanted = ours.execute(ROWS).fetchall()
    assert len(list(bookings._replay(bookings._copy(start), script, len(visits)))) == 5
    with closing(sqlite3.connect(tmp_path / "run.db")) as raw:
        assert raw.execute(ROWS).fetchall() == wanted


def test_a_long_history_is_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "_LARGE", 2_000)
    ledger = slots._ledger(tmp_path, slots._LARGE)
    assert slots._search(ledger, 0) > 0
    with ledger.reading() as tx:
        count = tx.exec_driver_sql("SELECT count(*) FROM bookings WHERE day < ?", (str(ledgers.NOW.date()),)).scalar()
    ledger.close()
    assert count >= 2_000
