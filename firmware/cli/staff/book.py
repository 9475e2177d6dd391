"""`clinicbox book`: a visit booked at the desk, by the rules that callers have."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date, time

from firmware.cli.staff import persons, reading
from firmware.cli.staff.office import Change, Office, command
from firmware.cli.staff.refusals import Refused, visit
from firmware.clinic import bookings, holds, notices, people, roster, schedule
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.roster import GENERAL, Slot
from firmware.clinic.schedule import Wish
from firmware.language.values import Day, Language, Money
from firmware.language.writing import write
from firmware.phone_number import is_mobile
from firmware.storage.ledger import Transaction

NAME = "book"
HELP = "book a visit for a patient"


def configure(parser: argparse.ArgumentParser) -> None:
    """For whom, with whom, when."""
    parser.add_argument("patient", help="name, telephone number, card or id (p12)")
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--doctor", help="name of the doctor")
    who.add_argument("--department", help="name or key of the department, for its general numbers")
    parser.add_argument("--day", required=True, help="today, tomorrow, a weekday or a date")
    parser.add_argument("--time", help="such as 8:45; not needed where queue numbers are given out")
    parser.add_argument("--pay-at-desk", action="store_true", help="leave the patient's account alone")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """Hold and confirm in one transaction; prints what the patient is told."""
    day = reading.day(arguments.day, office.today)
    if day < office.today:
        raise Refused(f"{write(Day(day, office.today), 'en')} is past.")
    at = reading.time_of_day(arguments.time) if arguments.time else None
    with office.changing("book") as change:
        person = persons.the_one(change.tx, arguments.patient)
        slot = _Choice(change.tx, office.profile, change, _wish(change.tx, arguments), day).slot(at)
        booked = _book(office, change, slot, person.id, arguments.pay_at_desk)
        change.detail = f"booking {booked.id}"
    _tell(office, booked, persons.full_name(person))


def _wish(tx: Transaction, arguments: argparse.Namespace) -> Wish:
    if arguments.doctor:
        return Wish(doctor_id=reading.doctor(tx, arguments.doctor).id)
    return Wish(department_id=reading.department(tx, arguments.department).id, kind=GENERAL)


@dataclass(frozen=True)
class _Choice:
    """What is on offer on the day, and which of it is meant."""

    tx: Transaction
    profile: ClinicProfile
    change: Change
    wish: Wish
    day: date

    def slot(self, at: time | None) -> Slot:
        """The slot at the time, or the next number; one that is taken when no other is meant, to be refused as such."""
        free = schedule.free_slots(self.tx, self.profile, self.change.now, self.day, self.wish)
        meant = [slot for slot in self._all() if slot.session.is_by_number or slot.begins == at]
        if not meant:
            raise Refused(self._free_times(free, at))
        return next((slot for slot in meant if slot in free), meant[0])

    def _all(self) -> list[Slot]:
        sessions = schedule.on_duty(self.tx, self.day, self.wish)
        return [slot for session in sessions for slot in roster.slots(session, self.day, self.profile.zone)]

    def _free_times(self, free: list[Slot], at: time | None) -> str:
        day = write(Day(self.day), "en")
        times = " ".join(dict.fromkeys(f"{slot.begins:%H:%M}" for slot in free))
        if not times:
            return f"Nothing is free on {day}."
        reason = "Say --time" if at is None else f"There is no slot at {at:%H:%M}"
        return f"{reason}; free on {day}: {times}."


def _book(office: Office, change: Change, slot: Slot, patient_id: int, pay_at_desk: bool) -> Booking:
    tx, now, profile = change.tx, change.now, office.profile
    held = holds.hold(tx, profile, now, slot, patient_id, holder=office.holder, channel="desk")
    number = next(iter(people.numbers(tx, patient_id)), None)
    return bookings.confirm(
        tx, profile, now, held.id, holder=office.holder, slot=held.slot, number=number,
        language=_language(tx, patient_id, number), pay_at_desk=pay_at_desk,
    )  # fmt: skip


def _language(tx: Transaction, patient_id: int, number: str | None) -> Language:
    return people.patient(tx, patient_id).language or people.contact(tx, number).language or "zh"


def _tell(office: Office, booked: Booking, name: str) -> None:
    fee = write(Money(booked.fee_cents), "en")
    paid = "held on the account" if booked.fee_is_held else "to be paid at the desk"
    print(f"Booked for {name}: {visit(booked)}. Fee {fee}, {paid}.")
    tell_text(booked, notices.confirmation(office.profile, office.now, booked, booked.language or "zh"))


def tell_text(booked: Booking, body: str) -> None:
    """Print the patient's text, and whether it goes out by itself."""
    number = booked.contact_number
    if number and is_mobile(number):
        print(f"Text to {number}: {body}")
    else:
        print(f"No text goes out ({number or 'no number'}); tell the patient: {body}")
