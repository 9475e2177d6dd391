"""The migration that lets the desk keep a slot touches no row and leaves a sound ledger."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import column, insert, select, table, text
from sqlalchemy.exc import IntegrityError

from firmware.storage import migration, people_schema, roster_schema
from firmware.storage.ledger import Ledger, Transaction, open_ledger, sqlite_engine

VISIT = {
    "slot_key": "series/1/2026-03-02/1", "session_id": 1, "department_id": 1, "kind": "general",
    "day": "2026-03-02", "begins": "08:00:00.000000", "queue_number": 1, "patient_id": 1, "state": "booked",
    "channel": "voice", "created_at": "2026-03-02T01:00:00.000Z",
}  # fmt: skip


@pytest.fixture
def old_ledger(file: Path) -> Path:
    """A ledger of before, with a visit and its history."""
    config, engine = migration.configuration(), sqlite_engine(file)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0005")
        _fill(connection)
    engine.dispose()
    return file


def _fill(tx: Transaction) -> None:
    tx.execute(insert(roster_schema.departments).values(id=1, key=1, name_zh="内科", name_en="Internal medicine"))
    tx.execute(
        insert(roster_schema.sessions).values(
            id=1, department_id=1, kind="general", weekday=1, mode="series", capacity=40,
            begins=time(8), ends=time(17),
        )
    )  # fmt: skip
    tx.execute(insert(people_schema.patients).values(id=1, name_zh="王秀英", name_en="", born=date(1948, 3, 7)))
    bookings = table("bookings", *map(column, VISIT))  # as it was then
    tx.execute(insert(bookings).values(VISIT))
    event = "INSERT INTO booking_events (booking_id, at, what, channel) VALUES (1, :at, 'booked', 'voice')"
    tx.execute(text(event), {"at": VISIT["created_at"]})


def add(tx: Transaction, state: str, patient_id: int | None, number: int) -> None:
    columns = roster_schema.bookings.c
    first = select(*(each for each in columns if each.name != "id")).where(columns.id == 1)
    row = {**tx.execute(first).mappings().one(), "state": state, "patient_id": patient_id, "slot_key": f"x/{number}"}
    tx.execute(insert(roster_schema.bookings).values({**row, "day": date(2026, 3, 2 + number)}))


def test_what_was_there_is_there_and_the_ledger_is_sound(old_ledger: Path) -> None:
    ledger = open_ledger(old_ledger)
    with ledger.reading() as tx:
        assert tx.execute(select(roster_schema.bookings.c.patient_id, roster_schema.bookings.c.state)).all() == [
            (1, "booked")
        ]
        assert tx.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert tx.execute(text("PRAGMA foreign_key_check")).all() == []
    ledger.close()


def test_only_a_slot_that_is_kept_may_be_nobodys(old_ledger: Path) -> None:
    ledger: Ledger = open_ledger(old_ledger)
    with ledger.transaction() as tx:
        add(tx, "held", None, 1)
    for state in ("booked", "arrived", "cancelled", "no-show"):
        with pytest.raises(IntegrityError, match="visit_has_a_patient"), ledger.transaction() as tx:
            add(tx, state, None, 2)
    with pytest.raises(IntegrityError, match="FOREIGN KEY"), ledger.transaction() as tx:
        add(tx, "booked", 99, 2)
    ledger.close()
