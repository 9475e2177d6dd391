"""PINs of visit cards: made by the box, or chosen by the patient if they are not the first that somebody would try."""

from __future__ import annotations

import secrets
from itertools import pairwise

DIGITS = 4


def fresh() -> str:
    """A PIN nobody can guess."""
    while True:
        pin = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        if not is_easy(pin):
            return pin


def is_pin(text: str) -> bool:
    """Whether it is as many digits as a PIN has."""
    return text.isascii() and text.isdigit() and len(text) == DIGITS


def is_easy(pin: str) -> bool:
    """Whether it is one digit repeated, or a run such as 1234 or 9876."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return len(steps) == 1 and steps <= {0, 1, 9}
