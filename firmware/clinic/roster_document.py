"""The roster as a clinic writes it: departments, doctors and their weekly half-days in one YAML document.

The shape is that of sample.yaml. Every entry is read strictly, and an error names the entry that is wrong.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import combinations
from typing import Any

from firmware.clinic.errors import ClinicError
from firmware.clinic.profile import WEEKDAYS
from firmware.clinic.roster import GENERAL, SPECIALIST
from firmware.language.values import Name

NAME_CHARACTERS = 40
ALIAS_CHARACTERS = 200

Entry = Mapping[str, Any]


class RosterError(ClinicError):
    """The roster says something impossible; the message names the entry."""


@dataclass(frozen=True)
class WrittenDepartment:
    """A department and its menu key."""

    key: int
    name: Name
    aliases: str


@dataclass(frozen=True)
class WrittenDoctor:
    """A doctor of the department with the menu key `department`."""

    department: int
    name: Name
    aliases: str
    expert_code: int | None


@dataclass(frozen=True)
class WrittenSession:
    """A half-day of each week: of a doctor, or the general numbers of a department (`doctor` None)."""

    department: int
    doctor: Name | None
    kind: str
    weekday: int
    begins: time
    ends: time
    slot_minutes: int | None
    capacity: int | None
    fee_cents: int

    @property
    def owner(self) -> tuple[int, Name | None]:
        return self.department, self.doctor


@dataclass(frozen=True)
class RosterDocument:
    """A whole roster; a session that is written for several weekdays is one for each."""

    departments: tuple[WrittenDepartment, ...]
    doctors: tuple[WrittenDoctor, ...]
    sessions: tuple[WrittenSession, ...]


def read_roster(plain: Any) -> RosterDocument:
    """The roster in a plain document; raises `RosterError`."""
    if not isinstance(plain, Mapping):
        raise RosterError("roster: write 'departments:', 'doctors:' and 'sessions:'")
    _refuse_unknown(plain, ("departments", "doctors", "sessions"), "roster")
    departments = [_department(*each) for each in _entries(plain, "departments")]
    keys = [each.key for each in departments]
    doctors = [_doctor(entry, where, keys) for entry, where in _entries(plain, "doctors", needed=False)]
    sessions = [
        session for entry, where in _entries(plain, "sessions") for session in _sessions(entry, where, keys, doctors)
    ]
    document = RosterDocument(tuple(departments), tuple(doctors), tuple(sessions))
    check_document(document)
    return document


def check_document(document: RosterDocument) -> None:
    """Raise `RosterError` where two entries that are right by themselves can't stand together."""
    _refuse_twice([each.key for each in document.departments], "two departments have the key {}")
    _refuse_twice([each.name.zh or each.name.en for each in document.departments], "two departments are called {}")
    _refuse_twice([each.name.zh or each.name.en for each in document.doctors], "two doctors are called {}")
    _refuse_overlaps(document.sessions)


def weekdays(value: Any) -> list[int]:
    """ISO weekdays from "mon-fri", "mon", "mon, wed" or a list of them; raises `ValueError`."""
    words = value if isinstance(value, list) else str(value).replace(",", " ").split()
    found: set[int] = set()
    for word in words:
        first, _, last = str(word).partition("-")
        try:
            begin, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        except ValueError as error:
            raise ValueError(f"{word!r} is no weekday; they are {', '.join(WEEKDAYS)}, or mon-fri") from error
        if begin > end:
            raise ValueError(f"{word!r} ends before it begins")
        found.update(range(begin + 1, end + 2))
    if not found:
        raise ValueError("there is no weekday")
    return sorted(found)


def time_in_quotes(value: Any) -> time:
    """A time of day; YAML reads a bare 08:30 as a number. Raises `ValueError`."""
    if not isinstance(value, str):
        raise ValueError(f'must be a time in quotes such as "08:30", not {value!r}')
    return time.fromisoformat(value)


def _entries(plain: Entry, family: str, needed: bool = True) -> Iterable[tuple[Entry, str]]:
    entries = plain.get(family) or []
    if not isinstance(entries, list) or (needed and not entries):
        raise RosterError(f"roster: '{family}:' must be a list with at least one entry")
    for number, entry in enumerate(entries, 1):
        where = f"{family} {number}"
        if not isinstance(entry, Mapping):
            raise RosterError(f"{where}: {entry!r} is no entry; write {{...}} as in the example file")
        label = entry.get("zh") or entry.get("en") or entry.get("doctor")
        yield entry, f"{where} ({label})" if label else where


def _department(entry: Entry, where: str) -> WrittenDepartment:
    _refuse_unknown(entry, ("key", "zh", "en", "aliases"), where)
    return WrittenDepartment(_value(entry, "key", where, _whole(1, 99)), _name(entry, where), _aliases(entry, where))


def _doctor(entry: Entry, where: str, keys: list[int]) -> WrittenDoctor:
    _refuse_unknown(entry, ("department", "zh", "en", "aliases", "expert_code"), where)
    code = _value(entry, "expert_code", where, _whole(1, 99)) if "expert_code" in entry else None
    department = _value(entry, "department", where, _one_of(keys))
    return WrittenDoctor(department, _name(entry, where), _aliases(entry, where), code)


