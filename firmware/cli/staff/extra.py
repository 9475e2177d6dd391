"""`clinicbox extra`: a half-day on one date that the weekly roster does not have."""

from __future__ import annotations

import argparse

from firmware.cli.staff import reading
from firmware.cli.staff.office import Office, command
from firmware.cli.staff.refusals import Refused
from firmware.clinic import closing
from firmware.clinic.roster import GENERAL, SPECIALIST
from firmware.language.values import Day
from firmware.language.writing import write

NAME = "extra"
HELP = "add a half-day on one date"

MOST_NUMBERS = 999
MOST_MINUTES = 480


def configure(parser: argparse.ArgumentParser) -> None:
    """Whose, when, what."""
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--doctor", help="name of the doctor")
    who.add_argument("--department", help="name or key of the department, for general numbers")
    parser.add_argument("day", help="today, tomorrow, a weekday or a date")
    parser.add_argument("begins", help="such as 8:30")
    parser.add_argument("ends", help="such as 11:30")
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--slot-minutes", type=int, help="minutes for each visit")
    size.add_argument("--capacity", type=int, help="how many queue numbers")
    parser.add_argument("--specialist", action="store_true", help="an expert's half-day (default: general)")
    parser.add_argument("--fee", help="yuan, such as 20 (default: nothing)")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """Callers can book it at once."""
    day = reading.day(arguments.day, office.today)
    if day < office.today:
        raise Refused(f"{write(Day(day, office.today), 'en')} is past.")
    _check_size(arguments)
    with office.changing("extra") as change:
        owner = (
            reading.doctor(change.tx, arguments.doctor)
            if arguments.doctor
            else reading.department(change.tx, arguments.department)
        )
        closing.add_extra(
            change.tx, day, owner, kind=SPECIALIST if arguments.specialist else GENERAL,
            begins=reading.time_of_day(arguments.begins), ends=reading.time_of_day(arguments.ends),
            slot_minutes=arguments.slot_minutes, capacity=arguments.capacity,
            fee_cents=reading.cents(arguments.fee) if arguments.fee else 0,
        )  # fmt: skip
        change.detail = f"{'doctor' if arguments.doctor else 'department'} {owner.id}, {day}"
    print(f"{write(owner.name, 'en')} is also there on {write(Day(day, office.today), 'en')}.")


def _check_size(arguments: argparse.Namespace) -> None:
    if arguments.specialist and not arguments.doctor:
        raise Refused("--specialist goes with --doctor.")
    for value, most in ((arguments.slot_minutes, MOST_MINUTES), (arguments.capacity, MOST_NUMBERS)):
        if value is not None and not 1 <= value <= most:
            raise Refused(f"{value} is not from 1 to {most}.")
