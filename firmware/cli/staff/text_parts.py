"""`clinicbox text-parts`: what a text will cost before it is sent."""

from __future__ import annotations

import argparse
import itertools

from firmware.cli.staff import reading
from firmware.cli.staff.office import Office, command
from firmware.language.values import Money
from firmware.language.writing import write
from firmware.sms_parts import Coding, parts_of, plainer, split

NAME = "text-parts"
HELP = "count the parts that a text takes, and suggest a cheaper writing"

_ALPHABETS = {Coding.GSM7: "the 7-bit alphabet", Coding.UCS2: "Unicode"}


def configure(parser: argparse.ArgumentParser) -> None:
    """The text."""
    parser.add_argument("text")
    parser.add_argument("--price", metavar="YUAN", help="of one part, to see what the text costs")
    parser.set_defaults(founds=True)


@command
def run(office: Office, arguments: argparse.Namespace) -> int:
    """Parts, room and cheaper writing; exit status 1 above the clinic's limit, if a clinic is set up."""
    parts = parts_of(arguments.text)
    price = ""
    if arguments.price:
        price = f", {write(Money(reading.cents(arguments.price) * parts), 'en')}"
    alphabet = _ALPHABETS[split(arguments.text).coding]
    print(f"{_count(parts)}{price}; {room(arguments.text)} characters left in {alphabet}.")
    if cheaper := plainer(arguments.text):
        print(f"In the 7-bit alphabet {_count(parts_of(cheaper))}: {cheaper}")
    if office.folders.setup.exists() and parts > office.profile.text_parts:
        print(f"The clinic's limit is {_count(office.profile.text_parts)}.")
        return 1
    return 0


def room(text: str) -> int:
    """How many more characters fit before the text takes another part."""
    return next(more for more in itertools.count() if parts_of(text + "a" * (more + 1)) > parts_of(text))


def _count(parts: int) -> str:
    return f"{parts} part{'' if parts == 1 else 's'}"
