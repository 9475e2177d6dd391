"""`python -m webui --data DIR`: the web process, as `clinicbox run` and its systemd unit start it."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import Any

from firmware.clinic.errors import ProfileError
from firmware.clinic.profile import read_profile
from firmware.clock import clock_from_environment
from firmware.control.channel import ControlClient
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import open_ledger
from webui.app import Status, build_app
from webui.guard import WsgiApp, guarded
from webui.opening import OpeningApp
from webui.server import WebServer

REPLY_TIMEOUT_S = 2.0


def main() -> int:
    """Serve the pages until SIGTERM or SIGINT."""
    os.umask(0o077)  # as in the exchange: a ledger that is made here is for the box's own user only
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(threadName)s: %(message)s")
    app = OpeningApp(lambda: open_app(Folders(arguments.data)))
    WebServer(guarded(app), arguments.port).run()
    return 0


def open_app(folders: Folders) -> WsgiApp:
    """The application on what lies in `folders`; raises `StorageError` or `ProfileError`."""
    document = SetupDocuments(folders.setup).load("clinic")
    if document is None:
        raise ProfileError("no clinic is set up yet")
    app: WsgiApp = build_app(
        open_ledger(folders.ledger),
        phone_service(folders.control_socket),
        read_profile(document),
        clock_from_environment(),
    )
    return app


def phone_service(socket: Path) -> Status:
    """Asks the exchange anew each time, so that either process may restart."""

    def status() -> dict[str, Any]:
        client = ControlClient(socket, REPLY_TIMEOUT_S)
        try:
            return client.ask("status")
        finally:
            client.close()

    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="webui", description="The clinic's web page, on this machine only.")
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--port", type=int, default=8080, help="(default: %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
