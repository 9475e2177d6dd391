"""`clinicbox load-sample`: a small clinic to try the box with."""

from __future__ import annotations

import argparse

from firmware.cli.staff.office import Office, command
from firmware.cli.staff.refusals import Refused
from firmware.clinic import sample, schedule

NAME = "load-sample"
HELP = "make an empty box the sample clinic's: departments, doctors, roster, patients and settings"


def configure(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""
    parser.set_defaults(founds=True)


@command
def run(office: Office, _: argparse.Namespace) -> None:
    """Refuses unless the box is empty: a sample must never mix with a real clinic."""
    office.folders.make()
    with office.changing("load-sample") as change:
        if schedule.all_departments(change.tx):
            raise sample.LedgerNotEmpty("this box has a clinic in it already; nothing was loaded")
        _refuse_other_clinic(office)
        sample.fill(change.tx, change.now)
        office.documents.save("clinic", sample.document()["clinic"])
    parts = {what: len(sample.document()[what]) for what in ("departments", "doctors", "patients")}
    name = sample.profile().name
    print(f"Loaded {name.zh} {name.en}: {', '.join(f'{count} {what}' for what, count in parts.items())}.")


def _refuse_other_clinic(office: Office) -> None:
    there = office.documents.load("clinic")
    if there is not None and there != sample.document()["clinic"]:
        raise Refused("This box is set up for another clinic already; nothing was loaded.")
