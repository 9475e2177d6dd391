"""Back-ups of the ledger: whole copies that SQLite makes of a living database, the last few of them."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

BACKUPS_KEPT = 10


def folder_of(ledger_file: Path) -> Path:
    """Where the back-ups of a ledger lie."""
    return ledger_file.with_name(f"{ledger_file.stem}.backups")


def all_backups(ledger_file: Path) -> list[Path]:
    """The back-ups there are, oldest first."""
    return sorted(folder_of(ledger_file).glob("*.db"), key=lambda file: file.stat().st_mtime_ns)


def exists(ledger_file: Path, label: str) -> bool:
    """Whether there is a back-up with this label."""
    return (folder_of(ledger_file) / f"{label}.db").exists()


def newest_backup(ledger_file: Path) -> Path | None:
    """The last back-up, if there is one."""
    found = all_backups(ledger_file)
    return found[-1] if found else None


def back_up(ledger_file: Path, label: str, now: datetime | None = None) -> Path:
    """A new back-up, whole and on disk: `label` is its file's name; of its kind the last ten stay.

    It is dated `now`, which is the box's time; without it by the machine's clock.
    """
    folder = folder_of(ledger_file)
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{label}.db"
    unfinished = target.with_suffix(".new")
    make_private(unfinished)
    with closing(sqlite3.connect(ledger_file)) as source, closing(sqlite3.connect(unfinished)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    if now is not None:
        os.utime(unfinished, (now.timestamp(), now.timestamp()))
    _sync(unfinished)
    unfinished.replace(target)
    _sync(folder)
    of_its_kind = [file for file in all_backups(ledger_file) if _is_daily(file) == _is_daily(target)]
    for old in of_its_kind[:-BACKUPS_KEPT]:
        old.unlink()
    return target


def make_private(file: Path) -> None:
    """Create the file if need be, for its owner only; SQLite gives the files beside it the same rights."""
    file.touch(mode=0o600)
    if file.stat().st_mode & 0o077:
        file.chmod(0o600)


def _is_daily(file: Path) -> bool:
    """Named by its day: the box's own; those that people or migrations made are counted apart."""
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", file.stem))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
