"""`clinicbox call`: a scripted call on the running box, told as it happens."""

from __future__ import annotations

import argparse
import re
import sys

from firmware.cli import stage
from firmware.cli.scripted_call import ScriptedCall
from firmware.cli.story import Teller
from firmware.phone_number import NotANumber, normalise

NAME = "call"
HELP = "call the running box from a virtual phone and press keys"

KEYS = re.compile(r"[0-9*#]+")


def configure(parser: argparse.ArgumentParser) -> None:
    """Who calls, what is pressed, and what is expected to come of it."""
    parser.add_argument("--from", dest="caller", required=True, metavar="NUMBER", help="the number that calls")
    parser.add_argument("--keys", default="", help='groups of keys, each pressed when the box waits: "1 1948 2 1"')
    parser.add_argument("--to", metavar="LINE", help="the line that is called (default: the first voice line)")
    parser.add_argument("--withheld", action="store_true", help="do not show the number")
    parser.add_argument("--expect", metavar="OUTCOME", help="exit with status 1 unless the call's outcome is this")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")


def run(arguments: argparse.Namespace) -> int:
    """Exit status 0: the call was made (and had the expected outcome); 1: it had another; 2: it could not be made."""
    try:
        caller = normalise(arguments.caller)
        groups = arguments.keys.split()
        if not all(KEYS.fullmatch(group) for group in groups):
            raise ValueError(f"--keys takes the keys 0-9 * # in groups, not {arguments.keys!r}")
        where = stage.enter(arguments.data)
        number = stage.line_number(where, "voice", arguments.to)
    except (NotANumber, ValueError, stage.NoNetwork) as error:
        print(error, file=sys.stderr)
        return 2
    teller = Teller(where.clock, where.zone, arguments.json)
    outcome = ScriptedCall(where, teller, groups).make(caller, number, arguments.withheld)
    teller.tell("outcome", outcome or "none")
    where.close()
    return 0 if arguments.expect in (None, outcome) else 1
