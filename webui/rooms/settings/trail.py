"""Who did what: the audit trail."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from bottle import HTTPResponse

from firmware.clinic.roster import instant
from firmware.staff.rights import Right
from firmware.storage import audit
from firmware.storage.instants import later
from webui.reader import Reader, address
from webui.routes import Routes

ADDRESS = "/settings/trail"
SHOWN = 50
PEOPLE_OF_S = 90 * 86_400
_NAMED = re.compile(r"\b(booking|patient) ([1-9][0-9]{0,9})\b")
_PAGES = {"booking": "/bookings", "patient": "/patients"}


def add_to(routes: Routes) -> None:
    routes.get(ADDRESS, show, Right.AUDIT)


def show(reader: Reader) -> HTTPResponse:
    """The newest first, of one person or of all, on one day or on any; turned over by the number of the last row."""
    query = reader.query
    day = query.day("day", reader.today) if query.raw("day") else None
    who = query.text("who", 40, needed=False) or None
    before = query.key("before") or None
    since, until = _span(reader, day)
    with reader.office.ledger.reading() as tx:
        rows = audit.search(tx, who=who, since=since, until=until, before=before, most=SHOWN + 1)
        people = audit.people(tx, later(reader.now, -PEOPLE_OF_S))
    older = address(ADDRESS, who=who, day=day, before=rows[SHOWN - 1].number) if len(rows) > SHOWN else ""
    newest = address(ADDRESS, who=who, day=day) if before else ""
    return reader.page(
        "settings/trail.html",
        rows=[row.trace for row in rows[:SHOWN]], linked=lambda detail: linked(reader, detail),
        people=people, who=who or "", day=day, older=older, newest=newest,
    )  # fmt: skip


def linked(reader: Reader, detail: str) -> list[tuple[str, str]]:
    """The detail in pieces with the page of each, "" where there is none: visits and patients are named by number."""
    pieces, at = [], 0
    for found in _NAMED.finditer(detail):
        family, number = found.groups()
        pieces += [(detail[at : found.start()], ""), (reader.words(f"trail.{family}"), f"{_PAGES[family]}/{number}")]
        at = found.end()
    return [piece for piece in (*pieces, (detail[at:], "")) if piece[0]]


def _span(reader: Reader, day: date | None) -> tuple[datetime | None, datetime | None]:
    if day is None:
        return None, None
    zone, midnight = reader.profile.zone, datetime.min.time()
    return instant(day, midnight, zone), instant(day + timedelta(days=1), midnight, zone)
