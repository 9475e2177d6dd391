"""Single days that are unlike the week: a doctor away, a holiday, an extra half-day."""

from __future__ import annotations

from datetime import date, time

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import sqlite

from firmware.clinic import records, schedule
from firmware.clinic.records import VISIT_STATES, Booking
from firmware.clinic.roster import Department, Doctor
from firmware.clinic.roster_document import RosterError, check_length
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import absences, bookings, sessions


def affected(tx: Transaction, day: date, wish: Wish) -> list[Booking]:
    """The visits on that day (with one doctor, in one department), soonest first."""
    columns = bookings.c
    theirs = select(columns.id).where(columns.day == day, columns.state.in_(VISIT_STATES))
    if wish.doctor_id is not None:
        theirs = theirs.where(columns.doctor_id == wish.doctor_id)
    if wish.department_id is not None:
        theirs = theirs.where(columns.department_id == wish.department_id)
    return [records.booking(tx, key) for key in tx.execute(theirs.order_by(columns.begins)).scalars().all()]


def close(tx: Transaction, day: date, wish: Wish, reason: str = "") -> int:
    """Take the sessions of the day off: nobody new gets in, not even who holds a slot; how many sessions."""
    off = [session.id for session in schedule.on_duty(tx, day, wish)]
    for session_id in off:
        row = {"session_id": session_id, "day": day, "reason": reason}
        tx.execute(sqlite.insert(absences).values(row).on_conflict_do_nothing())
    held = delete(bookings).where(bookings.c.session_id.in_(off), bookings.c.day == day, bookings.c.state == "held")
    tx.execute(held)
    return len(off)


def reopen(tx: Transaction, day: date, wish: Wish) -> int:
    """Undo `close`: the sessions take place after all; how many."""
    theirs = select(sessions.c.id)
    if wish.doctor_id is not None:
        theirs = theirs.where(sessions.c.doctor_id == wish.doctor_id)
    if wish.department_id is not None:
        theirs = theirs.where(sessions.c.department_id == wish.department_id)
    back = delete(absences).where(absences.c.day == day, absences.c.session_id.in_(theirs))
    return tx.execute(back).rowcount


def add_extra(
    tx: Transaction,
    day: date,
    owner: Doctor | Department,
    *,
    kind: str,
    begins: time,
    ends: time,
    slot_minutes: int | None,
    capacity: int | None,
    fee_cents: int,
) -> int:
    """A half-day of this date only, by time or by number; its session's id.

    Raises `RosterError` where the owner has one already.
    """
    is_doctor = isinstance(owner, Doctor)
    check_length(begins, ends, slot_minutes, "extra")
    wish = Wish(doctor_id=owner.id) if is_doctor else Wish(department_id=owner.id)
    for session in schedule.on_duty(tx, day, wish):
        if (session.doctor is not None) == is_doctor and session.begins < ends and begins < session.ends:
            raise RosterError(f"extra: there is a session from {session.begins:%H:%M} to {session.ends:%H:%M} that day")
    values = {
        "department_id": owner.department_id if isinstance(owner, Doctor) else owner.id,
        "doctor_id": owner.id if is_doctor else None,
        "mode": "time" if slot_minutes else "series",
        "weekday": day.isoweekday(),
        "valid_from": day,
        "valid_until": day,
    }
    terms = {"slot_minutes": slot_minutes, "capacity": capacity, "fee_cents": fee_cents}
    row = insert(sessions).values(**values, **terms, kind=kind, begins=begins, ends=ends)
    return int(tx.execute(row.returning(sessions.c.id)).scalar_one())
