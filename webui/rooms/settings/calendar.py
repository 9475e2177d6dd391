"""Days unlike the week: holidays, make-up workdays, other hours; and the switch that closes the desk now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import calendar, calendar_changes, day_plans
from firmware.clinic.calendar import SpecialDay
from firmware.clinic.calendar_changes import LONGEST_DAYS, REASON_CHARACTERS
from firmware.clinic.day_plans import Done, HasVisits
from firmware.clinic.errors import NotOpen
from firmware.clinic.profile import ClinicProfile, Spans
from firmware.clinic.week import DAYS
from firmware.staff.rights import Right
from firmware.storage.ledger import Transaction
from webui import clinic_forms
from webui.flashes import Undo
from webui.forms import Form
from webui.reader import Reader, address
from webui.rooms.roster_form import keys
from webui.routes import Routes

ADDRESS = "/settings/calendar"
CLOSED, MAKE_UP, HOURS = KINDS = ("closed", "make-up", "hours")
_SHOWN_DAYS = 400
_AS_THE_WEEK = "-"  # in an undo: the day was not special before


@dataclass(frozen=True)
class Wanted:
    """What a form asks for."""

    what: str
    days: list[date]
    weekday: int
    spans: Spans
    reason: str


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.ROSTER)
    routes.post(ADDRESS, save, Right.ROSTER)
    routes.post(f"{ADDRESS}/remove", remove, Right.ROSTER)
    routes.post(f"{ADDRESS}/undo", undo, Right.ROSTER)
    routes.post(f"{ADDRESS}/close", close_now, Right.SUPERVISE)
    routes.post(f"{ADDRESS}/open", open_again, Right.SUPERVISE)


def show(reader: Reader) -> HTTPResponse:
    return _page(reader, reader.query.choice("what", KINDS, CLOSED))


def save(reader: Reader) -> HTTPResponse:
    """Put days into the calendar; who has booked on a closed one is shown next, to be told."""
    wanted = _read(reader.form, reader.today)
    if not reader.form.is_good:
        return _page(reader, wanted.what, reader.form)
    with reader.changing(f"calendar {wanted.what}") as change:
        fields = _as_they_are(calendar.between(change.tx, wanted.days[0], wanted.days[-1]), wanted.days)
        touched, added = _carry_out(change.tx, reader.profile, wanted)
        change.detail = f"{wanted.days[0]} to {wanted.days[-1]}, {touched} booked, {len(added.added)} added"
    undo = Undo(f"{ADDRESS}/undo", fields | {"added": " ".join(str(session_id) for session_id, _ in added.added)})
    where = "/roster/visits" if touched else ADDRESS
    said = reader.words.day(wanted.days[0], reader.today)
    return reader.done(f"calendar.done.{wanted.what}", where, undo, day=said, count=len(wanted.days), visits=touched)


def remove(reader: Reader) -> HTTPResponse:
    """The day is like its weekday again; half-days that a make-up day was given stay in the roster."""
    day = reader.form.near_day("day", reader.today, reader.today)
    with reader.changing("calendar remove") as change:
        before = calendar.remove(change.tx, day)
        change.detail = f"{day}"
    fields = _as_they_are({day: before} if before else {}, [day])
    said = reader.words.day(day, reader.today)
    return reader.done("calendar.done.removed", ADDRESS, Undo(f"{ADDRESS}/undo", fields), day=said)


def undo(reader: Reader) -> HTTPResponse:
    """The days are what they were before."""
    form = reader.form
    try:
        before = [_as_it_was(date.fromisoformat(name), form.raw(name)) for name in form.names() if "-" in name]
    except ValueError:  # a forged day
        return reader.refused("form.date", ADDRESS)
    try:
        with reader.changing("calendar undo") as change:
            added = [(session_id, day) for session_id in keys(form.raw("added").split()) for day, _ in before]
            day_plans.take_back(change.tx, Done(added=tuple(added)))
            for day, special in before:
                if special:
                    calendar.put(change.tx, special)
                else:
                    calendar.remove(change.tx, day)
            change.detail = ", ".join(str(day) for day, _ in before)
    except HasVisits:
        return reader.refused("roster.refused.has_visits", ADDRESS)
    return reader.done("calendar.done.undone", ADDRESS)


def close_now(reader: Reader) -> HTTPResponse:
    """No caller is put through until the next opening; who waits already is not turned away."""
    try:
        with reader.changing("desk closed now") as change:
            calendar.close_now(change.tx, reader.profile, reader.now, reader.login)
    except NotOpen:
        return reader.refused("calendar.refused.not_open", reader.came_from)
    return reader.done("calendar.done.closed_now", reader.came_from)


def open_again(reader: Reader) -> HTTPResponse:
    """Callers are put through again."""
    with reader.changing("desk opened again") as change:
        calendar.open_again(change.tx, reader.now, reader.login)
    return reader.done("calendar.done.opened", reader.came_from)


def _page(reader: Reader, what: str, form: Form | None = None) -> HTTPResponse:
    profile, now = reader.profile, reader.now
    with reader.office.ledger.reading() as tx:
        context: dict[str, Any] = {
            "days": calendar.between(tx, reader.today, reader.today + timedelta(days=_SHOWN_DAYS)).values(),
            "is_open": calendar.is_open(tx, profile, now),
            "closure": calendar.closure(tx, profile, now),
            "opens": calendar.next_opening(tx, profile, now),
        }
    return reader.page(
        "settings/calendar.html",
        422 if form else 200,
        form=form,
        shown=form or Form({}),
        what=what,
        tabs=[(address(ADDRESS, what=kind), reader.words(f"calendar.{kind}"), kind == what) for kind in KINDS],
        weekdays=[(day, reader.words(f"roster.weekday.{day}")) for day in range(1, DAYS + 1)],
        spans=range(1, clinic_forms.SPANS + 1),
        hours=calendar.write_spans,
        reason_characters=REASON_CHARACTERS,
        **context,
    )


def _read(form: Form, today: date) -> Wanted:
    """The form's fields; look at `form.errors` before you use it."""
    what = form.choice("what", KINDS)
    first = form.near_day("first", today, today)
    last = max(first, form.near_day("last", first, today)) if what == CLOSED else first
    if first < today:
        form.refuse("first", "roster.error.past")
    if (last - first).days >= LONGEST_DAYS:
        form.refuse("last", "calendar.error.too_long")
    return Wanted(
        what=what,
        days=[first + timedelta(days=ahead) for ahead in range((last - first).days + 1)],
        weekday=form.whole("weekday", 1, DAYS, 1),
        spans=_spans(form) if what == HOURS else (),
        reason=form.text("reason", REASON_CHARACTERS, needed=False),
    )


