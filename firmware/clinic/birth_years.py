"""The birth year as the first check of who calls from a known number; a number may guess only so often a day."""

from __future__ import annotations

from sqlalchemy import ColumnElement, func, select

from firmware.clinic import people
from firmware.clinic.cards import BIRTH_YEAR, LOCK_WINDOW_S, Attempt
from firmware.clinic.errors import WrongBirthYear
from firmware.clinic.people import Patient
from firmware.clinic.profile import ClinicProfile
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import pin_failures


def check(tx: Transaction, profile: ClinicProfile, attempt: Attempt, year: int) -> list[Patient]:
    """The people of the caller's number who were born in `year`, at least one; as many tries as for a PIN.

    Raises `WrongBirthYear` with the tries left.
    """
    left = _left(tx, profile, attempt)
    matching = people.born_in(tx, attempt.caller, year)
    if left > 0 and matching:
        return matching
    if left > 0:
        failure = {"card_number": BIRTH_YEAR, "caller": attempt.caller, "call_id": attempt.call_id, "at": attempt.now}
        tx.execute(pin_failures.insert(), failure)
    raise WrongBirthYear(max(0, left - 1))


def _left(tx: Transaction, profile: ClinicProfile, attempt: Attempt) -> int:
    since = later(attempt.now, -LOCK_WINDOW_S)
    today = _count(tx, (pin_failures.c.caller == attempt.caller) & (pin_failures.c.at > since))
    in_call = _count(tx, pin_failures.c.call_id == attempt.call_id)
    return min(profile.pin_tries_a_call - in_call, profile.pin_tries_a_day - today)


def _count(tx: Transaction, whose: ColumnElement[bool]) -> int:
    wrong = select(func.count()).select_from(pin_failures).where(whose, pin_failures.c.card_number == BIRTH_YEAR)
    return tx.execute(wrong).scalar_one()
