"""`clinicbox patient set`: what has changed about a patient."""

from __future__ import annotations

import argparse

from firmware.cli.staff import asking, persons
from firmware.cli.staff.add_patient import show_pin
from firmware.cli.staff.office import Change, Office, command
from firmware.cli.staff.refusals import Refused, visit
from firmware.clinic import cards, patient_changes, pins, records
from firmware.clinic.people import Patient
from firmware.language.values import LANGUAGES
from firmware.phone_number import normalise

NAME = "patient"
HELP = "change what is known of a patient: numbers, card, guardian, language, VIP, deceased"

NOBODY = "none"
_CHANGES = ("add_number", "first_number", "remove_number", "card", "guardian", "language", "tier", "life")


def configure(parser: argparse.ArgumentParser) -> None:
    """One patient, any number of changes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    change = actions.add_parser("set", help="change one patient")
    change.add_argument("patient", help="an id such as p12, a card, a telephone number or a name")
    change.add_argument("--add-number", metavar="NUMBER", help="this reaches the patient too")
    change.add_argument("--first-number", metavar="NUMBER", help="the same, and it is tried first")
    change.add_argument("--remove-number", metavar="NUMBER", help="this reaches the patient no more")
    change.add_argument("--card", action="store_true", help="give a card, with a PIN made by the box and shown once")
    change.add_argument("--type-pin", action="store_true", help="with --card: let the patient type the PIN, twice")
    change.add_argument("--guardian", metavar="PATIENT", help=f"who books for the patient, or '{NOBODY}'")
    change.add_argument("--language", choices=LANGUAGES)
    change.add_argument("--tier", choices=patient_changes.TIERS)
    life = change.add_mutually_exclusive_group()
    life.add_argument("--deceased", dest="life", action="store_const", const="deceased")
    life.add_argument("--alive", dest="life", action="store_const", const="alive", help="--deceased was a mistake")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """All the changes or none of them; prints a new card and PIN."""
    changed = [name for name in _CHANGES if getattr(arguments, name)]
    if not changed:
        raise Refused("Say what is to be changed: 'clinicbox patient set --help' lists it.")
    if arguments.type_pin and not arguments.card:
        raise Refused("--type-pin goes with --card.")
    with office.ledger.reading() as tx:
        persons.any_one(tx, arguments.patient)
    pin = (asking.typed_pin() if arguments.type_pin else pins.fresh()) if arguments.card else None
    with office.changing("patient set") as change:
        person = persons.any_one(change.tx, arguments.patient)
        _apply(office, change, person, arguments)
        card = cards.issue_next(change.tx, person.id, pin) if pin else None
        change.detail = f"patient {person.id}: {', '.join(changed)}"
        left = records.of_patient(change.tx, office.profile, change.now, person.id)
    print(f"Changed {persons.with_id(person)}.")
    if card and pin:
        show_pin(card, None if arguments.type_pin else pin)
    if arguments.life == "deceased":
        for booking in left:
            print(f"Still booked: {visit(booking)}")


def _apply(office: Office, change: Change, person: Patient, arguments: argparse.Namespace) -> None:
    tx = change.tx
    if arguments.add_number:
        patient_changes.add_number(tx, person.id, normalise(arguments.add_number))
    if arguments.first_number:
        patient_changes.add_number(tx, person.id, normalise(arguments.first_number), first=True)
    if arguments.remove_number:  # after the new ones: the texts about visits go to those
        patient_changes.remove_number(tx, person.id, normalise(arguments.remove_number), office.today)
    if arguments.guardian:
        guardian = None if arguments.guardian == NOBODY else persons.the_one(tx, arguments.guardian).id
        patient_changes.set_guardian(tx, office.today, person.id, guardian)
    if arguments.language:
        patient_changes.set_language(tx, person.id, arguments.language)
    if arguments.tier:
        patient_changes.set_tier(tx, person.id, arguments.tier)
    if arguments.life:
        patient_changes.set_deceased(tx, person.id, arguments.life == "deceased")
