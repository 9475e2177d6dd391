"""What a person types, read: days, times, money, files, doctors, departments and patients."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, time, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import yaml

from firmware.cli.staff.refusals import Refused
from firmware.clinic import schedule
from firmware.clinic.profile import WEEKDAYS
from firmware.clinic.roster import Department, Doctor
from firmware.storage.ledger import Transaction

MOST_PAID_IN_CENTS = 100_000_00
FILE_LIMIT_BYTES = 1_000_000
FIRST_YEAR, LAST_YEAR = 1850, 2200

Known = TypeVar("Known", Department, Doctor)


def day(text: str, today: date) -> date:
    """ "today", "tomorrow", a weekday (the next one, today included) or 2026-03-05."""
    word = text.casefold()
    if word in ("today", "tomorrow"):
        return today + timedelta(days=("today", "tomorrow").index(word))
    if word[:3] in WEEKDAYS and word.isalpha():
        return today + timedelta(days=(WEEKDAYS.index(word[:3]) - today.weekday()) % 7)
    return iso_day(text, 'a day is "today", "tomorrow", a weekday such as "thu", or a date such as 2026-03-05')


def iso_day(text: str, hint: str = "a date is written 1948-03-07") -> date:
    """A date as 1948-03-07."""
    try:
        found = date.fromisoformat(text)
    except ValueError as error:
        raise Refused(f"{text!r} is no day: {hint}.") from error
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Refused(f"{text!r} is no day of ours: {hint}.")
    return found


def time_of_day(text: str) -> time:
    """A time of day as 8:45 or 14:00."""
    found = re.fullmatch(r"([0-9]{1,2})[::]([0-9]{2})", text, re.ASCII)
    try:
        if found:
            return time(int(found[1]), int(found[2]))
    except ValueError:
        pass  # 25:00 is refused like "noon"
    raise Refused(f"{text!r} is no time: write it as 8:45 or 14:00.")


def cents(text: str) -> int:
    """An amount of yuan such as 50 or 12.50, in cents."""
    try:
        amount = Decimal(text) * 100
    except InvalidOperation as error:
        raise Refused(f"{text!r} is no amount: write yuan as 50 or 12.50.") from error
    if not amount.is_finite() or amount != int(amount) or not 0 < amount <= MOST_PAID_IN_CENTS:
        raise Refused(f"{text!r} can't be paid in: from 0.01 to {MOST_PAID_IN_CENTS // 100} yuan, whole cents.")
    return int(amount)


def document(file: Path) -> Any:
    """The plain document in a YAML or JSON file."""
    with file.open("rb") as stream:
        content = stream.read(FILE_LIMIT_BYTES + 1)
    if len(content) > FILE_LIMIT_BYTES:
        raise Refused(f"{file} is too large for a set-up file.")
    try:
        return yaml.safe_load(content.decode())
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise Refused(f"{file} can't be read as YAML: {' '.join(str(error).split())}") from error


def doctor(tx: Transaction, words: str) -> Doctor:
    """The doctor whom one name or alias means."""
    return _one(schedule.all_doctors(tx), words, "doctor")


def department(tx: Transaction, words: str) -> Department:
    """The department that a name, an alias or its menu key means."""
    departments = schedule.all_departments(tx)
    by_key = [each for each in departments if words == str(each.key)]
    return by_key[0] if by_key else _one(departments, words, "department")


def _names(known: Department | Doctor) -> list[str]:
    return [name.casefold() for name in (known.name.zh, known.name.en, *known.aliases)]


def _one(known: Sequence[Known], words: str, what: str) -> Known:
    wanted = words.casefold()
    exact = [each for each in known if wanted in _names(each)]
    found = exact or [each for each in known if wanted in each.name.zh or wanted in each.name.en.casefold()]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{each.name.zh} {each.name.en}" for each in found or known)
    raise Refused(
        f"{words!r} means more than one {what}: {names}." if found else f"No {what} {words!r}; known: {names}."
    )
