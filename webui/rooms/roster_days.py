"""Single days unlike the week: who is away, a holiday, a make-up workday, a week like another. First looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import day_plans, schedule, stopped
from firmware.clinic.day_plans import DAY, LONGEST_DAYS, PARTS, Done, HasVisits, Plan
from firmware.clinic.errors import NoSuchSlot
from firmware.clinic.schedule import Wish
from firmware.clinic.week import DAYS, HalfDay, doctors_there, half_days, monday_of
from firmware.staff.rights import Right
from firmware.storage.ledger import Transaction
from webui.flashes import Undo
from webui.forms import Form
from webui.reader import Reader, address
from webui.rooms import roster_words
from webui.rooms.roster_form import keys
from webui.routes import Routes

AWAY, CLOSED, HALF, MAKE_UP, COPY = KINDS = ("away", "closed", "half", "make-up", "copy")
REASON_CHARACTERS = 60
FIELDS = ("what", "doctor", "department", "session", "first", "last", "part", "weekday", "source")


class ChangedMeanwhile(Exception):
    """What was looked at is not what would happen now."""


@dataclass(frozen=True)
class Wanted:
    """What a form asks for."""

    what: str
    doctor: int
    department: int
    session: int
    first: date
    last: date
    part: str
    weekday: int
    source: date


def add_to(routes: Routes) -> None:
    routes.get("/roster/days", look, Right.SEE)
    routes.post("/roster/days/save", carry_out, Right.ROSTER)
    routes.post("/roster/days/undo", undo, Right.ROSTER)
    routes.post("/roster/days/open", open_again, Right.ROSTER)


def look(reader: Reader) -> HTTPResponse:
    """What would change and whom it touches; nothing is changed."""
    form = reader.query
    wanted = _read(form, reader.today)
    is_asked = form.is_good and (wanted.what == HALF or "first" in form)
    with reader.office.ledger.reading() as tx:
        plan = _plan(tx, wanted, reader.today) if is_asked else Plan()
        visits = stopped.told(tx, reader.profile, reader.now, day_plans.affected(tx, reader.profile, plan))
        half = _half_day(reader, tx, wanted) if wanted.what == HALF else None
        doctors = doctors_there(tx, reader.today)
        departments = schedule.all_departments(tx)
    return reader.page(
        f"roster/{'half_day' if half else 'days'}.html",
        form=form,
        wanted=wanted,
        is_asked=is_asked,
        plan=plan,
        lines=_lines(reader, plan),
        visits=visits,
        half=half,
        doctors=doctors,
        departments=departments,
        fingerprint=_fingerprint(plan),
        hidden={name: form.raw(name) for name in FIELDS if form.raw(name)},
        roster_words=roster_words,
        week_url=address("/roster", day=wanted.first),
        choices=lambda known: [(each.id, reader.words.name(each.name)) for each in known],
        weekdays=[(day, reader.words(f"roster.weekday.{day}")) for day in range(1, DAYS + 1)],
    )


def carry_out(reader: Reader) -> HTTPResponse:
    """Do what `look` showed, if it is still the same."""
    form = reader.form
    wanted = _read(form, reader.today)
    back = address("/roster/days", **{name: form.raw(name) for name in FIELDS})
    if not form.is_good:
        return reader.go(back)
    reason = form.text("reason", REASON_CHARACTERS, needed=False)
    try:
        with reader.changing(f"roster {wanted.what}") as change:
            plan = _plan(change.tx, wanted, reader.today)
            if _fingerprint(plan) != form.raw("fingerprint"):
                raise ChangedMeanwhile
            done = day_plans.carry_out(change.tx, plan, reason)
            touched = day_plans.affected(change.tx, reader.profile, plan)
            change.detail = f"{wanted.first}: {len(done.off)} off, {len(done.added)} added, {len(touched)} booked"
    except ChangedMeanwhile:
        return reader.refused("form.changed_meanwhile", back)
    where = "/roster/visits" if touched else address("/roster", day=wanted.first)
    undo = Undo("/roster/days/undo", to_fields(done))
    return reader.done("roster.done.days", where, undo, off=len(done.off), added=len(done.added), visits=len(touched))


def open_again(reader: Reader) -> HTTPResponse:
    """A half-day that was called off takes place after all."""
    day = reader.form.near_day("first", reader.today, reader.today)
    with reader.changing("roster open") as change:
        done = day_plans.open_again(change.tx, reader.form.key("session"), day)
        change.detail = f"session {reader.form.key('session')}, {day}"
    return reader.done("roster.done.open", address("/roster", day=day), Undo("/roster/days/undo", to_fields(done)))


def undo(reader: Reader) -> HTTPResponse:
    """Take back what a change of single days did, and nothing else."""
    try:
        done = _from_fields(reader)
    except ValueError:  # a forged day
        return reader.refused("form.date", "/roster")
    days = [day for _, day in (*done.off, *done.on, *done.added)]
    where = address("/roster", day=min(days, default=None))
    try:
        with reader.changing("roster undo") as change:
            undone = day_plans.take_back(change.tx, done)
            change.detail = f"{len(undone.on)} on, {len(undone.off)} off, {len(done.added)} taken away"
    except HasVisits:
        return reader.refused("roster.refused.has_visits", where)
    again = Undo("/roster/days/undo", to_fields(undone)) if undone.on or undone.off else None
    return reader.done("roster.done.undone", where, again)


def _read(form: Form, today: date) -> Wanted:
    """The form's fields; a day of the past is refused beside it."""
    what = form.choice("what", KINDS, AWAY)
    first = form.near_day("first", today, today)
    last = max(first, form.near_day("last", first, today))  # who sets only a later beginning means that day
    if first < today and what not in (COPY, HALF):
        form.refuse("first", "roster.error.past")
    if (last - first).days >= LONGEST_DAYS:
        form.refuse("last", "roster.error.too_long")
    return Wanted(
        what=what,
        doctor=form.key("doctor"),
        department=form.key("department"),
        session=form.key("session"),
        first=first,
        last=last,
        part=form.choice("part", PARTS, DAY),
        weekday=form.whole("weekday", 1, DAYS, 1),
        source=form.near_day("source", monday_of(first) - timedelta(days=DAYS), today),
    )


