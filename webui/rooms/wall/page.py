"""The wall's page and its parts: now (agents, queues, lines) and the day (how callers fared, who did what)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import calendar, desk_figures
from firmware.clinic.desk_figures import Caller, Talk
from firmware.control.channel import ControlError
from firmware.staff import agents
from firmware.storage.ledger import Transaction
from webui.reader import Reader
from webui.rooms.today_lines import LineView, line_views
from webui.rooms.wall.seats import Wall

WALL = "/wall"
WHY = ("quality", "training", "help", "complaint", "other")


def show(reader: Reader) -> HTTPResponse:
    """The whole page; its two parts are asked for again when something has changed."""
    with reader.office.ledger.reading() as tx:
        context = _day(reader, tx) | _now(reader, tx)
    return reader.page("wall/page.html", why=WHY, **context)


def show_tv(reader: Reader) -> HTTPResponse:
    """The same for a screen in the room: large, dark, without buttons and whole numbers."""
    with reader.office.ledger.reading() as tx:
        context = _day(reader, tx) | _now(reader, tx, is_public=True)
    return reader.page("wall/tv.html", **context)


def show_now(reader: Reader, told: str = "") -> HTTPResponse:
    """Agents, queues and lines; `told` says what could not be done."""
    with reader.office.ledger.reading() as tx:
        context = _now(reader, tx, is_public=reader.query.flag("tv"))
    return reader.page("wall/now.html", **context | {"told": told})


def show_day(reader: Reader) -> HTTPResponse:
    """Today in figures."""
    with reader.office.ledger.reading() as tx:
        context = _day(reader, tx)
    return reader.page("wall/day.html", is_public=reader.query.flag("tv"), **context)


def _now(reader: Reader, tx: Transaction, *, is_public: bool = False) -> dict[str, Any]:
    desk = _desk(reader)
    status = reader.office.phone.status() or {}
    wall = Wall(reader.words, reader.office.desk_settings(), reader.now, reader.signed_in.id, is_public)
    begins, ends = desk_figures.day_span(reader.today, reader.today, reader.zone)
    talks = desk_figures.talks_by_agent(tx, begins, ends)
    seats = wall.seats(agents.all(tx), desk.get("seats", []), talks)
    queues = wall.queues(desk.get("queues", []))
    lines = line_views(status.get("lines", []), reader.office.places.flows(None, None), tx, reader.words)
    return {
        "is_running": bool(desk),
        "is_open": calendar.is_open(tx, reader.profile, reader.now),
        "closure": calendar.closure(tx, reader.profile, reader.now),
        "seats": seats,
        "queues": queues,
        "ready": sum(seat.state == "ready" for seat in seats),
        "waiting": sum(len(queue.callers) for queue in queues),
        "longest_s": max((queue.longest_s for queue in queues), default=0),
        "is_late": any(queue.is_late for queue in queues),
        "lines": [_masked(wall, line) for line in lines] if is_public else lines,
        "supervises": next((seat for seat in seats if seat.mine), None),
        "is_public": is_public,
        "told": "",
    }


def _day(reader: Reader, tx: Transaction) -> dict[str, Any]:
    span = desk_figures.day_span(reader.today, reader.today, reader.zone)
    callers, talks = desk_figures.callers(tx, *span), desk_figures.talks_of(tx, *span)
    settings = reader.office.desk_settings()
    zone = reader.zone

    def hour(each: Caller | Talk) -> int:
        return each.at.astimezone(zone).hour

    by_hour = desk_figures.grouped(callers, hour)
    by_agent = desk_figures.grouped(talks, lambda each: each.user_id)
    return {
        "waits": desk_figures.waits(callers, settings.service_level_s),
        "work": desk_figures.work(talks),
        "service_level_s": settings.service_level_s,
        "hours": [(each, desk_figures.waits(by_hour[each], settings.service_level_s)) for each in sorted(by_hour)],
        "colleagues": [
            (agent, desk_figures.work(by_agent[agent.user_id])) for agent in agents.all(tx) if agent.user_id in by_agent
        ],
    }


def _masked(wall: Wall, line: LineView) -> LineView:
    """The line without who calls."""
    return replace(line, caller=wall.number(line.caller) if line.caller else "", names="")


def _desk(reader: Reader) -> dict[str, Any]:
    """What the exchange says of the desk; nothing while it is away."""
    try:
        return reader.office.phone.ask("desk")
    except ControlError:
        return {}
