"""The clinic's day at a glance: who works, who comes, what waits for a person. Bounded by one day, never by history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Row, Table, TextClause, func, or_, select, text

from firmware.clinic import message_boxes, roster, schedule
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster import Department, Doctor
from firmware.language.values import Name
from firmware.storage.call_schema import calls
from firmware.storage.calls import TEST_LINES
from firmware.storage.ledger import Transaction
from firmware.storage.lost_texts import count_not_arrived
from firmware.storage.people_schema import patients
from firmware.storage.recordings import SHARED
from firmware.storage.roster_schema import booking_events, bookings, departments, doctors, sessions
from firmware.storage.text_schema import inbox

COUNTED = ("booked", "arrived", "no-show")
MOST_VISITS = 2000  # of one day
EVENTS_LOOKED_AT = 200
MOST_NEWS = 6

Owner = tuple[int, int | None]  # department, doctor; no doctor: the department's general numbers


@dataclass(frozen=True)
class ComingVisit:
    """Somebody who is still expected today, or has come."""

    id: int
    begins: time
    queue_number: int
    is_by_number: bool
    patient: Name
    state: str


@dataclass(frozen=True)
class DoctorsDay:
    """The day of one doctor, or of a department's general numbers (`doctor` None)."""

    department: Name
    department_id: int
    doctor: Name | None
    doctor_id: int | None
    spans: tuple[tuple[time, time], ...]  # no span: not on duty, and yet somebody has a visit
    booked: int  # still expected
    arrived: int
    missed: int
    free: int
    coming: tuple[ComingVisit, ...]  # the next ones, soonest first
    unmarked: int  # their time is over and nobody noted whether they came


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a person: how many, and since when the oldest."""

    what: str  # voice, text, lost
    count: int
    oldest: datetime | None
    overdue: int = 0


@dataclass(frozen=True)
class News:
    """A visit that patients booked or cancelled without the desk."""

    booking_id: int
    at: datetime
    what: str  # booked, cancelled
    channel: str  # voice, text
    patient: Name
    owner: Name  # the doctor, or the department
    day: date
    begins: time


def by_doctor(tx: Transaction, profile: ClinicProfile, now: datetime, most_coming: int = 3) -> list[DoctorsDay]:
    """Today by department and doctor: everybody on duty, and everybody whom a patient expects to be."""
    day = roster.wall_day(now, profile.zone)
    visits: dict[Owner, list[Row[Any]]] = {}
    for row in tx.execute(_visits_of(day)):
        visits.setdefault((row.department_id, row.doctor_id), []).append(row)
    offers: dict[Owner, list[schedule.Offer]] = {}
    for offer in schedule.offers(tx, profile, now, day):
        offers.setdefault(_owner(offer.session.department, offer.session.doctor), []).append(offer)
    wall = now.astimezone(profile.zone).time()
    owners = [*offers, *(owner for owner in visits if owner not in offers)]
    return [_day(offers.get(each, []), visits.get(each, []), wall, most_coming) for each in owners]


def waiting(tx: Transaction, now: datetime, boxes: Collection[str] = (SHARED,)) -> list[Waiting]:
    """What callers left in these boxes, texts that the box could not deal with, texts of ours that did not arrive."""
    voice = message_boxes.count(tx, now, boxes)
    return [
        Waiting("voice", voice.waiting, voice.oldest, voice.overdue),
        _count(tx, "text", inbox, inbox.c.received_at, text("needs_person = 1"), inbox.c.line.not_in(TEST_LINES)),
        Waiting("lost", count_not_arrived(tx, now), None),
    ]


def news(tx: Transaction, since: datetime) -> list[News]:
    """What patients booked and cancelled by themselves since then, newest first: the last few."""
    newest = select(booking_events).order_by(booking_events.c.id.desc()).limit(EVENTS_LOOKED_AT).subquery()
    named = _NAMED.join(newest, newest.c.booking_id == bookings.c.id)
    wanted = (
        select(newest.c.at, newest.c.what, newest.c.channel.label("by"), *_VISIT_COLUMNS)
        .select_from(named)
        .where(newest.c.at >= since, newest.c.channel.in_(("voice", "text")))
        .order_by(newest.c.id.desc())
        .limit(MOST_NEWS)
    )
    return [
        News(
            row.id, row.at, row.what, row.by, Name(row.patient_zh, row.patient_en),
            Name(row.doctor_zh or row.department_zh, row.doctor_en or row.department_en), row.day, row.begins,
        )
        for row in tx.execute(wanted)
    ]  # fmt: skip


def left_calls(tx: Transaction, since: datetime) -> int:
    """How many callers hung up in the middle since then."""
    is_left = func.substr(calls.c.outcome, 1, len("left at ")) == "left at "
    counted = select(func.count()).select_from(calls).where(calls.c.started_at >= since, is_left)
    return tx.execute(counted.where(calls.c.line.not_in(TEST_LINES))).scalar_one()


def doctors_without_sessions(tx: Transaction, day: date) -> list[Name]:
    """The doctors of the clinic who have no half-day on `day` or later."""
    lasts = or_(sessions.c.valid_until.is_(None), sessions.c.valid_until >= day)
    has_one = select(sessions.c.id).where(sessions.c.doctor_id == doctors.c.id, lasts).exists()
    with_department = doctors.join(departments, departments.c.id == doctors.c.department_id)
    wanted = select(doctors.c.name_zh, doctors.c.name_en).select_from(with_department).order_by(doctors.c.id)
    rows = tx.execute(wanted.where(~has_one, departments.c.key > 0))
    return [Name(row.name_zh, row.name_en) for row in rows]


_NAMED = (
    bookings.join(departments, departments.c.id == bookings.c.department_id)
    .join(patients, patients.c.id == bookings.c.patient_id)
    .join(sessions, sessions.c.id == bookings.c.session_id)
    .outerjoin(doctors, doctors.c.id == bookings.c.doctor_id)
)
_VISIT_COLUMNS = (
    bookings.c.id, bookings.c.department_id, bookings.c.doctor_id, bookings.c.day, bookings.c.begins,
    bookings.c.queue_number, bookings.c.state, sessions.c.mode, sessions.c.ends,
    departments.c.name_zh.label("department_zh"), departments.c.name_en.label("department_en"),
    doctors.c.name_zh.label("doctor_zh"), doctors.c.name_en.label("doctor_en"),
    patients.c.name_zh.label("patient_zh"), patients.c.name_en.label("patient_en"),
)  # fmt: skip


def _visits_of(day: date) -> Any:
    return (
        select(*_VISIT_COLUMNS)
        .select_from(_NAMED)
        .where(bookings.c.day == day, bookings.c.state.in_(COUNTED))
        .order_by(departments.c.key, doctors.c.id, bookings.c.begins, bookings.c.queue_number)
        .limit(MOST_VISITS)
    )


def _owner(department: Department, doctor: Doctor | None) -> Owner:
    return department.id, doctor.id if doctor else None


def _day(offers: list[schedule.Offer], visits: list[Row[Any]], wall: time, most_coming: int) -> DoctorsDay:
    states = Counter(row.state for row in visits)
    expected = [row for row in visits if row.state == "booked"]
    late = [row for row in expected if _is_over(row, wall)]
    coming = [row for row in expected if row not in late]
    department, doctor = _names(offers, visits)
    owner = _owner(offers[0].session.department, offers[0].session.doctor) if offers else _owner_of(visits[0])
    return DoctorsDay(
        department=department,
        department_id=owner[0],
        doctor=doctor,
        doctor_id=owner[1],
        spans=tuple(dict.fromkeys((offer.session.begins, offer.session.ends) for offer in offers)),
        booked=states["booked"],
        arrived=states["arrived"],
        missed=states["no-show"],
        free=sum(len(offer.free) for offer in offers),
        coming=tuple(_coming(row) for row in coming[:most_coming]),
        unmarked=len(late),
    )


def _names(offers: list[schedule.Offer], visits: list[Row[Any]]) -> tuple[Name, Name | None]:
    if offers:
        session = offers[0].session
        return session.department.name, session.doctor.name if session.doctor else None
    first = visits[0]
    doctor = Name(first.doctor_zh, first.doctor_en) if first.doctor_id is not None else None
    return Name(first.department_zh, first.department_en), doctor


def _owner_of(visit: Row[Any]) -> Owner:
    return visit.department_id, visit.doctor_id


def _is_over(visit: Row[Any], wall: time) -> bool:
    """Whether the visit's time is over; of a number series, when the session ends."""
    return bool((visit.ends if visit.mode == "series" else visit.begins) <= wall)


def _coming(row: Row[Any]) -> ComingVisit:
    name = Name(row.patient_zh, row.patient_en)
    return ComingVisit(row.id, row.begins, row.queue_number, row.mode == "series", name, row.state)


def _count(tx: Transaction, what: str, table: Table, at: Any, waits: TextClause, is_real: Any) -> Waiting:
    """`waits` stands as a literal, as SQLite's partial index needs it."""
    wanted = select(func.count(), func.min(at).label("oldest")).select_from(table).where(waits, is_real)
    row = tx.execute(wanted).one()
    return Waiting(what, row[0], row.oldest)
