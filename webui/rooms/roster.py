"""Roster: the week as it will be, with how full each half-day is; from here everything about who works when."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import roster_changes
from firmware.clinic.roster import Session
from firmware.clinic.week import DAYS, HalfDay, half_days, monday_of
from firmware.staff.rights import Right
from webui.reader import Reader, address
from webui.rooms import roster_days, roster_extra, roster_visits, roster_weekly, roster_words
from webui.routes import Routes

MOST_VISITS = 100


def add_to(routes: Routes) -> None:
    routes.get("/roster", week, Right.SEE)
    for room in (roster_days, roster_extra, roster_visits, roster_weekly):
        room.add_to(routes)


def week(reader: Reader) -> HTTPResponse:
    """Seven days from the Monday of `day`."""
    monday = monday_of(reader.query.near_day("day", reader.today, reader.today))
    with reader.office.ledger.reading() as tx:
        halves = half_days(tx, reader.profile, reader.now, monday)
        lost = len(roster_changes.without_a_place(tx, reader.profile, reader.today, MOST_VISITS))
    halves = [half for half in halves if not _is_forgotten(half)]
    return reader.page(
        "roster/week.html",
        days=[_day(halves, monday + timedelta(days=ahead)) for ahead in range(DAYS)],
        monday=monday,
        sunday=monday + timedelta(days=DAYS - 1),
        lost=lost,
        calendar=json.dumps(_calendar(reader, monday, halves), ensure_ascii=False),
        shown=lambda half: _shown(reader, half),
        week_url=lambda weeks: address("/roster", day=monday + timedelta(days=DAYS * weeks)),
    )


def _is_forgotten(half: HalfDay) -> bool:
    """An extra half-day that was taken away again and that nobody waits for."""
    return half.is_extra and half.is_off and not half.booked


def _day(halves: Iterable[HalfDay], day: date) -> dict[str, Any]:
    return {"day": day, "halves": [half for half in halves if half.day == day]}


def _shown(reader: Reader, half: HalfDay) -> dict[str, Any]:
    t, session = reader.words, half.session
    return {
        "owner": roster_words.owner(t, session),
        "hours": roster_words.hours(session),
        "fullness": roster_words.fullness(t, half),
        "marks": roster_words.marks(t, half),
        "url": half_day_url(half),
        "look": _look(half),
    }


def half_day_url(half: HalfDay) -> str:
    """The page of one half-day."""
    return address("/roster/days", what=roster_days.HALF, session=half.session.id, first=half.day)


def _look(half: HalfDay) -> str:
    if half.is_off:
        return "is-off"
    if half.free is None:
        return "is-closed"
    return "is-full" if half.free == 0 else "is-open"


def _calendar(reader: Reader, monday: date, halves: list[HalfDay]) -> dict[str, Any]:
    """What the calendar component draws; times are the clinic's wall time."""
    t = reader.words
    owners = {roster_words.owner_key(each.session): each.session for each in halves}
    ranked = sorted(owners.items(), key=lambda pair: (pair[1].department.key, pair[1].doctor is not None, pair[0]))
    return {
        "monday": monday.isoformat(),
        "today": reader.today.isoformat(),
        "locale": "zh-CN" if t.language == "zh" else "en-GB",
        "may": reader.may(Right.ROSTER),
        "resources": [
            {"id": key, "title": roster_words.owner(t, session), "detail": _detail(reader, session)}
            for key, session in ranked
        ],
        "events": [_event(reader, half) for half in halves],
    }


def _detail(reader: Reader, session: Session) -> str:
    return reader.words.name(session.department.name) if session.doctor else ""


def _event(reader: Reader, half: HalfDay) -> dict[str, Any]:
    shown = _shown(reader, half)
    return {
        "id": half.key,
        "whose": f"{shown['owner']} {reader.words.day(half.day)}",  # said, not shown: row and column show it
        "resource": roster_words.owner_key(half.session),
        "start": f"{half.day}T{half.session.begins:%H:%M:%S}",
        "end": f"{half.day}T{half.session.ends:%H:%M:%S}",
        "hours": shown["hours"],
        "fullness": shown["fullness"],
        "marks": shown["marks"],
        "url": shown["url"],
        "look": shown["look"] + (" is-extra" if half.is_extra else ""),
    }
