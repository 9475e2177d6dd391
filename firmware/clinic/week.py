"""A week of the roster as it will really be: every half-day, extra and called-off ones too, with how full it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, or_, select

from firmware.clinic import calendar, roster
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster import Doctor, Session
from firmware.clinic.schedule import SESSION_COLUMNS, SESSION_TABLES, all_doctors, session_of
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import IS_LIVE, absences, bookings, departments, sessions

DAYS = 7


@dataclass(frozen=True)
class HalfDay:
    """A session on one day."""

    session: Session
    day: date
    is_extra: bool  # of this date only
    is_off: bool  # called off: nobody new gets in
    reason: str
    slots: int
    booked: int  # who comes (or came)
    free: int | None  # None: not sold on this day, because it is past, called off, or too far ahead

    @property
    def key(self) -> str:
        """Names it in a form."""
        return f"{self.session.id}/{self.day}"


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.isoweekday() - 1)


def half_days(tx: Transaction, profile: ClinicProfile, now: datetime, first: date, days: int = DAYS) -> list[HalfDay]:
    """Every half-day from `first` on, by day, department and time."""
    last = first + timedelta(days=days - 1)
    rows = [row for row in _sessions(tx, first, last) if _dates(row, first, days)]
    off = _called_off(tx, rows, first, days)
    taken, coming = _taken(tx, now, first, last)
    found = []
    for row in rows:
        for day in _dates(row, first, days):
            found.append(_half_day(session_of(row), row, day, profile, now, off, taken, coming))
    return sorted(found, key=_order)


def doctors_there(tx: Transaction, today: date) -> list[Doctor]:
    """The doctors with a half-day today or later, those of one department together."""
    columns = sessions.c
    there = select(columns.doctor_id).where(or_(columns.valid_until.is_(None), columns.valid_until >= today))
    wanted = set(tx.execute(there).scalars())
    return [each for each in all_doctors(tx) if each.id in wanted]


def _half_day(
    session: Session,
    row: Row[Any],
    day: date,
    profile: ClinicProfile,
    now: datetime,
    off: dict[tuple[int, date], str],
    taken: set[str],
    coming: Counter[str],
) -> HalfDay:
    slots = roster.slots(session, day, profile.zone)
    is_off = (session.id, day) in off
    is_sold = not is_off and roster.wall_day(now, profile.zone) <= day <= profile.last_day(now)
    free = [slot for slot in slots if slot.key not in taken and roster.last_moment(slot, profile.zone) > now]
    return HalfDay(
        session=session,
        day=day,
        is_extra=_is_of_one_date(row),
        is_off=is_off,
        reason=off.get((session.id, day), ""),
        slots=len(slots),
        booked=sum(coming[slot.key] for slot in slots),
        free=len(free) if is_sold else None,
    )


def _order(half: HalfDay) -> tuple[Any, ...]:
    doctor = half.session.doctor
    return half.day, half.session.department.key, half.session.begins, doctor.id if doctor else 0, half.session.id


def _sessions(tx: Transaction, first: date, last: date) -> Iterable[Row[Any]]:
    """Those that may take place within the span."""
    columns = sessions.c
    in_span = and_(
        or_(columns.valid_from.is_(None), columns.valid_from <= last),
        or_(columns.valid_until.is_(None), columns.valid_until >= first),
        departments.c.key > 0,
    )
    return tx.execute(select(*SESSION_COLUMNS).select_from(SESSION_TABLES).where(in_span)).all()


def _dates(row: Row[Any], first: date, days: int) -> list[date]:
    """The session's dates in the span."""
    ahead = (row.weekday - first.isoweekday()) % DAYS
    dates = [first + timedelta(days=number) for number in range(ahead, days, DAYS)]
    return [day for day in dates if (row.valid_from or day) <= day <= (row.valid_until or day)]


def _called_off(tx: Transaction, rows: list[Row[Any]], first: date, days: int) -> dict[tuple[int, date], str]:
    """Which sessions do not take place on which day, and why: called off, or the clinic is closed."""
    last = first + timedelta(days=days - 1)
    closed = {each.day: each.reason for each in calendar.between(tx, first, last).values() if each.is_closed}
    weekly = (row for row in rows if not _is_of_one_date(row))
    off = {(row.id, day): closed[day] for row in weekly for day in _dates(row, first, days) if day in closed}
    away = (absences.c.session_id.in_([row.id for row in rows]), absences.c.day.between(first, last))
    return off | {(row.session_id, row.day): row.reason for row in tx.execute(select(absences).where(*away))}


def _is_of_one_date(row: Row[Any]) -> bool:
    return row.valid_from is not None and row.valid_from == row.valid_until


def _taken(tx: Transaction, now: datetime, first: date, last: date) -> tuple[set[str], Counter[str]]:
    """The slots that nobody else can have, and how many people come (or came, or should have) to each."""
    columns = bookings.c
    live = select(columns.slot_key, columns.state, columns.held_until).where(columns.day.between(first, last), IS_LIVE)
    rows = tx.execute(live).all()
    taken = {row.slot_key for row in rows if row.state != "held" or row.held_until > now}
    return taken, Counter(row.slot_key for row in rows if row.state != "held")
