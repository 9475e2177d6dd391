"""`clinicbox no-show`: the patient did not come."""

from __future__ import annotations

import argparse

from firmware.cli.staff.office import Office, command
from firmware.cli.staff.refusals import visit
from firmware.clinic import bookings, records
from firmware.language.values import Money
from firmware.language.writing import write

NAME = "no-show"
HELP = "note that a patient did not come, by the booking's code"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("code")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """A held fee is settled as the clinic's set-up says."""
    with office.changing("no-show") as change:
        found = records.by_code(change.tx, arguments.code)
        missed = bookings.no_show(
            change.tx, office.profile, change.now, found.id, channel="desk", cause=office.holder
        )  # fmt: skip
        change.detail = f"booking {found.id}"
    settled = "charged" if office.profile.no_show_fee == "charge" else "released"
    fee = f" Fee {write(Money(found.fee_cents), 'en')} {settled}." if found.fee_is_held else ""
    print(f"Did not come: {visit(missed)}.{fee}")
