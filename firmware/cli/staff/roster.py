"""`clinicbox roster`: who is on duty, and how much of it is free; `roster set` puts a new one in place."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from firmware.cli.staff import reading, roster_set, table
from firmware.cli.staff.office import Office, command
from firmware.clinic import schedule
from firmware.clinic.errors import BeyondHorizon
from firmware.clinic.roster import Session
from firmware.clinic.schedule import SESSION_COLUMNS, SESSION_TABLES, session_of
from firmware.language.values import Day, Money
from firmware.language.writing import write
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import absences, sessions

NAME = "roster"
HELP = "show who is on duty and what is free, or put a new roster in place"

_HEADINGS = ("day", "hours", "department", "doctor", "kind", "slots", "free", "fee")


def configure(parser: argparse.ArgumentParser) -> None:
    """A day, or a week from it."""
    parser.add_argument("--day", default="today", help="today, tomorrow, a weekday or a date (default: today)")
    parser.add_argument("--week", action="store_true", help="seven days from that day on")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    change = actions.add_parser("set", help="put departments, doctors and weekly half-days from a YAML file in place")
    change.add_argument("file", type=Path)
    change.add_argument("--keep-visits", action="store_true", help="also when booked visits lose their place")
    change.add_argument("--yes", action="store_true", help="do not ask")


@command
def run(office: Office, arguments: argparse.Namespace) -> int:
    """A table by day, department and time, or what `roster set` changes."""
    if arguments.action == "set":
        return roster_set.put(office, arguments)
    first = reading.day(arguments.day, office.today)
    days = [first + timedelta(days=ahead) for ahead in range(7 if arguments.week else 1)]
    with office.ledger.reading() as tx:
        rows = [row for day in days for row in _rows(office, tx, day)]
    table.show(_HEADINGS, rows, "Nobody is on duty.")
    return 0


def _rows(office: Office, tx: Transaction, day: date) -> list[tuple[object, ...]]:
    free = _free_counts(office, tx, day)
    on_duty = [_row(session, day, free.get(session.id, "")) for session in schedule.on_duty(tx, day)]
    return on_duty + [_row(session, day, "absent") for session in _absent(tx, day)]


def _free_counts(office: Office, tx: Transaction, day: date) -> dict[int, object]:
    """Free slots by session; nothing beyond the days that the clinic books."""
    try:
        return {offer.session.id: len(offer.free) for offer in schedule.offers(tx, office.profile, office.now, day)}
    except BeyondHorizon:
        return {}


def _absent(tx: Transaction, day: date) -> list[Session]:
    rows = select(*SESSION_COLUMNS).select_from(SESSION_TABLES.join(absences)).where(absences.c.day == day)
    return [session_of(row) for row in tx.execute(rows.order_by(sessions.c.begins))]


def _row(session: Session, day: date, free: object) -> tuple[object, ...]:
    return (
        write(Day(day), "en"),
        f"{session.begins:%H:%M}-{session.ends:%H:%M}",
        write(session.department.name, "en"),
        write(session.doctor.name, "en") if session.doctor else "",
        session.kind,
        f"{session.capacity} numbers" if session.is_by_number else f"{session.slot_minutes} min",
        free,
        write(Money(session.fee_cents), "en"),
    )
