"""What is to be different on single days, as a plan: looked at first, then carried out, and taken back if it was wrong.

A plan calls half-days off and adds others. It is made from the roster as it stands, so that the same wish made twice
plans nothing the second time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from sqlalchemy import delete, exists, or_, select
from sqlalchemy.dialects import sqlite

from firmware.clinic import closing, records, roster, schedule
from firmware.clinic.errors import ClinicError
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.roster import Department, Doctor, Session
from firmware.clinic.schedule import SESSION_COLUMNS, SESSION_TABLES, Wish, session_of
from firmware.clinic.week import DAYS
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import IS_VISIT, absences, bookings, departments, sessions

NOON = time(12)
DAY, MORNING, AFTERNOON = "day", "morning", "afternoon"
PARTS = (DAY, MORNING, AFTERNOON)
LONGEST_DAYS = 62


class HasVisits(ClinicError):
    """Somebody has booked in the half-day that was to be taken away."""


@dataclass(frozen=True)
class Planned:
    """A session on a day: to be called off, or the pattern of one to be added."""

    session: Session
    day: date


@dataclass(frozen=True)
class Plan:
    """What is to change."""

    off: tuple[Planned, ...] = ()
    extra: tuple[Planned, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.off or self.extra)


@dataclass(frozen=True)
class Done:
    """What a plan (or its undoing) really changed, by session and day; `take_back` undoes exactly this."""

    off: tuple[tuple[int, date], ...] = ()
    on: tuple[tuple[int, date], ...] = ()
    added: tuple[tuple[int, date], ...] = ()


def absence(tx: Transaction, first: date, last: date, wish: Wish, part: str = DAY) -> Plan:
    """Nobody of the wish is there on these days (or mornings, or afternoons); an empty wish closes the clinic."""
    off = (
        Planned(session, day)
        for day in _span(first, last)
        for session in schedule.on_duty(tx, day, wish)
        if part == DAY or (session.begins < NOON) == (part == MORNING)
    )
    return Plan(off=tuple(off))


def one_half_day(tx: Transaction, session_id: int, day: date) -> Plan:
    """Just this one."""
    return Plan(off=tuple(Planned(each, day) for each in schedule.on_duty(tx, day) if each.id == session_id))


def make_up_day(tx: Transaction, day: date, weekday: int) -> Plan:
    """The day is worked like the ISO weekday of the weekly roster; what it has of its own stays."""
    weekly = [each for each in _weekly(tx, day) if each.weekday == weekday]
    return Plan(extra=tuple(_fitting(tx, (Planned(each, day) for each in weekly))))


def copy_week(tx: Transaction, source: date, target: date, today: date) -> Plan:
    """What the week from Monday `source` has called off and added, in the week from Monday `target` too."""
    shift = target - source
    in_source = absences.c.day.between(source, source + timedelta(days=DAYS - 1))
    away = tx.execute(select(absences.c.session_id, absences.c.day).where(in_source)).all()
    off = [
        Planned(session, row.day + shift)
        for row in away
        if row.day + shift >= today
        for session in schedule.on_duty(tx, row.day + shift)
        if session.id == row.session_id
    ]
    added = (Planned(each, day + shift) for each, day in _extras(tx, source) if day + shift >= today)
    return Plan(tuple(off), tuple(_fitting(tx, added)))


def affected(tx: Transaction, profile: ClinicProfile, plan: Plan) -> list[Booking]:
    """The visits that lose their place, soonest first."""
    lost = {slot.key for each in plan.off for slot in roster.slots(each.session, each.day, profile.zone)}
    days = sorted({each.day for each in plan.off})
    columns = bookings.c
    order = (columns.day, columns.begins, columns.queue_number)
    rows = tx.execute(
        select(columns.id, columns.slot_key).where(columns.day.in_(days), IS_VISIT).order_by(*order)
    ).all()
    return [records.booking(tx, row.id) for row in rows if row.slot_key in lost]


def carry_out(tx: Transaction, plan: Plan, reason: str = "") -> Done:
    """Nobody new gets into what is called off, not even who holds a slot; visits stand until somebody cancels them."""
    pairs = [(each.session.id, each.day) for each in plan.off]
    off = _call_off(tx, pairs, reason)
    added = tuple((_add(tx, each), each.day) for each in plan.extra)
    return Done(off=off, added=added)


def open_again(tx: Transaction, session_id: int, day: date) -> Done:
    """The half-day takes place after all."""
    return Done(on=_call_on(tx, [(session_id, day)]))


def take_back(tx: Transaction, done: Done) -> Done:
    """Undo it; raises `HasVisits` where an added half-day was booked meanwhile. What this changed can be undone too."""
    for session_id, _ in done.added:
        _take_away(tx, session_id)
    there = set(tx.execute(select(sessions.c.id).where(sessions.c.id.in_(key for key, _ in done.on))).scalars())
    off = [(session_id, day) for session_id, day in done.on if session_id in there]
    return Done(off=_call_off(tx, off, ""), on=_call_on(tx, done.off))


def _call_off(tx: Transaction, pairs: Iterable[tuple[int, date]], reason: str) -> tuple[tuple[int, date], ...]:
    changed = []
    for session_id, day in pairs:
        row = {"session_id": session_id, "day": day, "reason": reason}
        if tx.execute(sqlite.insert(absences).values(row).on_conflict_do_nothing()).rowcount:
            changed.append((session_id, day))
        held = (bookings.c.session_id == session_id, bookings.c.day == day, bookings.c.state == "held")
        tx.execute(delete(bookings).where(*held))
    return tuple(changed)


def _call_on(tx: Transaction, pairs: Iterable[tuple[int, date]]) -> tuple[tuple[int, date], ...]:
    back = (
        (session_id, day)
        for session_id, day in pairs
        if tx.execute(delete(absences).where(absences.c.session_id == session_id, absences.c.day == day)).rowcount
    )
    return tuple(back)


def _add(tx: Transaction, each: Planned) -> int:
    session = each.session
    return closing.add_extra(
        tx,
        each.day,
        session.doctor or session.department,
        kind=session.kind,
        begins=session.begins,
        ends=session.ends,
        slot_minutes=session.slot_minutes,
        capacity=session.capacity,
        fee_cents=session.fee_cents,
    )


def _take_away(tx: Transaction, session_id: int) -> None:
    """Of an added half-day nothing stays, unless a booking's history needs it: then it is only called off."""
    of_date = (sessions.c.id == session_id, sessions.c.valid_from == sessions.c.valid_until)
    row = tx.execute(select(sessions.c.id, sessions.c.valid_from).where(*of_date)).first()
    if row is None:
        return
    theirs = bookings.c.session_id == session_id
    if tx.execute(select(exists().where(theirs, IS_VISIT))).scalar_one():
        raise HasVisits(f"session {session_id} is booked")
    tx.execute(delete(bookings).where(theirs, bookings.c.state == "held"))
    if tx.execute(select(exists().where(theirs))).scalar_one():
        _call_off(tx, [(session_id, row.valid_from)], "")
        return
    tx.execute(delete(absences).where(absences.c.session_id == session_id))
    tx.execute(delete(sessions).where(*of_date))


