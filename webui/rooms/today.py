"""Today: what happens on the lines now, who comes today, and what waits for a person. Live, without a reload."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import calendar, tasks, today
from firmware.staff.rights import Right
from firmware.storage.ledger import Transaction
from webui.reader import Reader
from webui.rooms import today_attention
from webui.rooms.today_lines import line_views
from webui.routes import Routes


def add_to(routes: Routes) -> None:
    routes.get("/", show, Right.SEE)
    routes.get("/today/now", show_now, Right.SEE)
    routes.get("/today/day", show_day, Right.SEE)
    routes.get("/today/desk", show_desk, Right.SEE)


def show(reader: Reader) -> HTTPResponse:
    """The whole page; its two parts are asked for again when something has changed."""
    with reader.office.ledger.reading() as tx:
        doctors = today.by_doctor(tx, reader.profile, reader.now)
        context = _now(reader, tx, doctors) | _day(reader, tx, doctors) | _desk(reader, tx)
    return reader.page("today/page.html", **context)


def show_now(reader: Reader) -> HTTPResponse:
    """What needs attention, and the lines."""
    with reader.office.ledger.reading() as tx:
        context = _now(reader, tx, today.by_doctor(tx, reader.profile, reader.now))
    return reader.page("today/now.html", **context)


def show_day(reader: Reader) -> HTTPResponse:
    """Who comes, and what waits."""
    with reader.office.ledger.reading() as tx:
        context = _day(reader, tx, today.by_doctor(tx, reader.profile, reader.now))
    return reader.page("today/day.html", **context)


def show_desk(reader: Reader) -> HTTPResponse:
    """Whether callers find somebody at the desk."""
    with reader.office.ledger.reading() as tx:
        context = _desk(reader, tx)
    return reader.page("today/desk.html", **context)


def _desk(reader: Reader, tx: Transaction) -> dict[str, Any]:
    is_open = calendar.is_open(tx, reader.profile, reader.now)
    opens = None if is_open else calendar.next_opening(tx, reader.profile, reader.now)
    return {"is_open": is_open, "opens": opens and opens.astimezone(reader.zone)}


def _now(reader: Reader, tx: Transaction, doctors: list[today.DoctorsDay]) -> dict[str, Any]:
    status = reader.office.phone.status()
    lines = line_views((status or {}).get("lines", []), reader.office.places.flows(None, None), tx, reader.words)
    own = [line for line in lines if not line.is_test]
    return {
        "is_running": status is not None,
        "lines": lines,
        "own_count": len(own),
        "busy_count": sum(line.is_live for line in own),
        "items": today_attention.items(reader, tx, doctors),
    }


def _day(reader: Reader, tx: Transaction, doctors: list[today.DoctorsDay]) -> dict[str, Any]:
    midnight = datetime.combine(reader.today, time.min, reader.zone)
    return {
        "doctors": doctors,
        "waiting": today.waiting(tx, reader.now, reader.boxes(tx)),
        "to_do": tasks.count(tx, reader.now),
        "left": today.left_calls(tx, midnight),
        "news": today.news(tx, midnight),
    }
