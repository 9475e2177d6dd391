"""`python -m firmware.modem.virtual --config FILE --run DIR`: the virtual telephone network as a process."""

from __future__ import annotations

import argparse
import gc
import logging
import signal
import sys
from pathlib import Path

from firmware.clock import clock_from_environment
from firmware.modem.virtual.config import read_config
from firmware.modem.virtual.errors import BadConfig
from firmware.modem.virtual.loop import Loop
from firmware.modem.virtual.network import VirtualNetwork
from firmware.modem.virtual.server import Desk, Requests

SOCKET = "network.sock"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m firmware.modem.virtual", description=__doc__)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--run", type=Path, required=True, help="folder for terminals, socket and sound")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        run(options.config, options.run)
    except BadConfig as error:
        logging.getLogger(__name__).error("%s", error)
        return 2
    return 0


def run(config: Path, run_dir: Path) -> None:
    """Be the network until a signal says stop."""
    clock = clock_from_environment()
    run_dir.mkdir(parents=True, exist_ok=True)
    desk = Desk(run_dir / SOCKET)
    network = VirtualNetwork(read_config(config), run_dir, clock, desk.publish)
    loop = Loop(network, desk.serve)
    desk.open(Requests(network, loop.figures))
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: loop.stop())
    gc.freeze()
    try:
        loop.run()
    finally:
        desk.close()
        network.close()


if __name__ == "__main__":
    sys.exit(main())
