"""`clinicbox make-up`: a workday in place of another, such as the Saturday before a holiday week."""

from __future__ import annotations

import argparse

from firmware.cli.staff import reading
from firmware.cli.staff.office import Office, command
from firmware.cli.staff.refusals import Refused
from firmware.clinic import calendar_changes
from firmware.clinic.profile import WEEKDAYS
from firmware.language.values import Day
from firmware.language.writing import write

NAME = "make-up"
HELP = "work one day at the hours and with the half-days of a weekday"


def configure(parser: argparse.ArgumentParser) -> None:
    """When, like what, why."""
    parser.add_argument("day", help="today, tomorrow, a weekday or a date")
    parser.add_argument("--like", choices=WEEKDAYS, required=True, help="the weekday that it is worked like")
    parser.add_argument("--reason", default="", help="kept with the calendar, not told to patients")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """Callers can book it at once, and find people at the desk."""
    day = reading.day(arguments.day, office.today)
    if day < office.today:
        raise Refused(f"{write(Day(day, office.today), 'en')} is past.")
    weekday = WEEKDAYS.index(arguments.like) + 1
    reason = arguments.reason[: calendar_changes.REASON_CHARACTERS]
    with office.changing("make-up") as change:
        done = calendar_changes.work_like(change.tx, office.profile, day, weekday, reason)
        change.detail = f"{day} like {arguments.like}, {len(done.added)} half-days added"
    when = write(Day(day, office.today), "en")
    print(f"{when} is worked like a {arguments.like}: {len(done.added)} half-days added.")
