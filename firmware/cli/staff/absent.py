"""`clinicbox absent`: a doctor does not come on one day."""

from __future__ import annotations

import argparse
from datetime import date

from firmware.cli.staff import days_off, reading
from firmware.cli.staff.office import Office, command
from firmware.cli.staff.refusals import Refused
from firmware.clinic import schedule
from firmware.clinic.roster import Doctor
from firmware.clinic.schedule import Wish
from firmware.language.values import Day
from firmware.language.writing import write
from firmware.storage.ledger import Transaction

NAME = "absent"
HELP = "take a doctor off the roster for one day and list the patients to be told"


def configure(parser: argparse.ArgumentParser) -> None:
    """Who, when, why."""
    parser.add_argument("doctor")
    days_off.configure(parser)


@command
def run(office: Office, arguments: argparse.Namespace) -> int:
    """Show what it touches, ask, close the slots, list who must be told; exit status 1 when the answer is no."""
    day = reading.day(arguments.day, office.today)
    with office.ledger.reading() as tx:
        doctor = _doctor_on_duty(tx, arguments.doctor, day)
    off = days_off.DayOff("absent", day, Wish(doctor_id=doctor.id), write(doctor.name, "en"), f"doctor {doctor.id}")
    return days_off.close(office, off, arguments)


def _doctor_on_duty(tx: Transaction, words: str, day: date) -> Doctor:
    doctor = reading.doctor(tx, words)
    if not schedule.on_duty(tx, day, Wish(doctor_id=doctor.id)):
        raise Refused(f"{write(doctor.name, 'en')} is not on the roster on {write(Day(day), 'en')}.")
    return doctor
