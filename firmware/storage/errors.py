"""What can go wrong with what is kept."""

from __future__ import annotations

from pathlib import Path


class StorageError(Exception):
    """Something kept can't be read or written."""


class LedgerBusy(StorageError):
    """Other writers held the ledger for longer than a transaction waits."""


class LedgerDamaged(StorageError):
    """The ledger's file can't be trusted; nothing was changed or deleted. `backup` is the newest one, if any."""

    def __init__(self, file: Path, reason: str, backup: Path | None) -> None:
        last = f"the last back-up is {backup}" if backup else "there is no back-up"
        super().__init__(f"the ledger {file} is damaged ({reason}); nothing was changed; {last}")
        self.file = file
        self.backup = backup


class LedgerTooNew(StorageError):
    """The ledger was written by a newer version of the firmware."""


class SetupDamaged(StorageError):
    """The file of set-up documents was damaged; the message says what became of it."""


class Settled(Exception):
    """An error that is an answer: it leaves the transaction, and what was written before it stays written."""
