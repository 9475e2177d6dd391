"""Who is behind a number, and who of the staff behind a login."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from firmware.clinic import people
from firmware.clinic.people import Patient
from firmware.staff import users
from firmware.storage.ledger import Transaction

MOST_OWNERS = 4


@dataclass(frozen=True)
class Names:
    """What a page of messages needs to name people: patients by number, staff by login."""

    owners: dict[str, list[Patient]]
    staff: dict[str, str]


def names(tx: Transaction, numbers: Iterable[str | None]) -> Names:
    """Of everybody whom these numbers reach, and of the staff."""
    owners = {number: people.owners(tx, number)[:MOST_OWNERS] for number in set(numbers) if number}
    return Names(owners, {user.login: user.name for user in users.all_users(tx)})
