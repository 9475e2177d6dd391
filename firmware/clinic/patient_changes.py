"""What the desk changes about a patient whom the clinic knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy import ColumnElement, Select, delete, func, select, update

from firmware.clinic import people, pinyin
from firmware.clinic.errors import ClinicError
from firmware.clinic.people import Patient
from firmware.language.values import Language, Name
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import patient_contacts, patients
from firmware.storage.roster_schema import bookings
from firmware.storage.text_schema import outbox

TIERS = ("normal", "vip")
OLDEST_YEARS = 130
ADULT_YEARS = 18


class CannotChange(ClinicError):
    """The change makes no sense for this patient."""


class ReachesAlready(CannotChange):
    """The number is the patient's already."""


class ReachesNot(CannotChange):
    """The number is not the patient's."""


class OwnGuardian(CannotChange):
    """The guardian would be, perhaps through others, the patient."""


class GuardianDeceased(CannotChange):
    """Who has died looks after nobody."""


class GuardianUnderage(CannotChange):
    """A child looks after nobody."""


class ChangedMeanwhile(CannotChange):
    """Somebody else has changed the record since it was shown."""


@dataclass(frozen=True)
class Details:
    """What the record says of the person, all at once."""

    name: Name
    born: date
    language: Language | None
    tier: str  # one of `TIERS`
    is_deceased: bool
    guardian_id: int | None


@dataclass(frozen=True)
class Removal:
    """What it would mean that a number reaches the patient no more."""

    visits: int  # whose texts go there now
    waiting_texts: int  # about them, that have not left
    next_number: str | None  # where the visits' texts go then; None: nowhere


def could_be_born(day: date, today: date) -> bool:
    """Whether somebody who comes may have been born then."""
    return day <= today and today.year - day.year <= OLDEST_YEARS


def is_adult(born: date, today: date) -> bool:
    """Whether somebody born then may look after others; who was born on 29 February comes of age on 1 March."""
    birthday_is_over = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (not birthday_is_over) >= ADULT_YEARS


def fingerprint(tx: Transaction, patient_id: int) -> str:
    """Another one as soon as the record or its numbers have changed; raises `NoSuchPatient`."""
    facts = (people.patient(tx, patient_id), people.numbers(tx, patient_id))
    return sha256(repr(facts).encode()).hexdigest()[:16]


def check_unchanged(tx: Transaction, patient_id: int, seen: str) -> None:
    """Raises `ChangedMeanwhile` if the record is no longer as it was when its fingerprint was `seen`."""
    if fingerprint(tx, patient_id) != seen:
        raise ChangedMeanwhile("somebody else changed this patient")


def edit(tx: Transaction, today: date, patient_id: int, details: Details) -> None:
    """The record says this from now on; raises `CannotChange`."""
    before = people.patient(tx, patient_id)
    if details.guardian_id != before.guardian_id:
        set_guardian(tx, today, patient_id, details.guardian_id)
    set_name(tx, patient_id, details.name)
    _set(tx, patient_id, born=details.born, language=details.language, tier=details.tier)
    set_deceased(tx, patient_id, details.is_deceased)


def add_number(tx: Transaction, patient_id: int, number: str, *, first: bool = False) -> None:
    """`number` (normal form) reaches the patient too, tried last or first; raises `ReachesAlready`."""
    if number in people.numbers(tx, patient_id):
        raise ReachesAlready(f"{number} reaches this patient already")
    theirs = patient_contacts.c.patient_id == patient_id
    if first:
        tx.execute(update(patient_contacts).where(theirs).values(rank=patient_contacts.c.rank + 1))
    last = tx.execute(select(func.max(patient_contacts.c.rank)).where(theirs)).scalar() or 0
    people.reach(tx, patient_id, number, 1 if first else last + 1)


def put_first(tx: Transaction, patient_id: int, number: str) -> None:
    """`number` is tried first from now on; raises `ReachesNot`."""
    theirs = people.numbers(tx, patient_id)
    if number not in theirs:
        raise ReachesNot(f"{number} does not reach this patient")
    for rank, each in enumerate([number, *(other for other in theirs if other != number)], start=1):
        people.reach(tx, patient_id, each, rank)


