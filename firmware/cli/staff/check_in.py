"""`clinicbox check-in`: the patient is there."""

from __future__ import annotations

import argparse

from firmware.cli.staff.office import Office, command
from firmware.cli.staff.refusals import Refused, visit
from firmware.clinic import bookings, records
from firmware.language.values import Money
from firmware.language.writing import write

NAME = "check-in"
HELP = "note that a patient has come, by the booking's code"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("code")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """A held fee is charged now."""
    with office.changing("check-in") as change:
        found = records.by_code(change.tx, arguments.code)
        if found.is_live and found.day > office.today:
            raise Refused(f"This visit is not today: {visit(found)}.")
        arrived = bookings.check_in(change.tx, change.now, found.id, channel="desk", cause=office.holder)
        change.detail = f"booking {found.id}"
    fee = write(Money(found.fee_cents), "en")
    if found.state == "arrived":
        print(f"Was there already: {visit(arrived)}.")
    else:
        print(f"Arrived: {visit(arrived)}. Fee {fee}, {'charged' if found.fee_is_held else 'to be paid at the desk'}.")