def _span(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range(min((last - first).days + 1, LONGEST_DAYS)))


def _weekly(tx: Transaction, day: date) -> list[Session]:
    """The weekly sessions in force on the day, whatever their weekday."""
    monday = day - timedelta(days=day.isoweekday() - 1)
    in_force = (
        select(*SESSION_COLUMNS)
        .select_from(SESSION_TABLES)
        .where(
            sessions.c.valid_from.is_(None),
            or_(sessions.c.valid_until.is_(None), sessions.c.valid_until >= monday),
            departments.c.key > 0,
        )
    )
    return [session_of(row) for row in tx.execute(in_force)]


def _extras(tx: Transaction, monday: date) -> list[tuple[Session, date]]:
    """The half-days of one date in that week, but for those called off."""
    of_date = select(sessions.c.id, sessions.c.valid_from).where(
        sessions.c.valid_from == sessions.c.valid_until,
        sessions.c.valid_from.between(monday, monday + timedelta(days=DAYS - 1)),
    )
    dates = {row.id: row.valid_from for row in tx.execute(of_date)}
    days = sorted(set(dates.values()))
    return [(each, day) for day in days for each in schedule.on_duty(tx, day) if dates.get(each.id) == day]


def _fitting(tx: Transaction, wanted: Iterable[Planned]) -> Iterator[Planned]:
    """Those that do not meet another half-day of the same doctor (or of the same general numbers)."""
    there: dict[date, list[Session]] = {}
    for each in sorted(wanted, key=lambda one: (one.day, one.session.id)):
        others = there.setdefault(each.day, schedule.on_duty(tx, each.day))
        if not any(_meet(each.session, other) for other in others):
            others.append(replace(each.session, weekday=each.day.isoweekday()))
            yield each


def _meet(one: Session, other: Session) -> bool:
    is_same = _owner(one) == _owner(other)
    return is_same and one.begins < other.ends and other.begins < one.ends


def _owner(session: Session) -> tuple[Doctor | None, Department]:
    return session.doctor, session.department
