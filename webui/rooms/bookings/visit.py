"""One visit: what it is, what became of it, what was texted; and its ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import accounts, daybook, people, records, roster
from firmware.clinic.daybook import Event
from firmware.clinic.errors import NoSuchBooking
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.phone_number import is_mobile
from firmware.storage.ledger import Transaction
from webui import refusals
from webui.reader import Reader
from webui.rooms.bookings import saying
from webui.rooms.bookings.saying import Doer


@dataclass(frozen=True)
class Told:
    """One line of the history, ready to be read."""

    event: Event
    doer: Doer
    before: Slot | None  # of a move


def page(reader: Reader, booking_id: int) -> HTTPResponse:
    """Everything about the visit, with what can be done now."""
    return _show(reader, booking_id, "bookings/visit.html")


def ticket(reader: Reader, booking_id: int) -> HTTPResponse:
    """For a small printer: 80 mm."""
    return _show(reader, booking_id, "bookings/ticket.html")


def _show(reader: Reader, booking_id: int, template: str) -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        try:
            visit = records.booking(tx, booking_id)
        except NoSuchBooking:
            return refusals.page(reader, 404)
        if visit.state == "held":
            return refusals.page(reader, 404)
        context: dict[str, Any] = {
            "visit": visit,
            "patient": people.patient(tx, visit.patient_id),
            "history": [_told(tx, each) for each in daybook.history(tx, booking_id)],
            "is_charged": bool(accounts.charged(tx, [booking_id])),
            "texts": daybook.texts(tx, booking_id),
        }
    return reader.page(template, **context, **_what_can_be_done(reader, visit), say=saying, is_mobile=is_mobile)


def _what_can_be_done(reader: Reader, visit: Booking) -> dict[str, bool]:
    stands = visit.state == "booked"
    return {
        "is_past_cut_off": stands and reader.now >= reader.profile.cut_off(visit.day),
        "is_today": stands and visit.day == reader.today,
        "is_missed": stands and reader.now >= roster.last_moment(visit.slot, reader.profile.zone),
    }


def _told(tx: Transaction, event: Event) -> Told:
    before = saying.place(tx, event.before) if event.before is not None else None
    return Told(event, saying.doer(tx, event.cause), before)
