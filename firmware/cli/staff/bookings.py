"""`clinicbox bookings`: who comes on a day."""

from __future__ import annotations

import argparse

from sqlalchemy import select

from firmware.cli.staff import persons, reading, table
from firmware.cli.staff.office import Office, command
from firmware.clinic import people, records
from firmware.clinic.records import Booking
from firmware.language.values import Day
from firmware.language.writing import write
from firmware.storage import roster_schema
from firmware.storage.ledger import Transaction

NAME = "bookings"
HELP = "list the bookings of a day"

_HEADINGS = ("when", "no.", "department", "doctor", "patient", "number", "state", "code")


def configure(parser: argparse.ArgumentParser) -> None:
    """Which ones."""
    parser.add_argument("--day", default="today", help="today, tomorrow, a weekday or a date (default: today)")
    parser.add_argument("--doctor", help="only this doctor's")
    parser.add_argument("--cancelled", action="store_true", help="cancelled ones too")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """A table by time and department."""
    day = reading.day(arguments.day, office.today)
    with office.ledger.reading() as tx:
        doctor = reading.doctor(tx, arguments.doctor) if arguments.doctor else None
        columns = roster_schema.bookings.c
        wanted = select(columns.id).where(columns.day == day, columns.state != "held")
        wanted = wanted if doctor is None else wanted.where(columns.doctor_id == doctor.id)
        wanted = wanted if arguments.cancelled else wanted.where(columns.state != "cancelled")
        keys = tx.execute(wanted.order_by(columns.begins, columns.department_id, columns.queue_number)).scalars().all()
        rows = [row(tx, records.booking(tx, key)) for key in keys]
    print(write(Day(day, office.today), "en"))
    table.show(_HEADINGS, rows, "No bookings.")


def row(tx: Transaction, booking: Booking) -> tuple[object, ...]:
    """One booking as a row."""
    return (
        f"{booking.begins:%H:%M}",
        booking.queue_number,
        write(booking.department.name, "en"),
        write(booking.doctor.name, "en") if booking.doctor else "",
        persons.full_name(people.patient(tx, booking.patient_id)),
        booking.contact_number or "",
        booking.state,
        booking.code or "",
    )
