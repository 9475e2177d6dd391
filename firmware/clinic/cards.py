"""Visit cards and their PINs: hashed, locked out, and silent about which of the two was wrong.

A try is written down before it is checked, and struck out when it was right: neither a crash nor a second line gives
a free guess. Unknown cards are hashed like known ones, so that the time taken tells nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import ColumnElement, Integer, cast, delete, exists, func, select, update
from sqlalchemy.dialects import sqlite

from firmware.clinic import card_numbers, people
from firmware.clinic.errors import CardLocked, WrongCardOrPin
from firmware.clinic.people import Patient
from firmware.clinic.profile import ClinicProfile
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import cards, pin_failures

LOCK_WINDOW_S = 24 * 3600
FIRST_NUMBER = 10000  # without its check digit
BIRTH_YEAR = "birth year"  # stands for the card where the wrong birth years of a number are counted

# 21 ms on a 2-core x86-64 machine; 19 MiB and two passes are OWASP's least for Argon2id.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


@dataclass(frozen=True)
class Attempt:
    """Who tries a card: `caller` in normal form or None if withheld, `call_id` of the call or text dialogue."""

    now: datetime
    call_id: str
    caller: str | None = None


@dataclass(frozen=True)
class Card:
    """One card of a person; locked after too many wrong PINs until `locked_until`."""

    number: str
    locked_until: datetime | None


def of_patient(tx: Transaction, profile: ClinicProfile, now: datetime, patient_id: int) -> list[Card]:
    """The person's cards and which of them are locked."""
    return [Card(number, _locked_until(tx, profile, now, number)) for number in numbers_of(tx, patient_id)]


def numbers_of(tx: Transaction, patient_id: int) -> list[str]:
    """The numbers of the person's cards."""
    theirs = select(cards.c.number).where(cards.c.patient_id == patient_id)
    return list(tx.execute(theirs.order_by(cards.c.number)).scalars())


def owner(tx: Transaction, number: str) -> Patient | None:
    """The person whose card this is."""
    key = tx.execute(select(cards.c.patient_id).where(cards.c.number == number)).scalar()
    return None if key is None else people.patient(tx, key)


def next_number(tx: Transaction) -> str:
    """A card number that nobody has, with its check digit."""
    highest = tx.execute(select(func.max(cast(cards.c.number, Integer)))).scalar() or FIRST_NUMBER * 10
    digits = str(highest // 10 + 1)
    return digits + card_numbers.check_digit(digits)


def issue_next(tx: Transaction, patient_id: int, pin: str) -> str:
    """Give the person a new card, its number."""
    number = next_number(tx)
    issue(tx, number, patient_id, pin)
    return number


def issue(tx: Transaction, number: str, patient_id: int, pin: str) -> None:
    """Give the person the card, or the card a new PIN."""
    if not card_numbers.is_valid(number):
        raise ValueError("a card number ends in its check digit")
    row = {"patient_id": patient_id, "pin_hash": _HASHER.hash(pin)}
    statement = sqlite.insert(cards).values(number=number, **row)
    tx.execute(statement.on_conflict_do_update(index_elements=["number"], set_=row))


def check(tx: Transaction, profile: ClinicProfile, attempt: Attempt, number: str, pin: str) -> Patient:
    """The person whose card and PIN these are.

    Raises `CardLocked`, or `WrongCardOrPin` with the tries left. Takes about 20 ms whatever the answer.
    """
    number = number[: card_numbers.MOST_DIGITS]
    wrong_card = pin_failures.c.card_number != BIRTH_YEAR
    left = profile.pin_tries_a_call - _count(tx, wrong_card & (pin_failures.c.call_id == attempt.call_id))
    if left <= 0:
        raise WrongCardOrPin(0)
    left_today = profile.pin_tries_a_day - _wrong_today(tx, profile, attempt, number)
    failure = {"card_number": number, "caller": attempt.caller, "call_id": attempt.call_id, "at": attempt.now}
    failure_id = tx.execute(pin_failures.insert().returning(pin_failures.c.id), failure).scalar_one()
    card = tx.execute(select(cards).where(cards.c.number == number)).first()
    if not _matches(card.pin_hash if card else _nobodys_hash(), pin) or card is None:
        raise WrongCardOrPin(min(left, left_today) - 1, is_locked=left_today == 1 < left)
    tx.execute(delete(pin_failures).where(pin_failures.c.id == failure_id))
    return people.patient(tx, card.patient_id)


def unlock(tx: Transaction, now: datetime, number: str) -> None:
    """Staff knows the person: wrong PINs for the card before now no longer count, nor against those who called."""
    tx.execute(update(cards).where(cards.c.number == number).values(unlocked_at=now))


def _locked_until(tx: Transaction, profile: ClinicProfile, now: datetime, number: str) -> datetime | None:
    try:
        _wrong_today(tx, profile, Attempt(now, call_id=""), number)
    except CardLocked as locked:
        return locked.until
    return None


def _wrong_today(tx: Transaction, profile: ClinicProfile, attempt: Attempt, number: str) -> int:
    """The wrong tries of the last day for this card, or by this caller if those are more; raises `CardLocked`."""
    most = 0
    since = later(attempt.now, -LOCK_WINDOW_S)
    forgiven = exists().where(cards.c.number == pin_failures.c.card_number, cards.c.unlocked_at >= pin_failures.c.at)
    wrong_card = pin_failures.c.card_number != BIRTH_YEAR
    whose_failures: list[ColumnElement[bool]] = [pin_failures.c.card_number == number]
    if attempt.caller is not None:  # those who withhold their number are not one caller
        whose_failures.append((pin_failures.c.caller == attempt.caller) & wrong_card)
    for whose in whose_failures:
        counted = select(pin_failures.c.at).where(whose, pin_failures.c.at > since, ~forgiven)
        latest = counted.order_by(pin_failures.c.at.desc()).limit(profile.pin_tries_a_day)
        wrong = list(tx.execute(latest).scalars())
        if len(wrong) == profile.pin_tries_a_day:
            raise CardLocked(until=later(wrong[-1], LOCK_WINDOW_S))
        most = max(most, len(wrong))
    return most


def _count(tx: Transaction, which: ColumnElement[bool]) -> int:
    return tx.execute(select(func.count()).select_from(pin_failures).where(which)).scalar_one()


def _matches(pin_hash: str, pin: str) -> bool:
    try:
        return _HASHER.verify(pin_hash, pin.encode(errors="replace"))
    except VerifyMismatchError:
        return False


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("no card has this PIN")
