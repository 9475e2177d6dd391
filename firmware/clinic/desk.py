"""Booking at the desk: a slot is kept as soon as somebody points at it, and becomes a visit by the callers' rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from firmware.clinic import accounts, bookings, holds, people
from firmware.clinic.accounts import Account
from firmware.clinic.errors import ClinicError
from firmware.clinic.people import Patient
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.language.values import Language, Name
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import IS_HELD
from firmware.storage.roster_schema import bookings as rows


class PatientDeceased(ClinicError):
    """Nobody books for somebody who has died."""


class KnownAlready(ClinicError):
    """Somebody with one of these names was born on this day: `patient`."""

    def __init__(self, patient: Patient) -> None:
        super().__init__(f"patient {patient.id} has this name and birthday")
        self.patient = patient


@dataclass(frozen=True)
class Reach:
    """How a patient is told: numbers to choose from (the guardian's if there are no others), language, money."""

    numbers: tuple[str, ...]
    is_guardians: bool
    language: Language
    account: Account | None


def keep(tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot, *, holder: str) -> holds.Hold:
    """Keep the slot, for whom is not known yet; raises what `holds.hold` does."""
    return holds.hold(tx, profile, now, slot, None, holder=holder, channel="desk")


def kept_until(tx: Transaction, now: datetime, slot: Slot, *, holder: str) -> datetime | None:
    """Until when the holder keeps this slot; None if it does not."""
    theirs = select(rows.c.held_until).where(rows.c.slot_key == slot.key, IS_HELD, rows.c.holder == holder)
    until: datetime | None = tx.execute(theirs).scalar()
    return until if until is not None and until > now else None


def reach(tx: Transaction, patient: Patient) -> Reach:
    """How the patient is told of a visit."""
    own = people.numbers(tx, patient.id)
    numbers = own or (people.numbers(tx, patient.guardian_id) if patient.guardian_id else [])
    language = patient.language or people.contact(tx, next(iter(numbers), None)).language or "zh"
    return Reach(tuple(numbers), bool(numbers and not own), language, accounts.account(tx, patient.id))


def book(
    tx: Transaction,
    profile: ClinicProfile,
    now: datetime,
    slot: Slot,
    patient_id: int,
    *,
    holder: str,
    number: str | None,
    pay_at_desk: bool = False,
) -> Booking:
    """Make the kept slot a visit of this patient, texts to `number`; also when the time to keep it is over but it is
    free. Raises what `holds.hold` and `bookings.confirm` do, or `PatientDeceased`."""
    patient = people.patient(tx, patient_id)
    if patient.is_deceased:
        raise PatientDeceased(f"patient {patient_id} is deceased")
    held = holds.hold(tx, profile, now, slot, patient_id, holder=holder, channel="desk")
    language = reach(tx, patient).language
    return bookings.confirm(
        tx, profile, now, held.id, holder=holder, slot=held.slot, number=number, language=language,
        pay_at_desk=pay_at_desk,
    )  # fmt: skip


def register(tx: Transaction, name: Name, born: date, number: str | None) -> Patient:
    """A new patient at the desk; raises `KnownAlready`."""
    if known := people.namesakes(tx, name, born, 1):
        raise KnownAlready(known[0])
    return people.register(tx, name, born, number=number)
