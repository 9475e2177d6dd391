"""`clinicbox bench`: measures the box on this machine, as ratios against a named reference."""

from __future__ import annotations

import argparse
import subprocess
import sys

NAME = "bench"
HELP = "measure the box on this machine (barge-in, lines, bookings, slots, pages, first-load, hammer, web-memory)"


def configure(parser: argparse.ArgumentParser) -> None:
    """The names of single benches and the output form are passed on."""
    parser.add_argument("names", nargs="*", help="which benches to run; all when none is named")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def run(arguments: argparse.Namespace) -> int:
    """Run the bench programs in a process of their own."""
    command = [sys.executable, "-m", "bench", *arguments.names, *(["--json"] if arguments.json else [])]
    return subprocess.run(command, check=False).returncode