def removal(tx: Transaction, patient_id: int, number: str, today: date) -> Removal:
    """What `remove_number` would do."""
    visits = tx.execute(select(func.count()).select_from(bookings).where(_visits(patient_id, number, today)))
    texts = tx.execute(select(func.count()).select_from(outbox).where(_waiting(patient_id, number, today)))
    others = [other for other in people.numbers(tx, patient_id) if other != number]
    return Removal(visits.scalar_one(), texts.scalar_one(), next(iter(others), None))


def remove_number(tx: Transaction, patient_id: int, number: str, today: date) -> None:
    """`number` reaches the patient no more: texts about visits go to the next number, those that wait do not go at all.

    Raises `ReachesNot`.
    """
    theirs = (patient_contacts.c.patient_id == patient_id) & (patient_contacts.c.number == number)
    if tx.execute(delete(patient_contacts).where(theirs)).rowcount == 0:
        raise ReachesNot(f"{number} does not reach this patient")
    tx.execute(update(outbox).where(_waiting(patient_id, number, today)).values(state="withdrawn"))
    next_number = next(iter(people.numbers(tx, patient_id)), None)
    tx.execute(update(bookings).where(_visits(patient_id, number, today)).values(contact_number=next_number))


def set_guardian(tx: Transaction, today: date, patient_id: int, guardian_id: int | None) -> None:
    """Who books for the patient and is told; None for nobody.

    Raises `OwnGuardian`, `GuardianDeceased` or `GuardianUnderage`.
    """
    above = guardian_id
    while above is not None:
        if above == patient_id:
            raise OwnGuardian("nobody can be their own guardian, not even through others")
        above = people.patient(tx, above).guardian_id
    if guardian_id is not None:
        check_guardian(people.patient(tx, guardian_id), today)
    _set(tx, patient_id, guardian_id=guardian_id)


def check_guardian(person: Patient, today: date) -> None:
    """Raises `GuardianDeceased` or `GuardianUnderage` unless the person `may_look_after` others."""
    if person.is_deceased:
        raise GuardianDeceased("the guardian is deceased")
    if not is_adult(person.born, today):
        raise GuardianUnderage(f"the guardian is younger than {ADULT_YEARS}")


def may_look_after(person: Patient, today: date) -> bool:
    """Only living adults are offered as guardians."""
    return not person.is_deceased and is_adult(person.born, today)


def set_name(tx: Transaction, patient_id: int, name: Name) -> None:
    """What the patient is called from now on."""
    _set(tx, patient_id, name_zh=name.zh, name_en=name.en, **pinyin.columns(name))


def set_deceased(tx: Transaction, patient_id: int, is_deceased: bool) -> None:
    """Who is deceased can't be booked for and is never named to callers."""
    _set(tx, patient_id, is_deceased=int(is_deceased))


def set_tier(tx: Transaction, patient_id: int, tier: str) -> None:
    """One of `TIERS`."""
    _set(tx, patient_id, tier=tier)


def set_language(tx: Transaction, patient_id: int, language: str) -> None:
    """What to speak and write to the patient."""
    _set(tx, patient_id, language=language)


def _visits(patient_id: int, number: str, today: date) -> ColumnElement[bool]:
    return (bookings.c.patient_id == patient_id) & (bookings.c.contact_number == number) & (bookings.c.day >= today)


def _waiting(patient_id: int, number: str, today: date) -> ColumnElement[bool]:
    theirs: Select[tuple[int]] = select(bookings.c.id).where(_visits(patient_id, number, today))
    return (outbox.c.number == number) & (outbox.c.state == "queued") & outbox.c.booking_id.in_(theirs)


def _set(tx: Transaction, patient_id: int, **values: object) -> None:
    tx.execute(update(patients).where(patients.c.id == patient_id).values(**values))
