"""Visits that lost their place (a doctor is away, the clinic closed): whom to tell how, and cancelling them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from firmware.clinic import bookings, notices, people, records
from firmware.clinic.errors import AlreadyCancelled, NoSuchBooking
from firmware.clinic.people import Patient
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.phone_number import is_mobile
from firmware.storage.ledger import Transaction

MOBILE, LANDLINE, NO_NUMBER, DECEASED = "mobile", "landline", "none", "deceased"
CANCELLED, GONE = "cancelled", "gone"


@dataclass(frozen=True)
class Stopped:
    """A visit with what it takes to tell its patient."""

    visit: Booking
    patient: Patient
    reach: str  # MOBILE, LANDLINE, NO_NUMBER, DECEASED: who has died is never contacted
    number: str | None
    text: str  # what would be sent; empty when no text can be

    @property
    def can_be_texted(self) -> bool:
        return self.reach == MOBILE


@dataclass(frozen=True)
class Report:
    """What became of the visits to be cancelled; the numbers add up."""

    asked: int
    texted: int
    to_call: int  # cancelled, but no text can tell them
    gone: int  # cancelled or over before, or no visit at all


def known(tx: Transaction, booking_ids: Iterable[int]) -> list[Booking]:
    """The bookings of these ids that there are, in the order given."""
    found = []
    for booking_id in booking_ids:
        with suppress(NoSuchBooking):
            found.append(records.booking(tx, booking_id))
    return found


def told(tx: Transaction, profile: ClinicProfile, now: datetime, visits: Iterable[Booking]) -> list[Stopped]:
    """The visits with their patients and texts, in the order given."""
    return [_stopped(tx, profile, now, visit) for visit in visits]


def cancel_all(
    tx: Transaction, profile: ClinicProfile, now: datetime, visits: Iterable[Booking], *, cause: str
) -> Report:
    """Cancel each visit once, money back, and queue its text; who can't be texted is counted."""
    counted: Counter[str] = Counter()
    for each in told(tx, profile, now, visits):
        counted[_cancel(tx, profile, now, each, cause)] += 1
    return Report(counted.total(), counted[MOBILE], counted[CANCELLED], counted[GONE])


def _cancel(tx: Transaction, profile: ClinicProfile, now: datetime, each: Stopped, cause: str) -> str:
    try:
        bookings.cancel(tx, profile, now, each.visit.id, channel="desk", cause=cause, by_staff=True, notify=False)
    except (AlreadyCancelled, NoSuchBooking):
        return GONE
    if not each.can_be_texted:
        return CANCELLED
    notices.queue_stopped(tx, profile, now, replace(each.visit, contact_number=each.number))
    return MOBILE


def _stopped(tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking) -> Stopped:
    patient = people.patient(tx, visit.patient_id)
    number = visit.contact_number or next(iter(people.numbers(tx, visit.patient_id)), None)
    if patient.is_deceased:
        return Stopped(visit, patient, DECEASED, None, "")
    if number is None or not is_mobile(number):
        return Stopped(visit, patient, LANDLINE if number else NO_NUMBER, number, "")
    text = notices.stopped(profile, now, visit, visit.language or "zh")
    return Stopped(visit, patient, MOBILE, number, text)
