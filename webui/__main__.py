"""`python -m webui --data DIR`: the web process, as `clinicbox run` and its systemd unit start it."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from firmware.clock import clock_from_environment
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.ledger import open_ledger
from webui import certificates
from webui.app import build_app
from webui.certificates import CertificateFiles
from webui.guard import guarded
from webui.housekeeping import Housekeeping
from webui.live import Live
from webui.office import Office
from webui.opening import OpeningApp
from webui.phone_service import PhoneService
from webui.server import WebServer

CALLS_FIRST = 10  # of nice(2): a page may wait for a processor, the sound of a call may not


def main() -> int:
    """Serve the pages until SIGTERM or SIGINT."""
    os.nice(CALLS_FIRST)
    os.umask(0o077)  # as in the exchange: a ledger that is made here is for the box's own user only
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(threadName)s: %(message)s")
    folders = Folders(arguments.data)
    live = Live(folders.control_socket, folders.ledger)
    app = OpeningApp(lambda: build_app(open_office(folders, live)))
    tls = _certificates(folders, arguments.port) if arguments.tls else None
    WebServer(guarded(app), arguments.address, arguments.port, live.stop, tls).run()
    return 0


def open_office(folders: Folders, live: Live) -> Office:
    """What the pages work with, on what lies in `folders`; raises `StorageError`."""
    clock = clock_from_environment()
    ledger = open_ledger(folders.ledger)
    live.start()
    Housekeeping(folders, ledger, clock).start()
    return Office(
        folders, ledger, SetupDocuments(folders.setup), clock, PhoneService(folders.control_socket, clock), live
    )


def _certificates(folders: Folders, port: int) -> CertificateFiles:
    """The box's certificates, made or renewed now; gunicorn reads them anew for each connection (see housekeeping)."""
    files = CertificateFiles(folders.certificates)
    certificates.ensure(files, clock_from_environment().now(), certificates.own_addresses())
    print(f"The box's certificate authority has the fingerprint {files.fingerprint}", flush=True)
    print(f"In the clinic's network: https://{certificates.own_names()[2]}:{port} or by the box's address.", flush=True)
    return files


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="webui", description="The clinic's web pages.")
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--port", type=int, default=8080, help="(default: %(default)s)")
    parser.add_argument("--address", default="127.0.0.1", help="where to listen (default: this machine only)")
    parser.add_argument("--tls", action="store_true", help="with the box's own certificate")
    return parser


if __name__ == "__main__":
    sys.exit(main())
