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

from sqlalchemy.exc import SQLAlchemyError

from firmware import __version__
from firmware.box.exchange import Box
from firmware.box.requests import always_answered
from firmware.clinic.errors import ClinicError
from firmware.clock import clock_from_environment
from firmware.control.channel import ControlServer, Message
from firmware.ivr.document import FlowError
from firmware.modem.line_setup import LineSetupError
from firmware.storage.errors import StorageError
from firmware.storage.folders import Folders
from firmware.storage.locking import AlreadyRunning, claim

log = logging.getLogger(__name__)

NAME = "exchange"
HELP = "answer the phone lines (the process that 'run' and systemd start)"

LOOK_REAL_S = 1.0
FRESH_START, ALREADY_RUNNING = 1, 3  # exit statuses
CANNOT_START = (ClinicError, FlowError, LineSetupError, StorageError, SQLAlchemyError, OSError)
SWITCH_INTERVAL_S = 0.0005  # a sound frame must not wait behind a busy thread: platform figures, 8 lines p99 15 ms


def configure(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""


def run(arguments: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT; exit status 1 when a fresh start is wanted."""
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
        return _stay_out_of_order(folders, str(error), stop)
    gc.freeze()  # what exists now lives as long as the process: keep the collector away from it
    threading.excepthook = fresh_start.is_needed
    stop.wait()
    box.stop()
    if fresh_start.reason:
        log.warning("the exchange ends because %s; whoever keeps it up starts it afresh", fresh_start.reason)
    return FRESH_START if fresh_start.reason else 0


class FreshStart:
    """Ends the process, and remembers why it should be started again."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self.reason = ""

    def is_asked_for(self) -> None:
        """Somebody wants what only a start takes up, such as other lines."""
        self._end("a restart was asked for")

    def is_needed(self, death: threading.ExceptHookArgs) -> None:
        """A permanent thread died."""
        self._end(f"{death.thread.name if death.thread else 'a thread'} died")

    def _end(self, reason: str) -> None:
        self.reason = self.reason or reason
        self._stop.set()


def _stay_out_of_order(folders: Folders, reason: str, stop: threading.Event) -> int:
    """Tell everybody who asks, until `stop` or a change of the ledger or the set-up."""
    log.error("the phone service cannot start: %s", reason)
    status: Message = {"lines": [], "notices": [reason], "out_of_order": reason, "version": __version__}
    again = threading.Event()

    def restart(_: Message) -> Message:
        again.set()
        return {}

    handlers = {**always_answered(folders), "status": lambda _: status, "restart": restart}
    server = ControlServer(folders.control_socket, handlers).start()
    found = _kept(folders)
    while not stop.wait(LOOK_REAL_S) and not again.is_set() and _kept(folders) == found:
        continue
    server.close()
    return 0 if stop.is_set() else FRESH_START


def _kept(folders: Folders) -> list[tuple[int, int] | None]:
    """What the files that can keep the box from starting look like from outside."""
    looks = [file.stat() if file.exists() else None for file in (folders.ledger, folders.setup)]
    return [look and (look.st_mtime_ns, look.st_size) for look in looks]
