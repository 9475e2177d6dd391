"""Patients and the numbers that reach them: a person and a contact are two things, one number may serve a family."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, bindparam, insert, or_, select
from sqlalchemy.dialects import sqlite

from firmware.clinic import pinyin
from firmware.clinic.errors import NoSuchPatient
from firmware.language.values import Language, Name
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import contacts, patient_contacts, patients


@dataclass(frozen=True)
class Patient:
    """One person, alive or not."""

    id: int
    name: Name
    born: date
    language: Language | None = None
    tier: str = "normal"
    is_deceased: bool = False
    guardian_id: int | None = None


@dataclass(frozen=True)
class Contact:
    """What the box remembers of a number: how to speak to whoever uses it."""

    number: str
    language: Language | None = None
    slow_keys: bool = False


_BY_ID = select(patients).where(patients.c.id == bindparam("patient_id"))
_BY_NUMBER = (
    select(patients)
    .join(patient_contacts)
    .where(patient_contacts.c.number == bindparam("number"), patients.c.is_deceased == 0)
    .order_by(patient_contacts.c.rank, patients.c.id)
)
_NUMBERS = (
    select(patient_contacts.c.number)
    .where(patient_contacts.c.patient_id == bindparam("patient_id"))
    .order_by(patient_contacts.c.rank)
)
_CONTACT = select(contacts).where(contacts.c.number == bindparam("number"))


def patient(tx: Transaction, patient_id: int) -> Patient:
    """The person with this id; raises `NoSuchPatient`."""
    row = tx.execute(_BY_ID, {"patient_id": patient_id}).first()
    if row is None:
        raise NoSuchPatient(f"no patient {patient_id}")
    return _patient(row)


def owners(tx: Transaction, number: str | None) -> list[Patient]:
    """The living people whom this number reaches, its first owner first; none for a withheld number.

    A number is a hint, not a proof: say no name before the person has shown who it is.
    """
    if number is None:
        return []
    return [_patient(row) for row in tx.execute(_BY_NUMBER, {"number": number})]


def namesakes(tx: Transaction, name: Name, born: date, most: int) -> list[Patient]:
    """Who was born on that day and has one of the names."""
    names = [column == text for column, text in ((patients.c.name_zh, name.zh), (patients.c.name_en, name.en)) if text]
    rows = tx.execute(select(patients).where(patients.c.born == born, or_(*names)).order_by(patients.c.id).limit(most))
    return [_patient(row) for row in rows]


def born_in(tx: Transaction, number: str | None, year: int) -> list[Patient]:
    """The owners of the number who were born in `year`: the usual check before anything personal is said."""
    return [person for person in owners(tx, number) if person.born.year == year]


def numbers(tx: Transaction, patient_id: int) -> list[str]:
    """The person's numbers, the one to try first first."""
    return list(tx.execute(_NUMBERS, {"patient_id": patient_id}).scalars())


def contact(tx: Transaction, number: str | None) -> Contact:
    """What is remembered of the number; the defaults when it is new or withheld."""
    row = tx.execute(_CONTACT, {"number": number}).first() if number else None
    return Contact(row.number, row.language, bool(row.slow_keys)) if row else Contact(number or "")


def language_of(tx: Transaction, number: str | None) -> Language | None:
    """How to speak to whoever uses the number: as was learnt from it, else as its one owner wishes."""
    learnt = contact(tx, number).language
    if learnt is not None:
        return learnt
    reached = owners(tx, number)
    return reached[0].language if len(reached) == 1 else None


def remember(tx: Transaction, number: str | None, **what: Any) -> None:
    """Remember `language` or `slow_keys` of the number; nothing of a withheld one."""
    if number is None:
        return
    statement = sqlite.insert(contacts).values(number=number, **what)
    tx.execute(statement.on_conflict_do_update(index_elements=["number"], set_=what))


def register(
    tx: Transaction,
    name: Name,
    born: date,
    *,
    number: str | None = None,
    rank: int = 1,
    language: Language | None = None,
    tier: str = "normal",
    is_deceased: bool = False,
    guardian_id: int | None = None,
) -> Patient:
    """A new person, with the number that reaches them."""
    statement = insert(patients).values(
        name_zh=name.zh,
        name_en=name.en,
        **pinyin.columns(name),
        born=born,
        language=language,
        tier=tier,
        is_deceased=int(is_deceased),
        guardian_id=guardian_id,
    )
    patient_id = tx.execute(statement.returning(patients.c.id)).scalar_one()
    if number is not None:
        reach(tx, patient_id, number, rank)
    return patient(tx, patient_id)


def reach(tx: Transaction, patient_id: int, number: str, rank: int = 1) -> None:
    """From now on `number` (in normal form) reaches this person too."""
    tx.execute(sqlite.insert(contacts).values(number=number).on_conflict_do_nothing())
    tie = sqlite.insert(patient_contacts).values(patient_id=patient_id, number=number, rank=rank)
    tx.execute(tie.on_conflict_do_update(index_elements=["patient_id", "number"], set_={"rank": rank}))


def _patient(row: Row[Any]) -> Patient:
    return Patient(
        id=row.id,
        name=Name(row.name_zh, row.name_en),
        born=row.born,
        language=row.language,
        tier=row.tier,
        is_deceased=bool(row.is_deceased),
        guardian_id=row.guardian_id,
    )
