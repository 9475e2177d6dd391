"""`clinicbox patients`: who is known, and by which number and card."""

from __future__ import annotations

import argparse

from firmware.cli.staff import persons, table
from firmware.cli.staff.office import Office, command
from firmware.clinic import accounts, cards, people
from firmware.clinic.people import Patient
from firmware.language.values import Money
from firmware.language.writing import write
from firmware.storage.ledger import Transaction

NAME = "patients"
HELP = "list patients, or find them by name, telephone number, card or id"


def configure(parser: argparse.ArgumentParser) -> None:
    """Whom to find."""
    parser.add_argument("words", nargs="?", help="part of a name, a telephone number, a card or an id (p12)")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """A table; money is what the account has free."""
    with office.ledger.reading() as tx:
        found = persons.find(tx, arguments.words) if arguments.words else persons.everybody(tx)
        rows = [_row(tx, person) for person in found]
    table.show(("id", "name", "born", "numbers", "card", "account", ""), rows, "Nobody found.")
    if len(rows) == persons.MOST_FOUND:
        print(f"Only the first {persons.MOST_FOUND} are shown; give part of a name.")


def _row(tx: Transaction, person: Patient) -> tuple[object, ...]:
    account = accounts.account(tx, person.id)
    marks = [person.tier if person.tier != "normal" else "", "deceased" if person.is_deceased else ""]
    return (
        f"p{person.id}",
        persons.full_name(person),
        person.born,
        " ".join(people.numbers(tx, person.id)),
        " ".join(cards.numbers_of(tx, person.id)),
        write(Money(account.available_cents), "en") if account else "",
        " ".join(filter(None, marks)),
    )
