"""Departments and doctors as rows of fields: `department-1-zh`, `doctor-2-minutes`, with the counts beside them.

The rows become a roster document, and nothing else: the rules are those of every other roster.
"""

from __future__ import annotations

from typing import Any

from firmware.clinic.aliases import usual_aliases
from firmware.clinic.profile import WEEKDAYS
from firmware.clinic.roster import GENERAL, SPECIALIST
from firmware.clinic.roster_document import NAME_CHARACTERS
from firmware.language.values import Name
from webui.clinic_forms import read_span
from webui.forms import Form

DEPARTMENT, DOCTOR = "department", "doctor"
KINDS = (GENERAL, SPECIALIST)
MOST = {DEPARTMENT: 9, DOCTOR: 40}  # the departments are keys of the telephone

LEAST_MINUTES, MOST_MINUTES = 5, 120  # of a visit

Row = dict[str, str]
Entry = dict[str, Any]

_SPANS = ("1", "2")
_FIELDS = {
    DEPARTMENT: ("zh", "en"),
    DOCTOR: (
        *("zh", "en", "department", "kind", "minutes", "fee"),
        *WEEKDAYS,
        *(f"{span}-{end}" for span in _SPANS for end in ("from", "to")),
    ),
}
_USUAL_DOCTOR: Row = {
    "department": "1",
    "kind": GENERAL,
    "minutes": "15",
    "fee": "0",
    **dict.fromkeys(WEEKDAYS[:5], "1"),
    "1-from": "08:30",
    "1-to": "11:30",
    "2-from": "14:00",
    "2-to": "17:00",
}


class People:
    """The rows as they were typed."""

    def __init__(self, departments: list[Row], doctors: list[Row]) -> None:
        self._rows = {DEPARTMENT: departments, DOCTOR: doctors}

    @property
    def counts(self) -> dict[str, int]:
        return {family: len(rows) for family, rows in self._rows.items()}

    def fields(self) -> dict[str, str]:
        """The rows as one form shows and sends them."""
        shown = {f"{family}s": str(len(rows)) for family, rows in self._rows.items()}
        for family, rows in self._rows.items():
            for number, row in enumerate(rows, 1):
                shown.update({f"{family}-{number}-{name}": text for name, text in row.items()})
        return shown

    def add(self, family: str) -> None:
        """One more row, up to the most."""
        rows = self._rows[family]
        if len(rows) < MOST[family]:
            rows.append({**_USUAL_DOCTOR, **_working_hours(rows)} if family == DOCTOR else {})

    def remove(self, family: str, number: int) -> None:
        """One row less; doctors stay with their department, and those of a removed one must be given another."""
        rows = self._rows[family]
        if not 1 <= number <= len(rows):
            return
        del rows[number - 1]
        if not rows:
            self.add(family)
        if family == DEPARTMENT:
            for doctor in self._rows[DOCTOR]:
                doctor["department"] = _without(doctor.get("department", ""), number)

    def drop_blank(self) -> None:
        """Rows without any name are as good as absent, unless there is no other."""
        for family, rows in self._rows.items():
            for number in range(len(rows), 0, -1):
                if len(rows) > 1 and not _has_name(rows[number - 1]):
                    self.remove(family, number)


def first_rows() -> People:
    """What an empty form begins with."""
    people = People([], [])
    people.add(DEPARTMENT)
    people.add(DOCTOR)
    return people


def typed(form: Form) -> People:
    """The rows that were sent."""
    return People(_rows(form, DEPARTMENT), _rows(form, DOCTOR))


def read_people(form: Form) -> Entry:
    """The roster that the rows describe, as `read_roster` takes it; look at `form.errors` before you use it."""
    departments = [_department(form, number) for number in range(1, _count(form, DEPARTMENT) + 1)]
    entries = [_doctor(form, number, len(departments)) for number in range(1, _count(form, DOCTOR) + 1)]
    _refuse_twins(form, DEPARTMENT, departments)
    _refuse_twins(form, DOCTOR, [doctor for doctor, _ in entries])
    _number_experts(entries)
    sessions = [session for _, own in entries for session in own]
    return {"departments": departments, "doctors": [doctor for doctor, _ in entries], "sessions": sessions}


