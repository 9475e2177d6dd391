"""`clinicbox reset-pin`: a new PIN for somebody whom the desk has seen."""

from __future__ import annotations

import argparse

from firmware.cli.staff import asking, persons
from firmware.cli.staff.add_patient import show_pin
from firmware.cli.staff.office import Office, command
from firmware.clinic import cards, pins

NAME = "reset-pin"
HELP = "give a card a new PIN and unlock it"


def configure(parser: argparse.ArgumentParser) -> None:
    """Which card."""
    parser.add_argument("card")
    parser.add_argument("--type-pin", action="store_true", help="let the patient type the PIN, twice")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """Wrong PINs of before no longer count."""
    with office.ledger.reading() as tx:
        persons.known_card_owner(tx, arguments.card)
    pin = asking.typed_pin() if arguments.type_pin else pins.fresh()
    with office.changing("reset-pin") as change:
        person = persons.known_card_owner(change.tx, arguments.card)
        cards.issue(change.tx, arguments.card, person.id, pin)
        cards.unlock(change.tx, change.now, arguments.card)
        change.detail = f"patient {person.id}"
    print(f"New PIN for {persons.full_name(person)}.")
    show_pin(arguments.card, None if arguments.type_pin else pin)
