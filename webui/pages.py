"""What the pages show of the ledger: small read-only queries, each bounded, none growing with the clinic's history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, and_, select

from firmware.language.values import Name
from firmware.storage import inbox as incoming
from firmware.storage import outbox as outgoing
from firmware.storage import recordings
from firmware.storage.ledger import Transaction
from firmware.storage.schema import bookings, calls, departments, doctors, inbox, outbox, patients

CALLS_SHOWN = 100
BOOKINGS_SHOWN = 500
TEXTS_SHOWN = 50
WAITING_SHOWN = 50

SHOWN_STATES = ("held", "booked", "arrived", "no-show")


@dataclass(frozen=True)
class CallRow:
    """One call as the list shows it; `caller` and `patient` are whatever a stranger claimed: escape them."""

    id: str
    line: str
    caller: str | None
    is_withheld: bool
    patient: Name | None
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    end_reason: str | None


@dataclass(frozen=True)
class BookingRow:
    """One visit, or a slot held while somebody is still deciding."""

    day: date
    begins: time
    queue_number: int
    state: str
    kind: str
    department: Name | None
    doctor: Name | None  # None: the department's general numbers
    patient: Name | None


@dataclass(frozen=True)
class TextRow:
    """One text message, received or to be sent."""

    at: datetime
    is_incoming: bool
    number: str
    body: str
    state: str


@dataclass(frozen=True)
class WaitingRow:
    """Something that waits for a person; `id` is what `clinicbox messages` calls it."""

    id: str
    at: datetime
    number: str | None
    what: str  # voice, text, failed, unknown
    body: str = ""
    seconds: int = 0  # of a voice message


def calls_since(tx: Transaction, moment: datetime) -> list[CallRow]:
    """The newest calls that began at `moment` (aware) or later, newest first."""
    wanted = (
        select(calls, *_name_of(patients, "patient"))
        .join_from(calls, patients, isouter=True)
        .where(calls.c.started_at >= moment)
        .order_by(calls.c.started_at.desc())
        .limit(CALLS_SHOWN)
    )
    return [
        CallRow(
            row.id, row.line, row.caller, bool(row.is_withheld), _name(row, "patient"),
            row.started_at, row.ended_at, row.outcome, row.end_reason,
        )
        for row in tx.execute(wanted)
    ]  # fmt: skip


def bookings_from(tx: Transaction, first: date) -> list[BookingRow]:
    """Visits on `first` and later, by day, doctor and time."""
    return [
        BookingRow(
            row.day, row.begins, row.queue_number, row.state, row.kind,
            _name(row, "department"), _name(row, "doctor"), _name(row, "patient"),
        )
        for row in tx.execute(_visits(first))
    ]  # fmt: skip


def _visits(first: date) -> Select[Any]:
    return (
        select(
            bookings.c.day, bookings.c.begins, bookings.c.queue_number, bookings.c.state, bookings.c.kind,
            *_name_of(departments, "department"), *_name_of(doctors, "doctor"), *_name_of(patients, "patient"),
        )
        .select_from(bookings)
        .join(departments, departments.c.id == bookings.c.department_id)
        .join(patients, patients.c.id == bookings.c.patient_id)
        .join(doctors, doctors.c.id == bookings.c.doctor_id, isouter=True)
        .where(and_(bookings.c.day >= first, bookings.c.state.in_(SHOWN_STATES)))
        .order_by(bookings.c.day, departments.c.key, doctors.c.id, bookings.c.begins, bookings.c.queue_number)
        .limit(BOOKINGS_SHOWN)
    )  # fmt: skip


def newest_texts(tx: Transaction) -> list[TextRow]:
    """The newest texts of both directions, newest first."""
    received = tx.execute(select(inbox).order_by(inbox.c.id.desc()).limit(TEXTS_SHOWN))
    written = tx.execute(select(outbox).order_by(outbox.c.id.desc()).limit(TEXTS_SHOWN))
    rows = [TextRow(row.received_at, True, row.number, row.body, "received") for row in received]
    rows += [TextRow(row.sent_at or row.created_at, False, row.number, row.body, row.state) for row in written]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:TEXTS_SHOWN]


def waiting(tx: Transaction, now: datetime) -> list[WaitingRow]:
    """What callers left, texts that the box could not deal with, texts that did not arrive: the oldest first."""
    left = recordings.messages_waiting(tx)[:WAITING_SHOWN]
    lost = outgoing.not_arrived(tx, now)[:WAITING_SHOWN]
    rows = [WaitingRow(f"v{each.id}", each.created_at, each.number, "voice", seconds=each.seconds) for each in left]
    rows += [
        WaitingRow(f"t{each.id}", each.received_at, each.number, "text", each.body)
        for each in incoming.for_people(tx, WAITING_SHOWN)
    ]
    rows += [WaitingRow(f"o{each.id}", each.created_at, each.number, each.state, each.body) for each in lost]
    return sorted(rows, key=lambda row: row.at)[:WAITING_SHOWN]


def _name_of(table: Table, prefix: str) -> tuple[ColumnElement[str], ColumnElement[str]]:
    return table.c.name_zh.label(f"{prefix}_zh"), table.c.name_en.label(f"{prefix}_en")


def _name(row: Row[Any], prefix: str) -> Name | None:
    zh, en = (row._mapping[f"{prefix}_{language}"] or "" for language in ("zh", "en"))
    return Name(zh, en) if zh.strip() or en.strip() else None
