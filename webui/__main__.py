"""`python -m webui --data DIR`: the web process, as `clinicbox run` and its systemd unit start it."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from typing import Any

from firmware.clinic.errors import ProfileError
from firmware.clinic.profile import ClinicProfile, read_profile
from firmware.clock import clock_from_environment
from firmware.control.channel import ControlClient
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import open_ledger
from webui.app import Status, build_app
from webui.guard import WsgiApp, guarded
from webui.server import WebServer


def main() -> int:
    """Serve the pages until SIGTERM or SIGINT."""
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(threadName)s: %(message)s")
    folders = Folders(arguments.data)
    try:
        clinic = _profile(folders)
    except ProfileError as error:
        sys.exit(f"webui: {folders.setup}: {error}")

    def make_app() -> WsgiApp:
        ledger = open_ledger(folders.ledger)
        return guarded(build_app(ledger, phone_service(folders.control_socket), clinic, clock_from_environment()))

    WebServer(make_app, arguments.port).run()
    return 0


def phone_service(socket: Path) -> Status:
    """Asks the exchange anew each time, so that either process may restart."""

    def status() -> dict[str, Any]:
        client = ControlClient(socket)
        try:
            return client.ask("status")
        finally:
            client.close()

    return status


def _profile(folders: Folders) -> ClinicProfile:
    document = SetupDocuments(folders.setup).load("clinic")
    if document is None:
        raise ProfileError("no clinic is set up yet")
    return read_profile(document)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="webui", description="The clinic's web page, on this machine only.")
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--port", type=int, default=8080, help="(default: %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
