"""Files that are really gone, or really there, also after a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def remove(file: Path) -> None:
    """Delete the file, also if it is not there; it does not come back after a power cut."""
    file.unlink(missing_ok=True)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    """What was made, renamed or deleted in the folder is on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
