"""What the roster's pages say of half-days, owners and changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from firmware.clinic.roster import Session
from firmware.clinic.roster_changes import ADDED, ENDED, RosterChange
from firmware.clinic.roster_document import WrittenSession
from firmware.clinic.week import HalfDay
from webui.words import Words


@dataclass(frozen=True)
class ToldChange:
    """One line of a preview."""

    tone: str  # good, busy, bad
    symbol: str
    text: str


def owner(t: Words, session: Session) -> str:
    """The doctor, or the department's general numbers."""
    if session.doctor:
        return t.name(session.doctor.name)
    return t("roster.general_of", department=session.department.name)


def owner_key(session: Session) -> str:
    """Whose half-day it is, for the calendar and for forms."""
    return f"doctor-{session.doctor.id}" if session.doctor else f"department-{session.department.id}"


def hours(session: Session | WrittenSession) -> str:
    return f"{session.begins:%H:%M}–{session.ends:%H:%M}"


def amount(t: Words, session: Session | WrittenSession) -> str:
    """How much of it there is: one visit each so many minutes, or so many numbers."""
    if session.slot_minutes:
        return t("roster.each_minutes", minutes=session.slot_minutes)
    return t("roster.numbers", count=session.capacity or 0)


def fullness(t: Words, half: HalfDay) -> list[str]:
    """12 of 12 booked; 5 free."""
    said = [t("roster.booked_of", booked=half.booked, slots=half.slots)]
    if half.free is not None:
        said.append(t("roster.free", free=half.free) if half.free else t("roster.full"))
    return said


def marks(t: Words, half: HalfDay) -> list[str]:
    """What makes it unlike the half-days of every week."""
    return [t(key) for key, is_so in (("roster.extra", half.is_extra), ("roster.off", half.is_off)) if is_so]


def changes(t: Words, told: Iterable[RosterChange]) -> list[ToldChange]:
    """The changes in words, a half-day of several weekdays in one line."""
    grouped: dict[tuple[str, str], list[RosterChange]] = {}
    for change in told:
        grouped.setdefault((change.sign, change.what), []).append(change)
    return [_told(t, group) for group in grouped.values()]


def _told(t: Words, group: list[RosterChange]) -> ToldChange:
    first = group[0]
    if first.sign == ADDED:
        tone, symbol, verb = "good", "plus-lg", "roster.change.added"
    elif first.sign == ENDED:
        tone, symbol, verb = "bad", "trash", "roster.change.ended"
    else:
        tone, symbol, verb = "busy", "pencil", "roster.change.changed"
    return ToldChange(tone, symbol, t(verb, what=_what(t, group)))


def _what(t: Words, group: list[RosterChange]) -> str:
    first = group[0]
    if first.half_day is None:
        names = [t.name(name) for name in (first.name, first.new_name) if name]
        return " → ".join(names)
    half = first.half_day
    whose = t.name(half.doctor) if half.doctor else t("roster.general_numbers")
    days = t("roster.and").join(t(f"roster.weekday.{each.half_day.weekday}") for each in group if each.half_day)
    parts = (f"{whose} {days} {hours(half)}", t(f"roster.kind.{half.kind}"), amount(t, half), t.money(half.fee_cents))
    return t("roster.and").join(parts)
