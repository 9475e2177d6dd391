"""The rows of half-days in a form: read, and filled in from what the roster has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from firmware.clinic.roster import GENERAL, SPECIALIST
from firmware.clinic.roster_document import RosterError, WrittenSession, check_length
from firmware.clinic.week import DAYS
from webui.forms import Form

MOST_ROWS = 14
MOST_MINUTES, MOST_NUMBERS = 480, 999
MODES = TIMES, NUMBERS = ("time", "series")
WEEKDAYS = range(1, DAYS + 1)


@dataclass(frozen=True)
class Row:
    """One line of the form: the same half-day on several weekdays, as it is typed."""

    days: frozenset[int] = frozenset()
    begins: str = "08:30"
    ends: str = "11:30"
    mode: str = TIMES
    amount: str = "15"
    fee: str = "0"
    kind: str = GENERAL

    def fields(self, number: int) -> dict[str, str]:
        """As a browser would send it."""
        ticked = {f"day{number}.{day}": "1" for day in self.days}
        names = ("begins", "ends", "mode", "amount", "fee", "kind")
        return ticked | {f"{name}{number}": str(getattr(self, name)) for name in names}


def keys(words: Iterable[str]) -> list[int]:
    """The ids among the words that came; no other number fits into a ledger."""
    return [int(word) for word in words if re.fullmatch(r"[0-9]{1,9}", word)]


def rows_of(half_days: Iterable[WrittenSession]) -> list[Row]:
    """The half-days as rows, those of equal terms in one."""
    grouped: dict[Row, set[int]] = {}
    for each in half_days:
        terms = Row(
            begins=f"{each.begins:%H:%M}",
            ends=f"{each.ends:%H:%M}",
            mode=TIMES if each.slot_minutes else NUMBERS,
            amount=str(each.slot_minutes or each.capacity),
            fee=f"{each.fee_cents / 100:g}" if each.fee_cents % 10 == 0 else f"{each.fee_cents / 100:.2f}",
            kind=each.kind,
        )
        grouped.setdefault(terms, set()).add(each.weekday)
    return [replace(terms, days=frozenset(days)) for terms, days in grouped.items()]


def typed_rows(form: Form) -> list[Row]:
    """The rows as they came, to be shown again."""
    return [
        Row(
            frozenset(day for day in WEEKDAYS if form.flag(f"day{number}.{day}")),
            form.raw(f"begins{number}"),
            form.raw(f"ends{number}"),
            form.raw(f"mode{number}"),
            form.raw(f"amount{number}"),
            form.raw(f"fee{number}"),
            form.raw(f"kind{number}"),
        )
        for number in range(MOST_ROWS)
        if f"begins{number}" in form
    ]


def read_rows(form: Form, *, is_doctor: bool) -> tuple[WrittenSession, ...]:
    """The half-days of every row with a weekday; what is wrong is noted at its field, overlaps at their row."""
    found: list[WrittenSession] = []
    for number, row in enumerate(typed_rows(form)):
        if not row.days:
            continue
        half = read_half_day(form, str(number), is_doctor=is_doctor)
        for weekday in sorted(row.days):
            new = replace(half, weekday=weekday)
            if any(_meet(new, other) for other in found):
                form.refuse(f"begins{number}", "roster.error.overlap")
            found.append(new)
    return tuple(found)


def read_half_day(form: Form, suffix: str = "", *, is_doctor: bool) -> WrittenSession:
    """Times, size, fee and kind from the fields whose names end in `suffix`; of no owner and on Monday."""
    begins, ends = form.time(f"begins{suffix}"), form.time(f"ends{suffix}")
    is_by_time = form.choice(f"mode{suffix}", MODES) == TIMES
    amount = form.whole(f"amount{suffix}", 1, MOST_MINUTES if is_by_time else MOST_NUMBERS)
    slot_minutes = amount if is_by_time else None
    try:
        if form.is_good:
            check_length(begins, ends, slot_minutes, "roster")
    except RosterError:
        form.refuse(f"ends{suffix}", "roster.error.too_short")
    return WrittenSession(
        department=0,
        doctor=None,
        kind=form.choice(f"kind{suffix}", (GENERAL, SPECIALIST)) if is_doctor else GENERAL,
        weekday=1,
        begins=begins,
        ends=ends,
        slot_minutes=slot_minutes,
        capacity=None if is_by_time else amount,
        fee_cents=form.cents(f"fee{suffix}"),
    )


def _meet(one: WrittenSession, other: WrittenSession) -> bool:
    return one.weekday == other.weekday and one.begins < other.ends and other.begins < one.ends