def _sessions(entry: Entry, where: str, keys: list[int], doctors: list[WrittenDoctor]) -> list[WrittenSession]:
    known = ("department", "doctor", "kind", "days", "begins", "ends", "slot_minutes", "capacity", "fee_cents")
    _refuse_unknown(entry, known, where)
    if ("doctor" in entry) == ("department" in entry):
        raise RosterError(f"{where}: name either a doctor or, for its general numbers, a department")
    if ("slot_minutes" in entry) == ("capacity" in entry):
        raise RosterError(f"{where}: give either slot_minutes or, for queue numbers, capacity")
    doctor = _value(entry, "doctor", where, _doctor_called(doctors)) if "doctor" in entry else None
    department = doctor.department if doctor else _value(entry, "department", where, _one_of(keys))
    common = {
        "department": department,
        "doctor": doctor.name if doctor else None,
        "kind": _value(entry, "kind", where, _one_of((GENERAL, SPECIALIST) if doctor else (GENERAL,))),
        "begins": _value(entry, "begins", where, time_in_quotes),
        "ends": _value(entry, "ends", where, time_in_quotes),
        "slot_minutes": _value(entry, "slot_minutes", where, _whole(1, 480)) if "slot_minutes" in entry else None,
        "capacity": _value(entry, "capacity", where, _whole(1, 999)) if "capacity" in entry else None,
        "fee_cents": _value(entry, "fee_cents", where, _whole(0, 10_000_000)) if "fee_cents" in entry else 0,
    }
    days = _value(entry, "days", where, weekdays)
    sessions = [WrittenSession(weekday=day, **common) for day in days]
    check_length(sessions[0].begins, sessions[0].ends, sessions[0].slot_minutes, where)
    return sessions


def check_length(begins: time, ends: time, slot_minutes: int | None, where: str) -> None:
    """Raise `RosterError` unless at least one slot fits."""
    minutes = (ends.hour - begins.hour) * 60 + ends.minute - begins.minute
    if minutes <= 0:
        raise RosterError(f"{where}: it ends at {ends:%H:%M}, before it begins")
    if slot_minutes and slot_minutes > minutes:
        raise RosterError(f"{where}: no slot of {slot_minutes} minutes fits between {begins:%H:%M} and {ends:%H:%M}")


def _refuse_overlaps(sessions: Sequence[WrittenSession]) -> None:
    for one, other in combinations(sessions, 2):
        is_same_day = one.owner == other.owner and one.weekday == other.weekday
        if is_same_day and one.begins < other.ends and other.begins < one.ends:
            whose = (one.doctor.zh or one.doctor.en) if one.doctor else f"department {one.department}"
            times = f"{WEEKDAYS[one.weekday - 1]}, from {one.begins:%H:%M} and {other.begins:%H:%M}"
            raise RosterError(f"sessions: two of {whose} overlap on {times}")


def _value(entry: Entry, key: str, where: str, read: Callable[[Any], Any]) -> Any:
    if key not in entry:
        raise RosterError(f"{where}: {key!r} is missing")
    try:
        return read(entry[key])
    except ValueError as error:
        raise RosterError(f"{where}: {key}: {error}") from error


def _name(entry: Entry, where: str) -> Name:
    zh, en = (entry.get(language, "") for language in ("zh", "en"))
    if not (isinstance(zh, str) and isinstance(en, str) and (zh.strip() or en.strip())):
        raise RosterError(f"{where}: give a name as text, 'zh', 'en' or both")
    if max(len(zh), len(en)) > NAME_CHARACTERS or not (zh + en).isprintable():
        raise RosterError(f"{where}: a name is up to {NAME_CHARACTERS} printable characters")
    return Name(zh.strip(), en.strip())


def _aliases(entry: Entry, where: str) -> str:
    value = entry.get("aliases", "")
    words = " ".join(map(str, value)) if isinstance(value, list) else value
    if not isinstance(words, str) or len(words) > ALIAS_CHARACTERS:
        raise RosterError(
            f"{where}: aliases: write words with blanks between them, up to {ALIAS_CHARACTERS} characters"
        )
    return " ".join(words.split())


def _whole(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {value!r}")
        return value

    return read


def _one_of(known: Sequence[Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) is bool or value not in known:
            raise ValueError(f"{value!r} is none of {', '.join(map(str, known))}")
        return value

    return read


def _doctor_called(doctors: Sequence[WrittenDoctor]) -> Callable[[Any], WrittenDoctor]:
    def read(value: Any) -> WrittenDoctor:
        for doctor in doctors:
            if value and value in (doctor.name.zh, doctor.name.en):
                return doctor
        names = ", ".join(doctor.name.zh or doctor.name.en for doctor in doctors)
        raise ValueError(f"no doctor is called {value!r}; there are {names or 'none'}")

    return read


def _refuse_unknown(entry: Entry, known: Sequence[str], where: str) -> None:
    for key in entry:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1)
            raise RosterError(f"{where}: unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


def _refuse_twice(values: Sequence[Any], message: str) -> None:
    for value in values:
        if values.count(value) > 1:
            raise RosterError("roster: " + message.format(value))
