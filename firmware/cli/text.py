"""`clinicbox text`: a text message to the running box, and what comes back."""

from __future__ import annotations

import argparse
import sys

from firmware.cli import stage
from firmware.cli.story import LedgerWatch, Teller
from firmware.clock import Deadline
from firmware.phone_number import NotANumber, normalise

NAME = "text"
HELP = "text the running box from a virtual phone and print the answer"

REPLY_WAIT_S = 30.0  # box seconds; a reply takes a few, a line that has just sent several takes longer
AFTER_REPLY_S = 4.0  # a confirmation may follow its reply


def configure(parser: argparse.ArgumentParser) -> None:
    """Who texts what."""
    parser.add_argument("--from", dest="sender", required=True, metavar="NUMBER", help="the number that texts")
    parser.add_argument("--to", metavar="LINE", help="the line that is texted (default: the first GSM line)")
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("body", help="the text")


def run(arguments: argparse.Namespace) -> int:
    """Exit status 0: something came back; 1: nothing did; 2: the text could not be sent."""
    try:
        sender = normalise(arguments.sender)
        where = stage.enter(arguments.data)
        number = stage.line_number(where, "gsm", arguments.to)
    except (NotANumber, stage.NoNetwork) as error:
        print(error, file=sys.stderr)
        return 2
    teller = Teller(where.clock, where.zone, arguments.json)
    came = exchange(where, teller, sender, number, arguments.body)
    where.close()
    return 0 if came else 1


def exchange(where: stage.Stage, teller: Teller, sender: str, number: str, body: str) -> bool:
    """Send `body` and tell what comes back; whether anything did."""
    watch = LedgerWatch(where.ledger, teller)
    phone = where.network.phone(sender)
    seen = before = len(phone.texts())
    teller.tell("texts", body)
    phone.text(number, body)
    deadline = Deadline(where.clock, REPLY_WAIT_S)
    while not deadline.is_over:
        where.clock.sleep(0.3)
        watch.look()
        for text in phone.texts()[seen:]:
            seen += 1
            teller.tell("texted", text["body"], parts=text["parts"])
            deadline = Deadline(where.clock, AFTER_REPLY_S)
    return seen > before
