"""What is asked at the keyboard: a yes before something big, and a PIN that no list of commands may keep."""

from __future__ import annotations

import getpass
import secrets
import sys
from itertools import pairwise

from firmware.cli.staff.refusals import Refused

PIN_DIGITS = 4
PIN_TRIES = 3


def is_sure(question: str) -> bool:
    """Whether the person says yes; nobody there means no."""
    print(f"{question} [y/N] ", end="", flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes", "是")


def new_pin() -> str:
    """A PIN nobody can guess."""
    while True:
        pin = f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
        if not is_easy(pin):
            return pin


def typed_pin() -> str:
    """A PIN typed twice, unseen."""
    for _ in range(PIN_TRIES):
        pin = getpass.getpass(f"PIN ({PIN_DIGITS} digits): ")
        if not (pin.isascii() and pin.isdigit() and len(pin) == PIN_DIGITS):
            print(f"A PIN has {PIN_DIGITS} digits.", file=sys.stderr)
        elif is_easy(pin):
            print("This PIN is too easy to guess.", file=sys.stderr)
        elif getpass.getpass("The same PIN again: ") != pin:
            print("The two differ.", file=sys.stderr)
        else:
            return pin
    raise Refused("No PIN was set.")


def is_easy(pin: str) -> bool:
    """Whether it is one digit repeated, or a run such as 1234 or 9876."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9}
