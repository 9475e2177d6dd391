"""What is asked at the keyboard: a yes before something big, and a PIN that no list of commands may keep."""

from __future__ import annotations

import getpass
import sys

from firmware.cli.staff.refusals import Refused
from firmware.clinic import pins

PIN_TRIES = 3


def is_sure(question: str) -> bool:
    """Whether the person says yes; nobody there means no."""
    print(f"{question} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes", "是")


def typed_pin() -> str:
    """A PIN typed twice, unseen."""
    for _ in range(PIN_TRIES):
        pin = getpass.getpass(f"PIN ({pins.DIGITS} digits): ")
        if not pins.is_pin(pin):
            print(f"A PIN has {pins.DIGITS} digits.", file=sys.stderr)
        elif pins.is_easy(pin):
            print("This PIN is too easy to guess.", file=sys.stderr)
        elif getpass.getpass("The same PIN again: ") != pin:
            print("The two differ.", file=sys.stderr)
        else:
            return pin
    raise Refused("No PIN was set.")
