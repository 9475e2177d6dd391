"""`clinicbox load-sample`: a small clinic to try the box with."""

from __future__ import annotations

import argparse

from firmware.cli.staff.office import Office, command
from firmware.clinic import sample, set_up

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
        set_up.load_sample(change.tx, office.documents, change.now)
    parts = {what: len(sample.document()[what]) for what in ("departments", "doctors", "patients")}
    name = sample.profile().name
    print(f"Loaded {name.zh} {name.en}: {', '.join(f'{count} {what}' for what, count in parts.items())}.")
