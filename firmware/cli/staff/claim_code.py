"""`clinicbox claim-code`: whoever stands at the box may become its administrator."""

from __future__ import annotations

import argparse

from firmware.cli.staff.office import Office, command
from firmware.staff import claim

NAME = "claim-code"
HELP = "print a code that makes you administrator: at the beginning, or when the password is lost"


def configure(parser: argparse.ArgumentParser) -> None:
    """Nothing to choose."""


@command
def run(office: Office, _: argparse.Namespace) -> None:
    """The code, and where to type it."""
    with office.changing("claim-code") as change:
        code = claim.issue(change.tx, change.now)
    print(f"Claim code: {code}")
    print("Open the box's web page: it asks for the code, or has 'I have a claim code' where you sign in.")
    print(f"It works once, for {claim.VALID_S // 3600} hours; codes printed before no longer work.")
