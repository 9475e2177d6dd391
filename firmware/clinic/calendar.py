"""When people are at the desk: the hours of the week, days unlike the week (holidays, make-up workdays), and the switch
that closes now.

A closed day has no half-days either, but for those that were added to that very date; see `schedule`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import sqlite

from firmware.clinic.errors import NotOpen
from firmware.clinic.profile import ClinicProfile, Spans
from firmware.clinic.roster import instant, wall_day
from firmware.clinic.schedule import IS_OF_ONE_DATE
from firmware.storage.desk_schema import closures, special_days
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import bookings, sessions

AHEAD_DAYS = 62  # who is closed for longer tells callers no day
DUE_DAYS = 30  # what is to be done in open hours is not put off for longer


@dataclass(frozen=True)
class SpecialDay:
    """A day with hours of its own; none: closed."""

    day: date
    spans: Spans = ()
    reason: str = ""

    @property
    def is_closed(self) -> bool:
        return not self.spans


@dataclass(frozen=True)
class Closure:
    """The desk was closed before its time, by whom and when; `opens_at`: when it opens next by itself."""

    at: datetime
    by: str
    opens_at: datetime | None


def is_open(tx: Transaction, profile: ClinicProfile, now: datetime) -> bool:
    """Whether people are at the desk."""
    span = _span_at(tx, profile, now)
    return span is not None and _closed_since(tx, span[0]) is None


def spans_on(tx: Transaction, profile: ClinicProfile, day: date) -> Spans:
    """The hours in which people are at the desk on that day."""
    special = between(tx, day, day).get(day)
    return special.spans if special else profile.hours[day.weekday()]


def next_opening(tx: Transaction, profile: ClinicProfile, now: datetime) -> datetime | None:
    """When people come to the desk next, after now (UTC); None where that is too far away to be told."""
    from_today = hours_from(tx, profile, wall_day(now, profile.zone), AHEAD_DAYS)
    return next((begins for begins, _ in from_today if begins > now), None)


def hours_from(tx: Transaction, profile: ClinicProfile, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
    """From when to when (UTC) people are at the desk on so many days from `first` on."""
    special = between(tx, first, first + timedelta(days=days - 1))
    for number in range(days):
        day = first + timedelta(days=number)
        for begins, ends in special[day].spans if day in special else profile.hours[day.weekday()]:
            yield instant(day, begins, profile.zone), instant(day, ends, profile.zone)


def after_open_minutes(tx: Transaction, profile: ClinicProfile, now: datetime, minutes: int) -> datetime:
    """When so many minutes in which people are at the desk will have passed; as the clock goes where they never are."""
    left = timedelta(minutes=minutes)
    for begins, ends in hours_from(tx, profile, wall_day(now, profile.zone), DUE_DAYS):
        since = max(now, begins)
        if ends - since >= left:
            return since + left
        left -= max(timedelta(0), ends - since)
    return now + timedelta(minutes=minutes)


def closure(tx: Transaction, profile: ClinicProfile, now: datetime) -> Closure | None:
    """The switch, if it closes the desk now; it has no say any more when the hours in which it was used are over."""
    span = _span_at(tx, profile, now)
    row = _closed_since(tx, span[0]) if span else None
    return Closure(row[0], row[1], next_opening(tx, profile, now)) if row else None


def close_now(tx: Transaction, profile: ClinicProfile, now: datetime, by: str) -> Closure:
    """Close the desk until its next opening; closed twice, the first counts. Raises `NotOpen`."""
    if _span_at(tx, profile, now) is None:
        raise NotOpen(next_opening(tx, profile, now))
    if (standing := closure(tx, profile, now)) is not None:
        return standing
    tx.execute(insert(closures).values(at=now, by=by))
    return Closure(now, by, next_opening(tx, profile, now))


def open_again(tx: Transaction, now: datetime, by: str) -> bool:
    """Take back `close_now`; False if nothing was closed by it."""
    last = select(closures.c.id).order_by(closures.c.id.desc()).limit(1).scalar_subquery()
    over = update(closures).where(closures.c.id == last, closures.c.ended_at.is_(None))
    return tx.execute(over.values(ended_at=now, ended_by=by)).rowcount > 0


def between(tx: Transaction, first: date, last: date) -> dict[date, SpecialDay]:
    """The days unlike the week, soonest first."""
    wanted = select(special_days).where(special_days.c.day.between(first, last)).order_by(special_days.c.day)
    return {row.day: SpecialDay(row.day, read_spans(row.hours), row.reason) for row in tx.execute(wanted)}


def put(tx: Transaction, special: SpecialDay) -> None:
    """The day is so from now on, whatever it was. On a closed day nobody new gets in, not even who holds a slot; visits
    stand until somebody cancels them."""
    row = {"hours": write_spans(special.spans), "reason": special.reason}
    statement = sqlite.insert(special_days).values(day=special.day, **row)
    tx.execute(statement.on_conflict_do_update(index_elements=["day"], set_=row))
    if special.is_closed:
        weekly = select(sessions.c.id).where(~IS_OF_ONE_DATE)
        held = (bookings.c.day == special.day, bookings.c.state == "held", bookings.c.session_id.in_(weekly))
        tx.execute(delete(bookings).where(*held))


def remove(tx: Transaction, day: date) -> SpecialDay | None:
    """The day is like its weekday again; what it was."""
    before = between(tx, day, day).get(day)
    tx.execute(delete(special_days).where(special_days.c.day == day))
    return before


def write_spans(spans: Spans) -> str:
    """Hours as people write them: 08:00-12:00 14:00-17:30."""
    return " ".join(f"{begins:%H:%M}-{ends:%H:%M}" for begins, ends in spans)


def read_spans(text: str) -> Spans:
    """What `write_spans` wrote."""
    halves = (span.split("-") for span in text.split())
    return tuple((time.fromisoformat(begins), time.fromisoformat(ends)) for begins, ends in halves)


def _span_at(tx: Transaction, profile: ClinicProfile, now: datetime) -> tuple[datetime, datetime] | None:
    """The opening hours that contain `now`, whether or not somebody has closed since."""
    today = wall_day(now, profile.zone)
    return next(((begins, ends) for begins, ends in hours_from(tx, profile, today, 1) if begins <= now < ends), None)


def _closed_since(tx: Transaction, begins: datetime) -> tuple[datetime, str] | None:
    """When and by whom the desk was closed within the hours that began then, if it still is."""
    row = tx.execute(select(closures).order_by(closures.c.id.desc()).limit(1)).first()
    return (row.at, row.by) if row is not None and row.ended_at is None and row.at >= begins else None
