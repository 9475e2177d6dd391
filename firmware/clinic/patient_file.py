"""All that the desk sees of one patient, and who might be the same person twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from firmware.clinic import accounts, cards, patient_changes, people, records
from firmware.clinic.accounts import Account
from firmware.clinic.cards import Card
from firmware.clinic.people import Patient
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.language.values import Name
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import patient_contacts, patients
from firmware.storage.roster_schema import bookings

MOST_RELATIVES = 20  # shown; a number of a home may reach a hundred
MOST_ALIKE = 10


@dataclass(frozen=True)
class Reach:
    """A number that reaches the patient, and whom else it reaches."""

    number: str
    others: tuple[Patient, ...]


@dataclass(frozen=True)
class PatientFile:
    """One patient with everything that belongs to them."""

    person: Patient
    numbers: tuple[Reach, ...]  # the one to try first first
    guardian: Patient | None
    dependants: tuple[Patient, ...]
    cards: tuple[Card, ...]
    account: Account | None  # None: pays at the desk
    fingerprint: str  # see patient_changes

    @property
    def family(self) -> tuple[Patient, ...]:
        """Everybody whom one of the patient's numbers reaches too, each once."""
        return tuple({other.id: other for reach in self.numbers for other in reach.others}.values())


def read(tx: Transaction, profile: ClinicProfile, now: datetime, patient_id: int) -> PatientFile:
    """Raises `NoSuchPatient`."""
    person = people.patient(tx, patient_id)
    return PatientFile(
        person=person,
        numbers=tuple(Reach(number, _others(tx, number, patient_id)) for number in people.numbers(tx, patient_id)),
        guardian=people.patient(tx, person.guardian_id) if person.guardian_id is not None else None,
        dependants=_dependants(tx, patient_id),
        cards=tuple(cards.of_patient(tx, profile, now, patient_id)),
        account=accounts.account(tx, patient_id),
        fingerprint=patient_changes.fingerprint(tx, patient_id),
    )


def newest(tx: Transaction, most: int) -> list[Patient]:
    """Who was registered last, newest first."""
    keys = tx.execute(select(patients.c.id).order_by(patients.c.id.desc()).limit(most)).scalars().all()
    return [people.patient(tx, key) for key in keys]


def count(tx: Transaction) -> int:
    """How many patients the clinic knows."""
    return tx.execute(select(func.count()).select_from(patients)).scalar_one()


def alike(tx: Transaction, name: Name, born: date, number: str | None) -> list[Patient]:
    """Who may be this person already: one of the names and the birth date are theirs, or the number reaches them."""
    keys = {person.id for person in people.namesakes(tx, name, born, MOST_ALIKE)}
    if number is not None:
        reached = select(patient_contacts.c.patient_id).where(patient_contacts.c.number == number)
        keys.update(tx.execute(reached.limit(MOST_ALIKE)).scalars())
    return [people.patient(tx, key) for key in sorted(keys)]


def past_visits(tx: Transaction, patient_id: int, today: date, most: int) -> list[Booking]:
    """Visits of before today, and those that were cancelled or missed; the latest first."""
    over = bookings.c.state.in_(("cancelled", "no-show")) | (bookings.c.day < today)
    theirs = select(bookings.c.id).where(bookings.c.patient_id == patient_id, over, bookings.c.state != "held")
    latest = theirs.order_by(bookings.c.day.desc(), bookings.c.begins.desc()).limit(most)
    return [records.booking(tx, key) for key in tx.execute(latest).scalars().all()]


def _others(tx: Transaction, number: str, patient_id: int) -> tuple[Patient, ...]:
    contacts = patient_contacts.c
    reached = select(contacts.patient_id).where(contacts.number == number, contacts.patient_id != patient_id)
    keys = tx.execute(reached.order_by(contacts.rank, contacts.patient_id).limit(MOST_RELATIVES)).scalars().all()
    return tuple(people.patient(tx, key) for key in keys)


def _dependants(tx: Transaction, patient_id: int) -> tuple[Patient, ...]:
    theirs = select(patients.c.id).where(patients.c.guardian_id == patient_id).limit(MOST_RELATIVES)
    dependants = [people.patient(tx, key) for key in tx.execute(theirs).scalars().all()]
    return tuple(sorted(dependants, key=lambda person: person.born))  # here: SQLite would walk everybody by age
