"""`clinicbox cancel`: a visit cancelled at the desk, at any time before it."""

from __future__ import annotations

import argparse

from firmware.cli.staff.book import tell_text
from firmware.cli.staff.office import Office, command
from firmware.cli.staff.refusals import visit
from firmware.clinic import bookings, notices, records

NAME = "cancel"
HELP = "cancel a booking by its six-digit code"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which one."""
    parser.add_argument("code")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """The slot is free at once, held money goes back, the patient is told by text."""
    with office.changing("cancel") as change:
        found = records.by_code(change.tx, arguments.code)
        cancelled = bookings.cancel(
            change.tx, office.profile, change.now, found.id, channel="desk", cause=office.holder, by_staff=True
        )
        change.detail = f"booking {found.id}"
    money = " The fee is back on the account." if found.fee_is_held else ""
    print(f"Cancelled: {visit(cancelled)}.{money}")
    tell_text(cancelled, notices.cancellation(office.profile, office.now, cancelled, cancelled.language or "zh"))
