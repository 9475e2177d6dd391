"""`clinicbox exchange`: the exchange process alone, as its systemd unit starts it."""

from __future__ import annotations

import argparse
import gc
import signal
import sys
import threading

from firmware.box import Box
from firmware.clock import clock_from_environment
from firmware.storage.folders import Folders

NAME = "exchange"
HELP = "answer the phone lines (the process that 'run' and systemd start)"

SWITCH_INTERVAL_S = 0.0005  # a sound frame must not wait behind a busy thread: platform figures, 8 lines p99 15 ms


def configure(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""


def run(arguments: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    box = Box(Folders(arguments.data), clock_from_environment())
    box.start()
    gc.freeze()  # what exists now lives as long as the process: keep the collector away from it
    stop.wait()
    box.stop()
    return 0
