"""What a box says when it is started and nobody is its administrator yet: where to go, and the code to type there."""

from __future__ import annotations

from firmware.clock import Clock
from firmware.staff import claim
from firmware.storage.errors import StorageError
from firmware.storage.folders import Folders
from firmware.storage.ledger import open_ledger

MARGIN = 2


def tell_claim(folders: Folders, clock: Clock, address: str) -> None:
    """Print a fresh claim code, in a frame so that it is found in a log; nothing when the box has an administrator."""
    code = _fresh_code(folders, clock)
    if code is not None:
        print(
            framed(f"open {address}, claim code {code}", "With it you become the administrator."),
            flush=True,
        )


def framed(*lines: str) -> str:
    """The lines in a box of their own."""
    width = max(map(len, lines)) + 2 * MARGIN
    edge = f"+{'-' * width}+"
    return "\n".join([edge, *(f"|{' ' * MARGIN}{line:<{width - MARGIN}}|" for line in lines), edge])


def _fresh_code(folders: Folders, clock: Clock) -> str | None:
    try:
        ledger = open_ledger(folders.ledger)
    except StorageError:
        return None  # the exchange and the page say what is wrong with it
    try:
        return claim.code_to_print(ledger, clock.now())
    finally:
        ledger.close()
