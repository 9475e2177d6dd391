"""Bookings as they stand in the ledger: one by its id or code, or a person's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, or_, select

from firmware.clinic import roster
from firmware.clinic.codes import DIGITS, SHORT_DIGITS
from firmware.clinic.errors import NoSuchBooking
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster import Department, Doctor, Slot
from firmware.clinic.schedule import SESSION_COLUMNS, SESSION_TABLES, session_of
from firmware.language.values import Language
from firmware.storage.ledger import Transaction
from firmware.storage.prepared import Prepared
from firmware.storage.roster_schema import IS_VISIT, bookings, sessions

VISIT_STATES = ("booked", "arrived")


@dataclass(frozen=True)
class Booking:
    """A person's visit, booked or not any more."""

    id: int
    state: str  # held, booked, arrived, cancelled, no-show
    slot: Slot
    patient_id: int
    fee_cents: int
    fee_is_held: bool
    code: str | None
    holder: str
    contact_number: str | None  # where its texts go
    language: Language | None
    channel: str

    @property
    def day(self) -> date:
        return self.slot.day

    @property
    def begins(self) -> time:
        """Wall time; of a number series, when the session begins."""
        return self.slot.begins

    @property
    def queue_number(self) -> int:
        return self.slot.number

    @property
    def is_by_number(self) -> bool:
        """Whether the patient comes for a queue number rather than for a time."""
        return self.slot.session.is_by_number

    @property
    def department(self) -> Department:
        return self.slot.session.department

    @property
    def doctor(self) -> Doctor | None:
        return self.slot.session.doctor

    @property
    def is_live(self) -> bool:
        return self.state in VISIT_STATES


_BOOKING_COLUMNS = ("id", "state", "day", "begins", "queue_number", "patient_id", "fee_cents", "fee_is_held", "code")
_MORE_COLUMNS = ("holder", "contact_number", "language", "channel")
_ALL: Select[Any] = (
    select(
        *(bookings.c[name].label(f"booking_{name}") for name in (*_BOOKING_COLUMNS, *_MORE_COLUMNS)),
        *SESSION_COLUMNS,
    )
    .select_from(bookings.join(SESSION_TABLES, bookings.c.session_id == sessions.c.id))
    .order_by(bookings.c.day, bookings.c.begins, bookings.c.queue_number)
)
OTHER_VISIT = (  # of `patient_id` in `department_id` on `day`: there can be one
    select(bookings.c.id)
    .where(
        bookings.c.patient_id == bindparam("patient_id"),
        bookings.c.department_id == bindparam("department_id"),
        bookings.c.day == bindparam("day"),
        IS_VISIT,
    )
    .scalar_subquery()
)
_BY_ID = Prepared(_ALL.where(bookings.c.id == bindparam("booking_id")).order_by(None))
_OF_PATIENT = _ALL.where(
    bookings.c.patient_id == bindparam("who"),
    bookings.c.day >= bindparam("today"),
    IS_VISIT,
)
_OF_NUMBER = and_(
    bookings.c.contact_number == bindparam("number"), bookings.c.code.between(bindparam("first"), bindparam("last"))
)
_BY_CODE = _ALL.where(or_(and_(bookings.c.code == bindparam("first"), IS_VISIT), _OF_NUMBER))
_BY_SHORT_CODE = _ALL.where(_OF_NUMBER)


def booking(tx: Transaction, booking_id: int) -> Booking:
    """The booking with this id; raises `NoSuchBooking`."""
    row = _BY_ID.first(tx, booking_id=booking_id)
    if row is None:
        raise NoSuchBooking(f"no booking {booking_id}")
    return _booking(row)


def of_patient(tx: Transaction, profile: ClinicProfile, now: datetime, patient_id: int) -> list[Booking]:
    """The person's visits from today on, soonest first."""
    today = roster.wall_day(now, profile.zone)
    return [_booking(row) for row in tx.execute(_OF_PATIENT, {"who": patient_id, "today": today})]


def by_code(tx: Transaction, code: str, number: str | None = None) -> Booking:
    """The visit with this six-digit code; if its texts go to `number`, the first four digits do, and it may be over.

    Of several the live one, else the latest. Raises `NoSuchBooking`.
    """
    if len(code) == DIGITS:
        rows = tx.execute(_BY_CODE, {"number": number, "first": code, "last": code})
    elif len(code) == SHORT_DIGITS:
        rows = tx.execute(_BY_SHORT_CODE, {"number": number, "first": code + "00", "last": code + "99"})
    else:
        raise NoSuchBooking("no code has so many digits")
    found = [_booking(row) for row in rows]
    if not found:
        raise NoSuchBooking("no booking has this code")
    return max(found, key=lambda one: (one.is_live, one.day, one.id))


def _booking(row: Row[Any]) -> Booking:
    slot = Slot(session_of(row), row.booking_day, row.booking_begins, row.booking_queue_number)
    return Booking(
        id=row.booking_id,
        state=row.booking_state,
        slot=slot,
        patient_id=row.booking_patient_id,
        fee_cents=row.booking_fee_cents,
        fee_is_held=bool(row.booking_fee_is_held),
        code=row.booking_code,
        holder=row.booking_holder,
        contact_number=row.booking_contact_number,
        language=row.booking_language,
        channel=row.booking_channel,
    )
