"""`clinicbox closed`: a holiday of the clinic, or of one department."""

from __future__ import annotations

import argparse

from firmware.cli.staff import days_off, reading
from firmware.cli.staff.office import Office, command
from firmware.cli.staff.refusals import Refused
from firmware.clinic.schedule import Wish
from firmware.language.values import Day
from firmware.language.writing import write

NAME = "closed"
HELP = "close the clinic, or one department, for one day and list the patients to be told"


def configure(parser: argparse.ArgumentParser) -> None:
    """When, what, why."""
    days_off.configure(parser)
    parser.add_argument("--department", help="only this one: name or key")
    parser.add_argument("--undo", action="store_true", help="open the day again")


@command
def run(office: Office, arguments: argparse.Namespace) -> int:
    """Like `absent` for everybody; of the whole clinic, callers find nobody at the desk either."""
    day = reading.day(arguments.day, office.today)
    off = days_off.DayOff("closed", day, Wish(), "The clinic", "all")
    if arguments.department:
        with office.ledger.reading() as tx:
            department = reading.department(tx, arguments.department)
        who = write(department.name, "en")
        off = days_off.DayOff("closed", day, Wish(department_id=department.id), who, f"department {department.id}")
    if not arguments.undo:
        return days_off.close(office, off, arguments)
    when = write(Day(day, office.today), "en")
    if not days_off.reopen(office, off):
        raise Refused(f"{off.who} was not closed on {when}.")
    print(f"{off.who} is open on {when}.")
    return 0
