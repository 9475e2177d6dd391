"""Who is behind a number, and who of the staff behind a login."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from firmware.clinic import people
from firmware.clinic.people import Patient
from firmware.staff import users
from firmware.storage.ledger import Transaction
from firmware.storage.recordings import VoiceMessage

MOST_OWNERS = 4


@dataclass(frozen=True)
class Names:
    """What a page of messages needs to name people: patients by number, staff by login."""

    owners: dict[str, list[Patient]]
    staff: dict[str, str]
    patients: dict[int, Patient]  # those who have shown who they are


def names(tx: Transaction, numbers: Iterable[str | None], left: Iterable[VoiceMessage] = ()) -> Names:
    """Of everybody whom these numbers reach, of who left these messages, and of the staff."""
    owners = {number: people.owners(tx, number)[:MOST_OWNERS] for number in set(numbers) if number}
    known = {each.patient_id for each in left if each.patient_id is not None}
    patients = {patient_id: people.patient(tx, patient_id) for patient_id in known}
    return Names(owners, {user.login: user.name for user in users.all_users(tx)}, patients)