def _carry_out(tx: Transaction, profile: ClinicProfile, wanted: Wanted) -> tuple[int, Done]:
    """How many visits lost their place, and which half-days were added."""
    first, last = wanted.days[0], wanted.days[-1]
    if wanted.what == CLOSED:
        return len(calendar_changes.close(tx, first, last, wanted.reason)), Done()
    if wanted.what == MAKE_UP:
        return 0, calendar_changes.work_like(tx, profile, first, wanted.weekday, wanted.reason)
    calendar_changes.open_at(tx, first, wanted.spans, wanted.reason)
    return 0, Done()


def _spans(form: Form) -> Spans:
    """The hours of the form; there must be some, and in their order."""
    names = [f"day-{number}" for number in range(1, clinic_forms.SPANS + 1)]
    spans = [span for name in names if (span := clinic_forms.read_span(form, name))]
    if not spans:
        form.refuse("day-1-from", "form.needed")
    if len(spans) > 1 and spans[0].partition("-")[2] > spans[1]:
        form.refuse("day-2-from", "clinic_form.overlap")
    return calendar.read_spans(" ".join(spans)) if form.is_good else ()


def _as_they_are(special: Mapping[date, SpecialDay], days: list[date]) -> dict[str, str]:
    """The days as the hidden fields of an undo."""
    fields = dict.fromkeys(map(str, days), _AS_THE_WEEK)
    return fields | {f"{day}": f"{calendar.write_spans(each.spans)}|{each.reason}" for day, each in special.items()}


def _as_it_was(day: date, field: str) -> tuple[date, SpecialDay | None]:
    hours, _, reason = field.partition("|")
    is_special = field != _AS_THE_WEEK
    return day, SpecialDay(day, calendar.read_spans(hours), reason[:REASON_CHARACTERS]) if is_special else None