def _plan(tx: Transaction, wanted: Wanted, today: date) -> Plan:
    if wanted.what == AWAY:
        return day_plans.absence(tx, wanted.first, wanted.last, Wish(doctor_id=wanted.doctor), wanted.part)
    if wanted.what == CLOSED:
        wish = Wish(department_id=wanted.department or None)
        return day_plans.absence(tx, wanted.first, wanted.last, wish, wanted.part)
    if wanted.what == HALF:
        return day_plans.one_half_day(tx, wanted.session, wanted.first) if wanted.first >= today else Plan()
    if wanted.what == MAKE_UP:
        return day_plans.make_up_day(tx, wanted.first, wanted.weekday)
    return day_plans.copy_week(tx, monday_of(wanted.source), monday_of(wanted.first), today)


def _half_day(reader: Reader, tx: Transaction, wanted: Wanted) -> HalfDay:
    halves = half_days(tx, reader.profile, reader.now, wanted.first, 1)
    for half in halves:
        if half.session.id == wanted.session:
            return half
    raise NoSuchSlot("the roster has no such half-day")


def _fingerprint(plan: Plan) -> str:
    return hashlib.sha256(repr(plan).encode()).hexdigest()[:16]


def _lines(reader: Reader, plan: Plan) -> list[dict[str, Any]]:
    """The plan in words, by day."""
    t = reader.words
    ranked = sorted(
        [(each.day, each.session.begins, each, True) for each in plan.off]
        + [(each.day, each.session.begins, each, False) for each in plan.extra],
        key=lambda line: (line[0], line[1], line[2].session.id),
    )
    return [
        {
            "day": t.day(day, reader.today),
            "hours": roster_words.hours(each.session),
            "owner": roster_words.owner(t, each.session),
            "is_off": is_off,
        }
        for day, _, each, is_off in ranked
    ]


def to_fields(done: Done) -> Mapping[str, str]:
    """What was done as the hidden fields of an undo: for each day the sessions."""
    fields: dict[str, str] = {}
    for family in ("off", "on", "added"):
        for session_id, day in getattr(done, family):
            name = f"{family}.{day}"
            fields[name] = f"{fields.get(name, '')} {session_id}".strip()
    return fields


def _from_fields(reader: Reader) -> Done:
    found: dict[str, list[tuple[int, date]]] = {"off": [], "on": [], "added": []}
    for name in reader.form.names():
        family, _, day_text = name.partition(".")
        if family in found:
            day = date.fromisoformat(day_text)
            found[family] += [(number, day) for number in keys(reader.form.raw(name).split())]
    return Done(tuple(found["off"]), tuple(found["on"]), tuple(found["added"]))
