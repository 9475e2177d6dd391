"""`clinicbox absent`: a doctor does not come on one day."""

from __future__ import annotations

import argparse
from datetime import date

from firmware.cli.staff import asking, closing, persons, reading, table
from firmware.cli.staff.office import Office, command
from firmware.cli.staff.refusals import Refused
from firmware.clinic import people, schedule
from firmware.clinic.records import Booking
from firmware.clinic.roster import Doctor
from firmware.clinic.schedule import Wish
from firmware.language.values import Day
from firmware.language.writing import write
from firmware.phone_number import is_mobile
from firmware.storage.ledger import Transaction

NAME = "absent"
HELP = "take a doctor off the roster for one day and list the patients to be told"

REASON_CHARACTERS = 100


def configure(parser: argparse.ArgumentParser) -> None:
    """Who, when, why."""
    parser.add_argument("doctor")
    parser.add_argument("day", help="today, tomorrow, a weekday or a date")
    parser.add_argument("--reason", default="", help="kept with the roster, not told to patients")
    parser.add_argument("--yes", action="store_true", help="do not ask")


@command
def run(office: Office, arguments: argparse.Namespace) -> int:
    """Show what it touches, ask, close the slots, list who must be told; exit status 1 when the answer is no."""
    day = reading.day(arguments.day, office.today)
    when = write(Day(day, office.today), "en")
    with office.ledger.reading() as tx:
        doctor = _doctor_on_duty(tx, arguments.doctor, day)
        rows = _rows(tx, closing.affected(tx, doctor.id, day))
    who = write(doctor.name, "en")
    print(f"{who}, {when}: {len(rows)} booked.")
    if rows:
        table.show(_HEADINGS, rows, "")
    if not arguments.yes and not asking.is_sure(f"Take {who} off the roster on {when}?"):
        print("Nothing was changed.")
        return 1
    with office.changing("absent") as change:
        closing.close(change.tx, doctor.id, day, arguments.reason[:REASON_CHARACTERS])
        to_tell = _rows(change.tx, closing.affected(change.tx, doctor.id, day))
        change.detail = f"doctor {doctor.id}, {day}, {len(to_tell)} booked"
    _tell(who, when, rows, to_tell)
    return 0


def _doctor_on_duty(tx: Transaction, words: str, day: date) -> Doctor:
    doctor = reading.doctor(tx, words)
    if not schedule.on_duty(tx, day, Wish(doctor_id=doctor.id)):
        raise Refused(f"{write(doctor.name, 'en')} is not on the roster on {write(Day(day), 'en')}.")
    return doctor


def _rows(tx: Transaction, visits: list[Booking]) -> list[tuple[object, ...]]:
    return [_row(tx, visit) for visit in visits]


def _row(tx: Transaction, visit: Booking) -> tuple[object, ...]:
    name = persons.full_name(people.patient(tx, visit.patient_id))
    number = visit.contact_number or next(iter(people.numbers(tx, visit.patient_id)), None)
    way = "no number" if number is None else "text or call" if is_mobile(number) else "call"
    return (f"{visit.begins:%H:%M}", name, number or "", way, visit.code or "")


def _tell(who: str, when: str, shown: list[tuple[object, ...]], to_tell: list[tuple[object, ...]]) -> None:
    print(f"{who} is off the roster on {when}; nobody new gets in.")
    if not to_tell:
        return
    print(f"{len(to_tell)} to be told. Their bookings stand until you cancel them with 'clinicbox cancel CODE'.")
    if to_tell != shown:  # somebody booked or cancelled while the question stood
        table.show(_HEADINGS, to_tell, "")


_HEADINGS = ("when", "patient", "number", "reach by", "code")
