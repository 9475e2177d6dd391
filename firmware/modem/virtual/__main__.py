"""`python -m firmware.modem.virtual --config FILE --run DIR`: the virtual telephone network as a process."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import signal
import sys
from pathlib import Path

from firmware.clock import clock_from_environment
from firmware.modem.virtual.config import read_config
from firmware.modem.virtual.errors import BadConfig
from firmware.modem.virtual.loop import Loop
from firmware.modem.virtual.network import VirtualNetwork
from firmware.modem.virtual.server import Desk, Requests
from firmware.threads import Worker

SOCKET = "network.sock"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m firmware.modem.virtual", description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="folder for terminals, socket and sound")
    parser.add_argument("--leash", action="store_true", help="end when the standard input does")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        run(options.config, options.run, is_leashed=options.leash)
    except BadConfig as error:
        logging.getLogger(__name__).error("%s", error)
        return 2
    return 0


def run(config: Path, run_dir: Path, *, is_leashed: bool = False) -> None:
    """Be the network until a signal says stop, or whoever holds the leash is gone."""
    clock = clock_from_environment()
    run_dir.mkdir(parents=True, exist_ok=True)
    desk = Desk(run_dir / SOCKET)
    network = VirtualNetwork(read_config(config), run_dir, clock, desk.publish)
    loop = Loop(network, desk.serve)
    desk.open(Requests(network, loop.figures))
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: loop.stop())
    if is_leashed:
        Worker("leash", lambda _: _wait_for_end(loop)).start()
    gc.freeze()
    try:
        loop.run()
    finally:
        desk.close()
        network.close()


def _wait_for_end(loop: Loop) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        continue
    loop.stop()


if __name__ == "__main__":
    sys.exit(main())
