"""Every command a person types: `./clinicbox COMMAND`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from firmware.cli import bench, call, demo, exchange, run, staff, status, text

COMMANDS = (demo, run, call, text, status, bench, exchange, *staff.COMMANDS)
PRIVATE = 0o077  # what the box writes are patients' data: for its own user only
DATA_VARIABLE = "CLINICBOX_DATA"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the result is the process's exit status."""
    os.umask(PRIVATE)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(threadName)s: %(message)s", stream=sys.stderr)
    for library in ("alembic", "gsmmodem"):
        logging.getLogger(library).setLevel(logging.WARNING)
    parsed = _parser().parse_args(arguments)
    try:
        status_code: int = parsed.run(parsed)
    except KeyboardInterrupt:
        return 130
    return status_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="clinicbox",
        description="The phone box of a small clinic.",
        epilog="'./clinicbox test' runs linters, type check, import rules and all tests.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(command.NAME, help=command.HELP, description=command.HELP)
        sub.add_argument("--data", type=Path, default=default_data(), help="the data folder (default: %(default)s)")
        if command in staff.COMMANDS:
            sub.add_argument("--demo", action="store_true", help="work on the demo's data")
        command.configure(sub)
        sub.set_defaults(run=command.run)
    return parser


def default_data() -> Path:
    """The data folder: what CLINICBOX_DATA names, else /var/lib/clinicbox if it is ours, else .data here."""
    named = os.environ.get(DATA_VARIABLE)
    if named:
        return Path(named)
    system = Path("/var/lib/clinicbox")
    return system if os.access(system, os.W_OK) else Path.cwd() / ".data"
