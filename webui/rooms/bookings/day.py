"""Who comes on a day, by doctor: every place of every half-day, free, being booked or taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import accounts, daybook, people, records, schedule
from firmware.clinic.errors import NoSuchBooking, NoSuchPatient
from firmware.clinic.people import Patient
from firmware.clinic.records import Booking
from firmware.clinic.roster import Doctor
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Transaction
from webui.reader import Reader, address
from webui.rooms.bookings import saying

STATES = ("booked", "arrived", "no-show", "held", "free", "cancelled")
SHOWN = ("", "free", "cancelled")


@dataclass(frozen=True)
class Choice:
    """What the page shows, as its address says; `patient` or `moving` waits for a time to be chosen."""

    day: date
    department: int | None
    doctor: int | None
    show: str
    patient: int | None
    moving: int | None

    @property
    def wish(self) -> Wish:
        return Wish(department_id=self.department, doctor_id=self.doctor)

    def address(self, **other: str | int | date | None) -> str:
        """This page with something else chosen."""
        query: dict[str, str | int | date | None] = {
            "day": self.day, "department": self.department, "doctor": self.doctor, "show": self.show,
            "patient": self.patient, "move": self.moving,
        }  # fmt: skip
        return address("/bookings", **{**query, **other})


@dataclass(frozen=True)
class Purpose:
    """For whom a time is being chosen, if for somebody."""

    patient: Patient | None = None
    visit: Booking | None = None


def page(reader: Reader) -> HTTPResponse:
    """The whole page, or only its day when something has changed."""
    choice = _choice(reader)
    with reader.office.ledger.reading() as tx:
        book = daybook.day_book(tx, reader.profile, reader.now, choice.day, choice.wish)
        purpose = _purpose(tx, choice)
        charged = accounts.charged(tx, [visit.id for each in book for visit in each.visits])
        departments, doctors = schedule.all_departments(tx), schedule.all_doctors(tx)
    context: dict[str, Any] = {
        "choice": choice,
        "book": book,
        "charged": charged,
        "purpose": purpose,
        "counts": Counter[str](sum((Counter(each.counts) for each in book), Counter[str]())),
        "states": STATES,
        "days": [choice.day + timedelta(days=step) for step in (-1, 1)],
        "doctors": _suiting(doctors, choice.department),
        "departments": departments,
        "can_book": reader.may("book") and choice.day <= reader.profile.last_day(reader.now),
        "is_beyond": choice.day > reader.profile.last_day(reader.now),
        "last_day": reader.profile.last_day(reader.now),
        "say": saying,
    }
    return reader.page("bookings/day.html" if reader.is_part else "bookings/page.html", **context)


def cancelled(reader: Reader) -> HTTPResponse:
    """The visits of some days that were cancelled: whose, by whom, how and when."""
    first = reader.query.near_day("from", reader.today, reader.today)
    wished = reader.query.near_day("to", first + timedelta(days=6), reader.today)
    last = min(max(wished, first), first + timedelta(days=30))
    channel = reader.query.choice("channel", ("", *daybook.CHANNELS), "")
    with reader.office.ledger.reading() as tx:
        found = daybook.cancellations(tx, first, last, channel or None)
        doers = {each.visit.id: saying.doer(tx, each.event.cause) for each in found}
    return reader.page(
        "bookings/cancelled.html", first=first, last=last, channel=channel, found=found, doers=doers, say=saying,
        channels=daybook.CHANNELS, most=daybook.MOST_CANCELLATIONS,
    )  # fmt: skip


def _choice(reader: Reader) -> Choice:
    query = reader.query
    return Choice(
        day=query.near_day("day", reader.today, reader.today),
        department=query.key("department") or None,
        doctor=query.key("doctor") or None,
        show=query.choice("show", SHOWN, ""),
        patient=query.key("patient") or None,
        moving=query.key("move") or None,
    )


def _purpose(tx: Transaction, choice: Choice) -> Purpose:
    """Somebody who is gone meanwhile is nobody: the page shows the day all the same."""
    try:
        if choice.moving is not None:
            visit = records.booking(tx, choice.moving)
            return Purpose(people.patient(tx, visit.patient_id), visit) if visit.state == "booked" else Purpose()
        return Purpose(people.patient(tx, choice.patient)) if choice.patient is not None else Purpose()
    except (NoSuchBooking, NoSuchPatient):
        return Purpose()


def _suiting(doctors: Sequence[Doctor], department: int | None) -> list[Doctor]:
    return [doctor for doctor in doctors if department in (None, doctor.department_id)]