def _rows(form: Form, family: str) -> list[Row]:
    numbers = range(1, _count(form, family) + 1)
    return [{name: form.raw(f"{family}-{number}-{name}") for name in _FIELDS[family]} for number in numbers]


def _count(form: Form, family: str) -> int:
    return min(max(form.key(f"{family}s"), 1), MOST[family])


def _has_name(row: Row) -> bool:
    return bool(row.get("zh", "").strip() or row.get("en", "").strip())


def _working_hours(doctors: list[Row]) -> Row:
    """Of the doctor before: colleagues mostly work alike."""
    if not doctors:
        return {}
    return {name: doctors[-1].get(name, "") for name in _FIELDS[DOCTOR] if name not in ("zh", "en")}


def _without(number: str, removed: int) -> str:
    if not number.isdecimal() or int(number) < removed:
        return number
    return "" if int(number) == removed else str(int(number) - 1)


def _name(form: Form, row: str) -> Entry:
    texts = {each: form.text(f"{row}-{each}", NAME_CHARACTERS, needed=False) for each in ("zh", "en")}
    given = {language: text for language, text in texts.items() if text}
    if not given:
        form.refuse(f"{row}-zh", "form.needed")
        return given
    return {**given, "aliases": usual_aliases(Name(texts["zh"], texts["en"]))}


def _department(form: Form, number: int) -> Entry:
    return {"key": number, **_name(form, f"{DEPARTMENT}-{number}")}


def _doctor(form: Form, number: int, departments: int) -> tuple[Entry, list[Entry]]:
    """The doctor and the half-days."""
    row = f"{DOCTOR}-{number}"
    name = _name(form, row)
    department = int(form.choice(f"{row}-department", [str(each) for each in range(1, departments + 1)]) or 0)
    days = [day for day in WEEKDAYS if form.flag(f"{row}-{day}")]
    if not days:
        form.refuse(f"{row}-mon", "wizard.no_day")
    minutes = form.whole(f"{row}-minutes", LEAST_MINUTES, MOST_MINUTES)
    spans = [span for each in _SPANS if (span := read_span(form, f"{row}-{each}"))]
    _check_spans(form, row, spans, minutes)
    common = {
        "doctor": name.get("zh") or name.get("en"),
        "kind": form.choice(f"{row}-kind", KINDS),
        "days": days,
        "slot_minutes": minutes,
        "fee_cents": form.cents(f"{row}-fee"),
    }
    return {"department": department, **name}, [{**common, "begins": span[:5], "ends": span[6:]} for span in spans]


def _check_spans(form: Form, row: str, spans: list[str], slot_minutes: int) -> None:
    if not spans:
        form.refuse(f"{row}-1-from", "wizard.no_time")
    if len(spans) > 1 and spans[0][6:] > spans[1][:5]:
        form.refuse(f"{row}-2-from", "clinic_form.overlap")
    for each, span in enumerate(spans, 1):
        if _minutes(span[6:]) - _minutes(span[:5]) < slot_minutes:
            form.refuse(f"{row}-{each}-to", "wizard.too_short")


def _minutes(clock_time: str) -> int:
    hours, _, minutes = clock_time.partition(":")
    return int(hours) * 60 + int(minutes)


def _refuse_twins(form: Form, family: str, entries: list[Entry]) -> None:
    """Two of one name would be one to callers."""
    seen: set[str] = set()
    for number, entry in enumerate(entries, 1):
        name = entry.get("zh") or entry.get("en") or ""
        if name and name in seen:
            form.refuse(f"{family}-{number}-zh", "wizard.twice")
        seen.add(name)


def _number_experts(entries: list[tuple[Entry, list[Entry]]]) -> None:
    """Experts are chosen by a number within their department."""
    numbers: dict[int, int] = {}
    for doctor, sessions in entries:
        if sessions and sessions[0]["kind"] == SPECIALIST:
            numbers[doctor["department"]] = doctor["expert_code"] = numbers.get(doctor["department"], 0) + 1
