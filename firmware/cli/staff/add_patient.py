"""`clinicbox add-patient`: a new patient, with a card if wanted."""

from __future__ import annotations

import argparse
from datetime import date

from firmware.cli.staff import asking, persons, reading
from firmware.cli.staff.office import Change, Office, command
from firmware.cli.staff.refusals import Refused
from firmware.clinic import cards, patient_changes, people, pins
from firmware.language.values import LANGUAGES, Name
from firmware.phone_number import normalise

NAME = "add-patient"
HELP = "register a patient"

NAME_CHARACTERS = 60


def configure(parser: argparse.ArgumentParser) -> None:
    """Who it is. A PIN is never an option: other people could read it in the list of processes."""
    parser.add_argument("--zh", default="", metavar="NAME", help="the name in Chinese")
    parser.add_argument("--en", default="", metavar="NAME", help="the name in Latin letters")
    parser.add_argument("--born", required=True, metavar="DATE", help="such as 1948-03-07")
    parser.add_argument("--number", help="the telephone number that reaches the patient")
    parser.add_argument("--language", choices=LANGUAGES, help="what to speak and write to the patient")
    parser.add_argument("--card", action="store_true", help="give a card, with a PIN made by the box and shown once")
    parser.add_argument("--type-pin", action="store_true", help="with --card: let the patient type the PIN, twice")
    parser.add_argument("--namesake", action="store_true", help="there really are two of this name and birthday")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """Print the new patient's id, and card and PIN."""
    if arguments.type_pin and not arguments.card:
        raise Refused("--type-pin goes with --card.")
    name = _name(arguments.zh, arguments.en)
    born = reading.iso_day(arguments.born)
    if not patient_changes.could_be_born(born, office.today):
        raise Refused(f"Nobody who comes was born on {born}.")
    number = normalise(arguments.number) if arguments.number else None
    pin = _pin(arguments)
    with office.changing("add-patient") as change:
        if not arguments.namesake:
            _refuse_known(change, name, born)
        person = people.register(change.tx, name, born, number=number, language=arguments.language)
        card = cards.issue_next(change.tx, person.id, pin) if pin else None
        change.detail = f"patient {person.id}"
    print(f"Registered {persons.with_id(person)}.")
    if card and pin:
        show_pin(card, None if arguments.type_pin else pin)


def show_pin(card: str, pin: str | None) -> None:
    """Print the card, and a PIN that the box made."""
    print(f"Card {card}" + (f", PIN {pin} (shown only now)." if pin else ", PIN as typed."))


def _name(zh: str, en: str) -> Name:
    zh, en = zh.strip(), en.strip()
    if not (zh or en):
        raise Refused("A patient needs a name: --zh, --en or both.")
    if max(len(zh), len(en)) > NAME_CHARACTERS or not (zh + en).isprintable():
        raise Refused(f"A name is up to {NAME_CHARACTERS} printable characters.")
    return Name(zh, en)


def _pin(arguments: argparse.Namespace) -> str | None:
    if not arguments.card:
        return None
    return asking.typed_pin() if arguments.type_pin else pins.fresh()


def _refuse_known(change: Change, name: Name, born: date) -> None:
    for known in people.namesakes(change.tx, name, born, 1):
        raise Refused(f"This is p{known.id}'s name and birthday; --namesake if it is somebody else.")
