"""Which box a command means: the one that runs with the data folder, or the demo that runs inside it."""

from __future__ import annotations

from pathlib import Path

from firmware.control.channel import ControlClient, NotRunning
from firmware.storage.folders import Folders


def demo_data(data: Path) -> Path:
    """Where the demo keeps its own data, never mixed with a clinic's."""
    return data / "demo"


def is_up(folders: Folders) -> bool:
    """Whether an exchange runs with these folders."""
    try:
        ControlClient(folders.control_socket).close()
    except NotRunning:
        return False
    return True


def running(data: Path) -> Folders:
    """The folders of the box that runs; those of `data` itself when none does."""
    demo = Folders(demo_data(data))
    return demo if is_up(demo) and not is_up(Folders(data)) else Folders(data)
