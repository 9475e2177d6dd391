"""`clinicbox back-up`: a whole copy of the ledger, also while the box runs."""

from __future__ import annotations

import argparse
from datetime import UTC

from firmware.cli.staff.office import Office, command
from firmware.cli.staff.refusals import Refused
from firmware.storage import backups

NAME = "back-up"
HELP = "make a whole copy of the ledger (the last ten are kept)"


def configure(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


@command
def run(office: Office, _: argparse.Namespace) -> None:
    """Print where the copy lies."""
    if not office.folders.ledger.exists():
        raise Refused(f"There is no ledger in {office.folders.data}.")
    with office.changing("back-up") as change:
        change.detail = f"{change.now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    copy = backups.back_up(office.folders.ledger, change.detail, change.now)
    print(f"{copy} ({copy.stat().st_size / 1e6:.1f} MB). Copy it to another machine, with {office.folders.setup}.")
