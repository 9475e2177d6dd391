"""What the desk changes about a patient whom the clinic knows."""

from __future__ import annotations

from datetime import date

from sqlalchemy import delete, func, select, update

from firmware.clinic import people
from firmware.clinic.errors import ClinicError
from firmware.storage.ledger import Transaction
from firmware.storage.schema import bookings, outbox, patient_contacts, patients

TIERS = ("normal", "vip")


class CannotChange(ClinicError):
    """The change makes no sense for this patient."""


def add_number(tx: Transaction, patient_id: int, number: str, *, first: bool = False) -> None:
    """`number` (normal form) reaches the patient too, tried last or first; raises `CannotChange` if it does already."""
    if number in people.numbers(tx, patient_id):
        raise CannotChange(f"{number} reaches this patient already")
    theirs = patient_contacts.c.patient_id == patient_id
    if first:
        tx.execute(update(patient_contacts).where(theirs).values(rank=patient_contacts.c.rank + 1))
    last = tx.execute(select(func.max(patient_contacts.c.rank)).where(theirs)).scalar() or 0
    people.reach(tx, patient_id, number, 1 if first else last + 1)


def remove_number(tx: Transaction, patient_id: int, number: str, today: date) -> None:
    """`number` reaches the patient no more: texts about visits go to the next number, those that wait do not go at all.

    Raises `CannotChange`.
    """
    theirs = (patient_contacts.c.patient_id == patient_id) & (patient_contacts.c.number == number)
    if tx.execute(delete(patient_contacts).where(theirs)).rowcount == 0:
        raise CannotChange(f"{number} does not reach this patient")
    visits = (bookings.c.patient_id == patient_id) & (bookings.c.contact_number == number) & (bookings.c.day >= today)
    waiting = update(outbox).where(
        outbox.c.number == number,
        outbox.c.state == "queued",
        outbox.c.booking_id.in_(select(bookings.c.id).where(visits)),
    )
    tx.execute(waiting.values(state="withdrawn"))
    next_number = next(iter(people.numbers(tx, patient_id)), None)
    tx.execute(update(bookings).where(visits).values(contact_number=next_number))


def set_guardian(tx: Transaction, patient_id: int, guardian_id: int | None) -> None:
    """Who books for the patient and is told; None for nobody. Raises `CannotChange`."""
    above = guardian_id
    while above is not None:
        if above == patient_id:
            raise CannotChange("nobody can be their own guardian, not even through others")
        above = people.patient(tx, above).guardian_id
    if guardian_id is not None and people.patient(tx, guardian_id).is_deceased:
        raise CannotChange("the guardian is deceased")
    _set(tx, patient_id, guardian_id=guardian_id)


def set_deceased(tx: Transaction, patient_id: int, is_deceased: bool) -> None:
    """Who is deceased can't be booked for and is never named to callers."""
    _set(tx, patient_id, is_deceased=int(is_deceased))


def set_tier(tx: Transaction, patient_id: int, tier: str) -> None:
    """One of `TIERS`."""
    _set(tx, patient_id, tier=tier)


def set_language(tx: Transaction, patient_id: int, language: str) -> None:
    """What to speak and write to the patient."""
    _set(tx, patient_id, language=language)


def _set(tx: Transaction, patient_id: int, **values: object) -> None:
    tx.execute(update(patients).where(patients.c.id == patient_id).values(**values))
