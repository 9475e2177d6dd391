"""Finding a patient by what staff have at hand, and naming one on the screen."""

from __future__ import annotations

import re

from sqlalchemy import select

from firmware.cli.staff.refusals import Refused
from firmware.clinic import card_numbers, cards, people, search
from firmware.clinic.errors import NoSuchPatient
from firmware.clinic.people import Patient
from firmware.phone_number import NotANumber, normalise
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import patients

MOST_FOUND = 100


def find(tx: Transaction, words: str) -> list[Patient]:
    """The patients whom a patient id (p12), a card, a telephone number, or a name (its beginning, pinyin) means."""
    if by_id := re.fullmatch(r"p([0-9]{1,9})", words):
        return [people.patient(tx, int(by_id[1]))]
    if card_numbers.is_valid(words) and (owner := cards.owner(tx, words)):
        return [owner]
    try:
        return people.owners(tx, normalise(words))
    except NotANumber:
        return sorted(search.people_like(tx, words, MOST_FOUND), key=lambda person: person.id)


def the_one(tx: Transaction, words: str) -> Patient:
    """The one living patient whom the words mean."""
    found = [person for person in find(tx, words) if not person.is_deceased]
    if not found:
        raise Refused(
            f"No living patient is known by {words!r}: give a name, a telephone number, a card or p with an id."
        )
    return _only(found, words)


def any_one(tx: Transaction, words: str) -> Patient:
    """The one patient, living or not, whom the words mean."""
    found = find(tx, words)
    if not found:
        raise Refused(f"No patient is known by {words!r}.")
    return _only(found, words)


def everybody(tx: Transaction) -> list[Patient]:
    """The patients by id, at most `MOST_FOUND`."""
    keys = select(patients.c.id).order_by(patients.c.id).limit(MOST_FOUND)
    return [people.patient(tx, key) for key in tx.execute(keys).scalars().all()]


def known_card_owner(tx: Transaction, card: str) -> Patient:
    """The person whose card this is; says so when a digit must be wrong."""
    if not card_numbers.is_valid(card):
        raise Refused(f"{card} is no card number: its last digit does not fit the others.")
    owner = cards.owner(tx, card)
    if owner is None:
        raise NoSuchPatient(f"no patient has the card {card}")
    return owner


def full_name(person: Patient) -> str:
    """Both names, as far as there are two."""
    return " ".join(name for name in (person.name.zh, person.name.en) if name)


def with_id(person: Patient) -> str:
    """Enough to tell two people of one name apart."""
    return f"p{person.id} {full_name(person)} born {person.born}"


def _only(found: list[Patient], words: str) -> Patient:
    if len(found) > 1:
        raise Refused(f"{words!r} means more than one patient: {', '.join(map(with_id, found))}.")
    return found[0]
