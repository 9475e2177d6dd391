"""One exchange on one data folder: two would answer the same lines and texts."""

from __future__ import annotations

import fcntl
from typing import IO

from firmware.storage.errors import StorageError
from firmware.storage.folders import Folders


class AlreadyRunning(StorageError):
    """Another exchange works with this data folder."""


def claim(folders: Folders) -> IO[bytes]:
    """Take the data folder for this process, until what is returned is closed or the process ends, however it ends.

    Raises `AlreadyRunning`.
    """
    folders.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (folders.run / "exchange.lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock.close()
        raise AlreadyRunning(f"another clinicbox runs with the data in {folders.data}; stop that one first") from error
    return lock
