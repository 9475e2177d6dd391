"""Finding people and visits by whatever the person at the desk has at hand: a name, a number, a code, a card.

Each look-up is a walk along an index with a limit; only when the beginnings of names give too little are names looked
through for words in their middle, in one index that holds nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select

from firmware.clinic import people, pinyin, records, roster
from firmware.clinic.codes import DIGITS, SHORT_DIGITS
from firmware.clinic.people import Patient
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.phone_number import NotANumber, normalise
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import cards, patient_contacts, patients
from firmware.storage.roster_schema import IS_VISIT, bookings

MOST_FOUND = 12
LEAST_DIGITS = 3  # fewer mean too many people
LEAST_LAST_DIGITS = 4
LONGEST_WORDS = 60
_LAST = "\U0010ffff"
_SEPARATORS = re.compile(r"[\s\-/.()·]")

Way = Callable[[Transaction, str, int], list[int]]


@dataclass(frozen=True)
class Found:
    """A person who may be meant, with what tells people of one name apart."""

    patient: Patient
    numbers: tuple[str, ...]
    next_visit: Booking | None


def find(tx: Transaction, profile: ClinicProfile, now: datetime, words: str, most: int = MOST_FOUND) -> list[Found]:
    """The people whom the words mean, likeliest first, at most `most`; nobody for no words."""
    return [_found(tx, profile, now, person) for person in people_like(tx, words, most)]


def people_like(tx: Transaction, words: str, most: int = MOST_FOUND) -> list[Patient]:
    """The people whom a name (or its pinyin or initials), a number, a card or the beginning of one means."""
    wanted = unicodedata.normalize("NFKC", words).strip()[:LONGEST_WORDS]
    seen: dict[int, None] = {}
    for way in _ways(wanted):
        left = most - len(seen)
        if left > 0:
            seen |= dict.fromkeys(way(tx, wanted, most))
    return [people.patient(tx, key) for key in list(seen)[:most]]


def visits_by_code(tx: Transaction, words: str, most: int = MOST_FOUND) -> list[Booking]:
    """The visits still standing whose code is these six digits, or begins with these four."""
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", words))
    if not (digits.isascii() and digits.isdigit() and len(digits) in (DIGITS, SHORT_DIGITS)):
        return []
    missing = DIGITS - len(digits)
    code = bookings.c.code.between(digits + "0" * missing, digits + "9" * missing)
    keys = tx.execute(select(bookings.c.id).where(code, IS_VISIT).order_by(bookings.c.code).limit(most)).scalars()
    return [records.booking(tx, key) for key in keys.all()]


def _found(tx: Transaction, profile: ClinicProfile, now: datetime, person: Patient) -> Found:
    return Found(person, tuple(people.numbers(tx, person.id)), _next_visit(tx, profile, now, person.id))


def _next_visit(tx: Transaction, profile: ClinicProfile, now: datetime, patient_id: int) -> Booking | None:
    theirs = and_(bookings.c.patient_id == patient_id, bookings.c.day >= roster.wall_day(now, profile.zone), IS_VISIT)
    soonest = select(bookings.c.id).where(theirs).order_by(bookings.c.day, bookings.c.begins).limit(1)
    key = tx.execute(soonest).scalar()
    return None if key is None else records.booking(tx, key)


# ---- the ways to a person; each gives ids, the likeliest first ----


def _ways(wanted: str) -> Iterator[Way]:
    digits = _SEPARATORS.sub("", wanted)
    if re.fullmatch(r"\+?[0-9]+", digits):
        if len(digits) >= LEAST_DIGITS:
            yield from (_by_number, _by_card, _by_last_digits)
    elif pinyin.is_latin(wanted):
        yield from (_by_initials, _by_letters, _by_umlaut, _by_words)
    elif wanted:
        yield from (_by_beginning, _by_words)


def _by_number(tx: Transaction, wanted: str, most: int) -> list[int]:
    try:
        number = normalise(wanted)
    except NotANumber:
        return []
    contact = patient_contacts.c
    begins = _begins(contact.number, number)
    living_first = (patients.c.is_deceased, contact.number, contact.rank, contact.patient_id)
    rows = select(contact.patient_id).join(patients).where(begins).order_by(*living_first)
    return _keys(tx, rows.limit(most))


def _by_last_digits(tx: Transaction, wanted: str, most: int) -> list[int]:
    """The end of a number, as people say it; looked for in the one index that holds all numbers."""
    digits = _SEPARATORS.sub("", wanted)
    if len(digits) < LEAST_LAST_DIGITS:
        return []
    contact = patient_contacts.c
    ends = func.substr(contact.number, -len(digits)) == digits
    return _keys(tx, select(contact.patient_id).where(ends).limit(most))


def _by_card(tx: Transaction, wanted: str, most: int) -> list[int]:
    begins = _begins(cards.c.number, _SEPARATORS.sub("", wanted))
    return _keys(tx, select(cards.c.patient_id).where(begins).order_by(cards.c.number).limit(most))


def _by_initials(tx: Transaction, wanted: str, most: int) -> list[int]:
    letters = pinyin.squashed(wanted)
    return _keys(tx, select(patients.c.id).where(patients.c.initials == letters).limit(most))


def _by_letters(tx: Transaction, wanted: str, most: int) -> list[int]:
    begins = _begins(patients.c.pinyin, pinyin.squashed(wanted))
    return _keys(tx, select(patients.c.id).where(begins).order_by(patients.c.pinyin).limit(most))


def _by_umlaut(tx: Transaction, wanted: str, most: int) -> list[int]:
    """With lu and nu for what is read lü and nü (吕, 女): most keyboards have no ü."""
    read = pinyin.umlauted(pinyin.squashed(wanted))
    begins = _begins(patients.c.pinyin, read)
    return _keys(tx, select(patients.c.id).where(begins).order_by(patients.c.pinyin).limit(most))


def _by_beginning(tx: Transaction, wanted: str, most: int) -> list[int]:
    begins = _begins(patients.c.name_zh, wanted)
    return _keys(tx, select(patients.c.id).where(begins).order_by(patients.c.name_zh).limit(most))


def _by_words(tx: Transaction, wanted: str, most: int) -> list[int]:
    """Names with all the words somewhere, Latin ones at the beginning of a word: "reed", "xiuying wang", 秀英."""
    every = [_holds(word) for word in wanted.split()[:4]]
    return _keys(tx, select(patients.c.id).where(*every).limit(most))


def _holds(word: str) -> ColumnElement[bool]:
    if word.isascii() or pinyin.is_latin(word):
        return (" " + patients.c.name_en).icontains(f" {word}", autoescape=True)
    return func.instr(patients.c.name_zh, word) > 0


def _begins(column: ColumnElement[str], beginning: str) -> ColumnElement[bool]:
    """As a range, which every index serves; LIKE with a parameter is served by none."""
    return and_(column >= beginning, column < beginning + _LAST)


def _keys(tx: Transaction, statement: Select[Any]) -> list[int]:
    return list(tx.execute(statement).scalars())
