"""A doctor's day taken off the roster: what it touches, and how it is closed."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects import sqlite

from firmware.clinic import records, schedule
from firmware.clinic.records import VISIT_STATES, Booking
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Transaction
from firmware.storage.schema import absences, bookings


def affected(tx: Transaction, doctor_id: int, day: date) -> list[Booking]:
    """The visits with the doctor on that day, soonest first."""
    columns = bookings.c
    theirs = select(columns.id).where(
        columns.doctor_id == doctor_id, columns.day == day, columns.state.in_(VISIT_STATES)
    )
    return [records.booking(tx, key) for key in tx.execute(theirs.order_by(columns.begins)).scalars().all()]


def close(tx: Transaction, doctor_id: int, day: date, reason: str) -> int:
    """Take the doctor's sessions of the day off: nobody new gets in, not even who holds a slot; how many sessions."""
    off = [session.id for session in schedule.on_duty(tx, day, Wish(doctor_id=doctor_id))]
    for session_id in off:
        row = {"session_id": session_id, "day": day, "reason": reason}
        tx.execute(sqlite.insert(absences).values(row).on_conflict_do_nothing())
    held = delete(bookings).where(bookings.c.session_id.in_(off), bookings.c.day == day, bookings.c.state == "held")
    tx.execute(held)
    return len(off)
