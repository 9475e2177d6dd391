"""The desk in figures: by day, hour, agent or queue, on the page and as a table to take away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bottle import HTTPError, HTTPResponse

from firmware.clinic import desk_figures
from firmware.clinic.desk_figures import MOST_DAYS, Caller, Offers, Talk, Waits, Work
from firmware.language.values import Name
from firmware.staff import users
from firmware.staff.rights import Right
from firmware.storage import audit
from firmware.storage.ledger import Transaction
from webui import time_words
from webui.csv_file import csv_file
from webui.reader import Reader, address
from webui.routes import Routes

FIGURES = "/figures"
BY = ("day", "hour", "agent", "queue")
USUAL_DAYS = 7
NOTHING = "–"


@dataclass(frozen=True)
class Asked:
    """Which figures somebody wants to see."""

    first: date
    last: date
    by: str

    def url(self, path: str, by: str = "") -> str:
        return address(path, by=by or self.by, **{"from": self.first, "to": self.last})


@dataclass(frozen=True)
class Line:
    """The figures of one day, hour, agent or queue."""

    name: str
    waits: Waits | None  # an agent has talks and rings; who waited, waited for nobody in particular
    work: Work
    offers: Offers | None  # only of an agent


@dataclass(frozen=True)
class Column:
    """One figure; its text is `figures.<key>`."""

    key: str
    value: Callable[[Line], str]


def add_to(routes: Routes) -> None:
    routes.get(FIGURES, show, Right.SUPERVISE)
    routes.get(f"{FIGURES}/export", export, Right.SUPERVISE)


def show(reader: Reader) -> HTTPResponse:
    """The figures that were asked for, or of the last seven days."""
    asked = _read(reader)
    with reader.office.ledger.reading() as tx:
        lines, total = _lines(reader, tx, asked)
    level_s = reader.office.desk_settings().service_level_s
    return reader.page(
        "figures/page.html",
        200 if reader.query.is_good else 422,
        form=reader.query,
        asked=asked,
        by=BY,
        tables=_tables(asked.by),
        lines=lines,
        total=total,
        service_level_s=level_s,
        export=asked.url(f"{FIGURES}/export"),
    )


def export(reader: Reader) -> HTTPResponse:
    """The same as a table; who took it away stands in the audit trail."""
    asked = _read(reader)
    if not reader.query.is_good:
        raise HTTPError(404)
    with reader.office.ledger.reading() as tx:
        lines, total = _lines(reader, tx, asked)
    with reader.office.ledger.transaction() as tx:
        audit.record(tx, reader.now, reader.login, "figures exported", f"by {asked.by}, {asked.first} to {asked.last}")
    columns = [column for _, of_table in _tables(asked.by) for column in of_table]
    level_s = reader.office.desk_settings().service_level_s
    head = [reader.words(f"figures.{asked.by}"), *(column_name(reader, each.key, level_s) for each in columns)]
    rows = [[line.name, *(_plain(each.value(line)) for each in columns)] for line in (*lines, total)]
    return csv_file(f"figures-{asked.by}-{asked.first}-{asked.last}.csv", head, rows)


def column_name(reader: Reader, key: str, level_s: int) -> str:
    return reader.words("figures.level", seconds=level_s) if key == "level" else reader.words(f"figures.{key}")


def _read(reader: Reader) -> Asked:
    form, today = reader.query, reader.today
    last = form.near_day("to", today, today)
    first = form.near_day("from", last - timedelta(days=USUAL_DAYS - 1), today)
    by = form.choice("by", BY, "day")
    if last < first:
        form.refuse("to", "calls.dates_wrong")
    elif (last - first).days >= MOST_DAYS:
        form.refuse("from", "figures.too_many_days")
    return Asked(first, last, by) if form.is_good else Asked(last, last, by)


def _lines(reader: Reader, tx: Transaction, asked: Asked) -> tuple[list[Line], Line]:
    """One line for each day, hour, agent or queue that had anything, and one for all."""
    span = desk_figures.day_span(asked.first, asked.last, reader.zone)
    callers, talks = desk_figures.callers(tx, *span), desk_figures.talks_of(tx, *span)
    level_s = reader.office.desk_settings().service_level_s
    total = Line(reader.words("figures.total"), desk_figures.waits(callers, level_s), desk_figures.work(talks), None)
    if asked.by == "agent":
        rings = desk_figures.offers_by_agent(tx, *span)
        of_agent = desk_figures.grouped(talks, lambda each: each.user_id)
        names = {user.id: user.name for user in users.all_users(tx)}
        people = sorted({*of_agent, *rings}, key=lambda each: names[each])
        none = Offers(0, 0, 0)
        return [
            Line(names[each], None, desk_figures.work(of_agent.get(each, [])), rings.get(each, none)) for each in people
        ], total
    key, name = _grouping(reader, asked.by)
    of_callers, of_talks = desk_figures.grouped(callers, key), desk_figures.grouped(talks, key)
    return [
        Line(
            name(each),
            desk_figures.waits(of_callers.get(each, []), level_s),
            desk_figures.work(of_talks.get(each, [])),
            None,
        )
        for each in sorted({*of_callers, *of_talks})
    ], total


def _grouping(reader: Reader, by: str) -> tuple[Callable[[Caller | Talk], str], Callable[[str], str]]:
    """What calls are grouped by, in an order that sorts, and how a group is called."""
    zone, words = reader.zone, reader.words
    if by == "day":
        return lambda each: f"{each.at.astimezone(zone):%Y-%m-%d}", str
    if by == "hour":
        return lambda each: f"{each.at.astimezone(zone):%H:00}", str
    names: dict[str, Name] = {queue.key: queue.name for queue in reader.office.desk_settings().queues}
    return (
        lambda each: each.queue or "",
        lambda key: words.name(names[key]) if key in names else key or words("figures.no_queue"),
    )


def _tables(by: str) -> tuple[tuple[str, tuple[Column, ...]], ...]:
    """Of the page, by name; the file has their columns side by side."""
    return (("talks", _WORK + _RINGS),) if by == "agent" else (("callers", _WAITS), ("talks", _WORK))


def _length(seconds: float | None) -> str:
    return NOTHING if seconds is None else time_words.length(seconds)


def _percent(part: float | None) -> str:
    return NOTHING if part is None else f"{int(100 * part)} %"


def _plain(value: str) -> str:
    """For a spreadsheet: nothing where there is nothing."""
    return "" if value == NOTHING else value


def _of_waits(key: str, value: Callable[[Waits], str]) -> Column:
    return Column(key, lambda line: value(line.waits) if line.waits else NOTHING)


def _of_rings(key: str, value: Callable[[Offers], int]) -> Column:
    return Column(key, lambda line: str(value(line.offers)) if line.offers else NOTHING)


_WAITS = (
    _of_waits("came", lambda waits: str(waits.came)),
    _of_waits("answered", lambda waits: str(waits.answered)),
    _of_waits("level", lambda waits: _percent(waits.level)),
    _of_waits("abandoned", lambda waits: str(waits.abandoned)),
    _of_waits("short", lambda waits: str(waits.short)),
    _of_waits("message", lambda waits: str(waits.message)),
    _of_waits("callback", lambda waits: str(waits.callback)),
    _of_waits("returned", lambda waits: str(waits.returned)),
    _of_waits("other", lambda waits: str(waits.other)),
    _of_waits("wait", lambda waits: _length(waits.wait_s)),
    _of_waits("longest", lambda waits: _length(waits.longest_s)),
)
_WORK = (
    Column("talks", lambda line: str(line.work.talks)),
    Column("incoming", lambda line: str(line.work.incoming)),
    Column("outgoing", lambda line: str(line.work.outgoing)),
    Column("ring", lambda line: _length(line.work.ring_s)),
    Column("agent_time", lambda line: _length(line.work.agent_s)),
    Column("trunk_time", lambda line: _length(line.work.trunk_s)),
)
_RINGS = (
    _of_rings("rang", lambda offers: offers.rang),
    _of_rings("missed", lambda offers: offers.missed),
    _of_rings("rejected", lambda offers: offers.rejected),
)
