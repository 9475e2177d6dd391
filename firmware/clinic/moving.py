"""Moving a visit to another slot: it stays the same booking, with its id, its code and its history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy import select, update

from firmware.clinic import accounts, bookings, holds, notices, records
from firmware.clinic.errors import AlreadyBookedThatDay, NoSuchBooking
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.storage import roster_schema
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import IS_VISIT


@dataclass(frozen=True)
class Before:
    """Where a visit was, as its history keeps it."""

    slot_id: str
    begins: time

    def __str__(self) -> str:
        return f"{self.slot_id} {self.begins:%H:%M}"

    @property
    def parts(self) -> tuple[int, date, int]:
        """Session, day and queue number."""
        session_id, day, number = self.slot_id.split("/")
        return int(session_id), date.fromisoformat(day), int(number)


def before(detail: str) -> Before:
    """What `str` of a `Before` wrote."""
    slot_id, _, begins = detail.partition(" ")
    return Before(slot_id, time.fromisoformat(begins))


def move(
    tx: Transaction,
    profile: ClinicProfile,
    now: datetime,
    booking_id: int,
    slot: Slot,
    *,
    holder: str,
    channel: str,
    pay_at_desk: bool = False,
    notify: bool = True,
) -> Booking:
    """Give the visit another slot (kept by `holder` or free), all in this transaction; the old one is free at once.

    The fee is the new slot's: what was held is given back and the new fee held, unless the patient pays at the desk.
    Texts about the old time that have not left are withdrawn. Raises what `holds.hold` does, `NoSuchBooking` unless the
    visit is still to come, and `NotEnoughMoney`.
    """
    visit = records.booking(tx, booking_id)
    if visit.state != "booked":
        raise NoSuchBooking(f"booking {booking_id} is {visit.state}")
    _check_day(tx, visit, slot)
    kept = holds.hold(tx, profile, now, slot, None, holder=holder, channel=channel).slot
    holds.release_all(tx, holder)
    moved = replace(visit, slot=kept, fee_cents=kept.session.fee_cents)
    moved = replace(moved, fee_is_held=_settle(tx, now, visit, moved, pay_at_desk))
    _put(tx, moved)
    bookings.note(tx, now, visit.id, "moved", channel, holder, str(Before(visit.slot.id, visit.begins)))
    notices.withdraw(tx, visit.id)
    if notify:
        notices.queue_moved(tx, profile, now, moved)
    return moved


def _check_day(tx: Transaction, visit: Booking, slot: Slot) -> None:
    """One visit a person, department and day: another one would be in the way."""
    rows = roster_schema.bookings.c
    theirs = (rows.patient_id == visit.patient_id) & (rows.department_id == slot.session.department.id)
    others = select(rows.id).where(theirs, rows.day == slot.day, rows.id != visit.id, IS_VISIT)
    other = tx.execute(others).scalar()
    if other is not None:
        raise AlreadyBookedThatDay(records.booking(tx, other))


def _settle(tx: Transaction, now: datetime, visit: Booking, moved: Booking, pay_at_desk: bool) -> bool:
    """Whether the account holds the new fee; who paid at the desk before does so still."""
    if visit.fee_is_held and visit.fee_cents == moved.fee_cents and not pay_at_desk:
        return True
    if visit.fee_is_held:
        accounts.release(tx, now, visit.patient_id, visit.fee_cents, visit.id)
    pays_at_desk = pay_at_desk or (visit.fee_cents > 0 and not visit.fee_is_held)
    return not pays_at_desk and bookings.keep_fee(tx, now, moved)


def _put(tx: Transaction, moved: Booking) -> None:
    slot, session = moved.slot, moved.slot.session
    place = {
        "slot_key": slot.key,
        "session_id": session.id,
        "department_id": session.department.id,
        "doctor_id": session.doctor.id if session.doctor else None,
        "kind": session.kind,
        "day": slot.day,
        "begins": slot.begins,
        "queue_number": slot.number,
        "fee_cents": moved.fee_cents,
        "fee_is_held": int(moved.fee_is_held),
    }
    tx.execute(update(roster_schema.bookings).where(roster_schema.bookings.c.id == moved.id).values(place))
