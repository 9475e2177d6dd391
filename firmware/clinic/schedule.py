"""Which slots are free, on which days, with whom.

Every question reads only the days it asks about, so that it costs the same after ten years as on the first day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain, islice
from typing import Any

from sqlalchemy import Row, and_, bindparam, exists, or_, select

from firmware.clinic import roster
from firmware.clinic.errors import BeyondHorizon, NoSuchSlot
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster import Department, Doctor, Session, Slot
from firmware.language.values import Name
from firmware.storage.desk_schema import special_days
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import IS_LIVE, absences, bookings, departments, doctors, sessions


@dataclass(frozen=True)
class Offer:
    """A session on a day with what is left of it: what a caller chooses an expert or a day by."""

    session: Session
    day: date
    free: tuple[Slot, ...]


@dataclass(frozen=True)
class Wish:
    """What a caller wants: None means any."""

    department_id: int | None = None
    kind: str | None = None
    doctor_id: int | None = None


_DEPARTMENTS = select(departments).where(departments.c.key > 0).order_by(departments.c.key)
_DOCTORS = select(doctors).order_by(doctors.c.department_id, doctors.c.expert_code, doctors.c.id)
SESSION_COLUMNS = (  # what `session_of` reads
    *sessions.c,
    departments.c.key.label("department_key"),
    departments.c.name_zh.label("department_zh"),
    departments.c.name_en.label("department_en"),
    departments.c.aliases.label("department_aliases"),
    doctors.c.name_zh.label("doctor_zh"),
    doctors.c.name_en.label("doctor_en"),
    doctors.c.aliases.label("doctor_aliases"),
    doctors.c.expert_code,
)
SESSION_TABLES = sessions.join(departments).outerjoin(doctors, sessions.c.doctor_id == doctors.c.id)
IS_CLOSED_DAY = exists().where(special_days.c.day == bindparam("day"), special_days.c.hours == "")
IS_OF_ONE_DATE = and_(sessions.c.valid_from.is_not(None), sessions.c.valid_from == sessions.c.valid_until)
_TAKES_PLACE = and_(
    sessions.c.weekday == bindparam("weekday"),
    or_(sessions.c.valid_from.is_(None), sessions.c.valid_from <= bindparam("day")),
    or_(sessions.c.valid_until.is_(None), sessions.c.valid_until >= bindparam("day")),
    or_(IS_OF_ONE_DATE, ~IS_CLOSED_DAY),
    ~select(absences.c.day)
    .where(absences.c.session_id == sessions.c.id, absences.c.day == bindparam("day"))
    .correlate(sessions)
    .exists(),
)
_SESSIONS = (
    select(*SESSION_COLUMNS)
    .select_from(SESSION_TABLES)
    .where(_TAKES_PLACE)
    .order_by(departments.c.key, sessions.c.begins, doctors.c.expert_code, sessions.c.id)
)
_SLOT_ID = re.compile(r"([0-9]{1,9})/([0-9]{4}-[0-9]{2}-[0-9]{2})/([0-9]{1,9})")  # Slot.id
_SESSION = _SESSIONS.where(sessions.c.id == bindparam("session_id"))
_TAKEN = select(bookings.c.slot_key).where(
    bookings.c.day == bindparam("day"),
    IS_LIVE,
    or_(bookings.c.state != "held", bookings.c.held_until > bindparam("now")),
)


def all_departments(tx: Transaction) -> list[Department]:
    """Every department that there is now, in the order of its menu key."""
    return [
        Department(row.id, row.key, Name(row.name_zh, row.name_en), tuple(row.aliases.split()))
        for row in tx.execute(_DEPARTMENTS)
    ]


def all_doctors(tx: Transaction, department_id: int | None = None) -> list[Doctor]:
    """The doctors (of one department), experts by their code."""
    people = [
        Doctor(row.id, row.department_id, Name(row.name_zh, row.name_en), row.expert_code, tuple(row.aliases.split()))
        for row in tx.execute(_DOCTORS)
    ]
    return [person for person in people if department_id in (None, person.department_id)]


def all_sessions(tx: Transaction) -> list[Session]:
    """Every session of the roster, past and future ones too."""
    return [session_of(row) for row in tx.execute(select(*SESSION_COLUMNS).select_from(SESSION_TABLES))]


def on_duty(tx: Transaction, day: date, wish: Wish = Wish()) -> list[Session]:
    """The sessions that take place on `day`, by department and time: who is on duty, free or full."""
    rows = tx.execute(_SESSIONS, {"day": day, "weekday": day.isoweekday()})
    return [session for session in map(session_of, rows) if _fits(session, wish)]


def offers(tx: Transaction, profile: ClinicProfile, now: datetime, day: date, wish: Wish = Wish()) -> list[Offer]:
    """The sessions of `day` that suit the wish, each with its free slots; raises `BeyondHorizon`.

    A slot that has begun is not free, nor is one that somebody holds.
    """
    if day > profile.last_day(now):
        raise BeyondHorizon(profile.last_day(now))
    suiting = on_duty(tx, day, wish)
    if not suiting:
        return []
    taken = set(tx.execute(_TAKEN, {"day": day, "now": now}).scalars())
    return [Offer(session, day, tuple(_free(session, day, profile, now, taken))) for session in suiting]


def free_slots(tx: Transaction, profile: ClinicProfile, now: datetime, day: date, wish: Wish = Wish()) -> list[Slot]:
    """What is free on `day`, soonest first; raises `BeyondHorizon`."""
    free = chain.from_iterable(offer.free for offer in offers(tx, profile, now, day, wish))
    return sorted(free, key=lambda slot: (slot.begins, slot.number))


def days_offered(
    tx: Transaction, profile: ClinicProfile, now: datetime, wish: Wish = Wish(), most: int = 6
) -> list[date]:
    """The next days, at most `most`, on which something that suits is free."""
    days = (day for day in _horizon(profile, now) if any(o.free for o in offers(tx, profile, now, day, wish)))
    return list(islice(days, most))


def next_free(
    tx: Transaction,
    profile: ClinicProfile,
    now: datetime,
    wish: Wish = Wish(),
    *,
    most: int = 2,
    after: date | None = None,
) -> tuple[Slot, ...]:
    """The next free slots that suit, from the day `after` (today if None) up to the horizon."""
    days = (day for day in _horizon(profile, now) if after is None or day >= after)
    return tuple(islice((slot for day in days for slot in free_slots(tx, profile, now, day, wish)), most))


def slot(tx: Transaction, profile: ClinicProfile, slot_id: str) -> Slot:
    """The slot that `Slot.id` named, free or not; raises `NoSuchSlot` if the session was since taken off."""
    session_id, day, wanted = _named(slot_id)
    row = tx.execute(_SESSION, {"session_id": session_id, "day": day, "weekday": day.isoweekday()}).first()
    found = [] if row is None else roster.slots(session_of(row), day, profile.zone)
    for candidate in found:
        if candidate.number == wanted:
            return candidate
    raise NoSuchSlot(f"the roster has no slot {slot_id}")


def _named(slot_id: str) -> tuple[int, date, int]:
    """Session, day and number; no longer numbers than a ledger can hold."""
    named = _SLOT_ID.fullmatch(slot_id)
    try:
        if named:
            return int(named[1]), date.fromisoformat(named[2]), int(named[3])
    except ValueError:  # no such day
        pass
    raise NoSuchSlot(f"{slot_id!r} names no slot")


def _horizon(profile: ClinicProfile, now: datetime) -> Iterator[date]:
    today = roster.wall_day(now, profile.zone)
    return (today + timedelta(days=ahead) for ahead in range(profile.horizon_days + 1))


def _free(session: Session, day: date, profile: ClinicProfile, now: datetime, taken: set[str]) -> Iterator[Slot]:
    for candidate in roster.slots(session, day, profile.zone):
        if candidate.key not in taken and roster.last_moment(candidate, profile.zone) > now:
            yield candidate


def _fits(session: Session, wish: Wish) -> bool:
    return (
        wish.department_id in (None, session.department.id)
        and wish.kind in (None, session.kind)
        and wish.doctor_id in (None, session.doctor.id if session.doctor else None)
    )


def session_of(row: Row[Any]) -> Session:
    """The session in a row with `SESSION_COLUMNS`."""
    department = Department(
        row.department_id,
        row.department_key,
        Name(row.department_zh, row.department_en),
        tuple(row.department_aliases.split()),
    )
    doctor = None
    if row.doctor_id is not None:
        name = Name(row.doctor_zh, row.doctor_en)
        doctor = Doctor(row.doctor_id, row.department_id, name, row.expert_code, tuple(row.doctor_aliases.split()))
    return Session(
        id=row.id,
        department=department,
        doctor=doctor,
        kind=row.kind,
        weekday=row.weekday,
        begins=row.begins,
        ends=row.ends,
        slot_minutes=row.slot_minutes if row.mode == "time" else None,
        capacity=row.capacity,
        fee_cents=row.fee_cents,
    )
