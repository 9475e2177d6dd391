"""`clinicbox exchange`: the exchange process alone, as its systemd unit starts it.

A box that cannot start because of what is kept (a damaged ledger, a wrong set-up) says so on its control socket until
somebody has mended the file; then the process ends, and whoever keeps it up starts it afresh.
"""

from __future__ import annotations

import argparse
import gc
import logging
import signal
import sys
import threading
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from firmware import __version__
from firmware.box.exchange import Box
from firmware.box.requests import always_answered
from firmware.clinic.errors import ClinicError
from firmware.clock import clock_from_environment
from firmware.control.channel import ControlServer, Message
from firmware.ivr.document import FlowError
from firmware.modem.line_setup import LineSetupError
from firmware.storage.errors import LedgerDamaged, SetupDamaged, StorageError
from firmware.storage.folders import Folders
from firmware.storage.locking import AlreadyRunning, claim

log = logging.getLogger(__name__)

NAME = "exchange"
HELP = "answer the phone lines (the process that 'run' and systemd start)"

LOOK_REAL_S = 1.0
BROKEN, ALREADY_RUNNING, FRESH_START = 1, 3, 75  # exit statuses; 75 (EX_TEMPFAIL of sysexits.h) is never a crash's
CANNOT_START = (ClinicError, FlowError, LineSetupError, StorageError, SQLAlchemyError, OSError)
SWITCH_INTERVAL_S = 0.0005  # a sound frame must not wait behind a busy thread: platform figures, 8 lines p99 15 ms


def configure(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""


def run(arguments: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT; exit status 75 when a fresh start is wanted, 1 when a permanent thread died."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    folders = Folders(arguments.data)
    try:
        lock = claim(folders)
    except AlreadyRunning as error:
        print(error, file=sys.stderr)
        return ALREADY_RUNNING
    with lock:
        return _work(folders, stop)


def _work(folders: Folders, stop: threading.Event) -> int:
    try:
        fresh_start = FreshStart(stop)
        box = Box(folders, clock_from_environment(), fresh_start.is_asked_for)
        box.start()
    except CANNOT_START as error:
        return _stay_out_of_order(folders, error, stop)
    gc.freeze()  # what exists now lives as long as the process: keep the collector away from it
    threading.excepthook = fresh_start.is_needed
    stop.wait()
    box.stop()
    if fresh_start.reason:
        log.warning("the exchange ends because %s; whoever keeps it up starts it afresh", fresh_start.reason)
    return fresh_start.status


class FreshStart:
    """Ends the process, and remembers why it should be started again."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self.reason = ""
        self.status = 0

    def is_asked_for(self) -> None:
        """Somebody wants what only a start takes up, such as other lines."""
        self._end("a restart was asked for", FRESH_START)

    def is_needed(self, death: threading.ExceptHookArgs) -> None:
        """A permanent thread died."""
        self._end(f"{death.thread.name if death.thread else 'a thread'} died", BROKEN)

    def _end(self, reason: str, status: int) -> None:
        if not self.reason:
            self.reason, self.status = reason, status
        self._stop.set()


def _stay_out_of_order(folders: Folders, error: Exception, stop: threading.Event) -> int:
    """Tell everybody who asks, until `stop`, a wish for a restart, or a change of what the error is about."""
    reason = str(error)
    log.error("the phone service cannot start: %s", reason)
    status: Message = {"lines": [], "notices": [reason], "out_of_order": reason, "version": __version__}
    again = threading.Event()

    def restart(_: Message) -> Message:
        again.set()
        return {}

    handlers = {**always_answered(folders), "status": lambda _: status, "restart": restart}
    server = ControlServer(folders.control_socket, handlers).start()
    files = _files_behind(error, folders)
    found = _looks(files)
    while not stop.wait(LOOK_REAL_S) and not again.is_set() and _looks(files) == found:
        continue
    server.close()
    return 0 if stop.is_set() else FRESH_START


def _files_behind(error: Exception, folders: Folders) -> list[Path]:
    """Which files may mend it: people write to the ledger all the time while they set a clinic up."""
    if isinstance(error, (ClinicError, FlowError, LineSetupError, SetupDamaged)):
        return [folders.setup]
    return [folders.ledger] if isinstance(error, LedgerDamaged) else [folders.ledger, folders.setup]


def _looks(files: list[Path]) -> list[tuple[int, int] | None]:
    """What the files look like from outside."""
    looks = [file.stat() if file.exists() else None for file in files]
    return [look and (look.st_mtime_ns, look.st_size) for look in looks]
