"""Today: what happens on the lines now, who comes today, and what waits for a person. Live, without a reload."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import today
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


def show(reader: Reader) -> HTTPResponse:
    """The whole page; its two parts are asked for again when something has changed."""
    with reader.office.ledger.reading() as tx:
        doctors = today.by_doctor(tx, reader.profile, reader.now)
        context = _now(reader, tx, doctors) | _day(reader, tx, doctors)
    return reader.page("today/page.html", is_open=reader.profile.is_open(reader.now), **context)


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
        "waiting": today.waiting(tx, reader.now),
        "left": today.left_calls(tx, midnight),
        "news": today.news(tx, midnight),
    }
