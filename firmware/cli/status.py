"""`clinicbox status`: what every line is doing."""

from __future__ import annotations

import argparse
import json

from firmware.cli.where import running
from firmware.control.channel import ControlClient, NotRunning

NAME = "status"
HELP = "say what every line is doing"


def configure(parser: argparse.ArgumentParser) -> None:
    """One form for people, one for programs."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Ask the running box; exit status 1 when it does not run, cannot start, or a line is out of order."""
    try:
        status = ControlClient(running(arguments.data).control_socket, timeout_s=5.0).ask("status")
    except NotRunning:
        print("The phone service is not running. Start it with './clinicbox run' (or './clinicbox demo').")
        return 1
    if arguments.json:
        print(json.dumps(status, ensure_ascii=False))
    else:
        if "out_of_order" in status:
            print("The phone service cannot start; callers hear it ring. It starts when this is mended:")
        for line in status["lines"]:
            print(describe(line))
        for notice in status["notices"]:
            print(f"! {notice}")
    of_clinic = [line for line in status["lines"] if not line.get("is_test")]
    is_well = "out_of_order" not in status and all(line["state"] != "fault" for line in of_clinic)
    return 0 if is_well else 1


def describe(line: dict[str, object]) -> str:
    """One line of the status table."""
    parts = [f"{line['name']:<4}", f"{line['kind']:<6}", f"{line['state']:<9}"]
    if line.get("signal_dbm") is not None:
        parts.append(f"{line['signal_dbm']} dBm")
    if line.get("node"):
        parts.append(f"in {line['node']} for {line['since_s']:.0f} s")
    parts.append(str(line["detail"]))
    return " ".join(parts).rstrip()
