"""`clinicbox run`: the box with its real set-up, exchange and web pages side by side."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import threading

from firmware.cli.claim_notice import tell_claim
from firmware.cli.exchange import ALREADY_RUNNING
from firmware.clock import clock_from_environment
from firmware.storage.folders import Folders

NAME = "run"
HELP = "run the box on its real lines, with the web page on http://localhost:8080"

PORT, LAN_PORT = 8080, 8443
RESTART_DELAY_REAL_S = 1.0
END_TIMEOUT_REAL_S = 15.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Only where the web pages are served."""
    parser.add_argument("--lan", action="store_true", help="serve the pages in the clinic's network too, with https")
    parser.add_argument("--port", type=int, help=f"the pages' port (default: {PORT}, with --lan {LAN_PORT})")


def run(arguments: argparse.Namespace) -> int:
    """Keep both processes up until SIGTERM or SIGINT; one that ends is started again."""
    folders = Folders(arguments.data)
    folders.make()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    data, port = str(arguments.data), arguments.port or (LAN_PORT if arguments.lan else PORT)
    everywhere = ["--address", "0.0.0.0", "--tls"] if arguments.lan else []  # noqa: S104 - the web refuses the Internet
    commands = (
        ["-m", "firmware.cli", "exchange", "--data", data],
        ["-m", "webui", "--data", data, "--port", str(port), *everywhere],
    )
    keepers = [threading.Thread(target=keep_up, args=(command, stop)) for command in commands]
    for keeper in keepers:
        keeper.start()
    address = f"{'https' if arguments.lan else 'http'}://localhost:{port}"
    print(f"clinicbox runs with the data in {data}; the web page is on {address}", flush=True)
    tell_claim(folders, clock_from_environment(), address)
    for keeper in keepers:
        keeper.join()
    return 0


def keep_up(command: list[str], stop: threading.Event) -> None:
    """Run `command` of Python's until `stop`; a process that ends, or is killed, is started again."""
    while not stop.is_set():
        process = subprocess.Popen([sys.executable, *command])
        while process.poll() is None and not stop.wait(0.2):
            continue
        if process.poll() is None:
            _end(process)
        elif process.returncode == ALREADY_RUNNING:
            stop.set()
        elif not stop.wait(RESTART_DELAY_REAL_S):
            print(f"{' '.join(command[:3])} ended with status {process.returncode}; starting it again", file=sys.stderr)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_TIMEOUT_REAL_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
