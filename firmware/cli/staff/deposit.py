"""`clinicbox deposit`: money paid in at the desk."""

from __future__ import annotations

import argparse

from firmware.cli.staff import persons, reading
from firmware.cli.staff.office import Office, command
from firmware.clinic import accounts
from firmware.language.values import Money
from firmware.language.writing import write

NAME = "deposit"
HELP = "pay money in on a patient's account"


def configure(parser: argparse.ArgumentParser) -> None:
    """Whose, how much."""
    parser.add_argument("card")
    parser.add_argument("amount", help="yuan, such as 50 or 12.50")


@command
def run(office: Office, arguments: argparse.Namespace) -> None:
    """The first deposit opens the account."""
    cents = reading.cents(arguments.amount)
    with office.changing("deposit") as change:
        person = persons.known_card_owner(change.tx, arguments.card)
        accounts.deposit(change.tx, change.now, person.id, cents, office.holder)
        account = accounts.account(change.tx, person.id)
        change.detail = f"patient {person.id}, {cents} cents"
    free = write(Money(account.available_cents if account else cents), "en")
    print(f"{write(Money(cents), 'en')} paid in for {persons.full_name(person)}; {free} free on the account.")
