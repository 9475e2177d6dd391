"""`clinicbox present`: a doctor who was taken off a day comes after all."""

from __future__ import annotations

import argparse

from firmware.cli.staff import days_off, reading
from firmware.cli.staff.office import Office, command
from firmware.cli.staff.refusals import Refused
from firmware.clinic.schedule import Wish
from firmware.language.values import Day
from firmware.language.writing import write

NAME = "present"
HELP = "put a doctor back on the roster of one day (undoes 'absent')"


def configure(parser: argparse.ArgumentParser) -> None:
    """Who, when."""
    parser.add_argument("doctor")
    parser.add_argument("day", help="today, tomorrow, a weekday or a date")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """Callers can book the day again at once."""
    day = reading.day(arguments.day, office.today)
    with office.ledger.reading() as tx:
        doctor = reading.doctor(tx, arguments.doctor)
    who, when = write(doctor.name, "en"), write(Day(day, office.today), "en")
    off = days_off.DayOff("present", day, Wish(doctor_id=doctor.id), who, f"doctor {doctor.id}")
    if not days_off.reopen(office, off):
        raise Refused(f"{who} was not taken off the roster on {when}.")
    print(f"{who} is on the roster on {when}.")
