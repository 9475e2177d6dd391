"""Who did what: the audit trail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta

from bottle import HTTPResponse

from firmware.clinic import people
from firmware.clinic.errors import NoSuchPatient
from firmware.clinic.roster import instant
from firmware.language.values import Name
from firmware.staff.rights import Right
from firmware.storage import audit
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from webui.reader import Reader, address
from webui.routes import Routes
from webui.words import Words

ADDRESS = "/settings/trail"
SHOWN = 50
PEOPLE_OF_S = 90 * 86_400
_NAMED = re.compile(r"\b(?P<family>booking|patient) (?P<number>[1-9][0-9]{0,9})\b|(?P<cents>[0-9]{1,12}) cents\b")


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
        names = _names(tx, [row.trace.detail for row in rows])
        known = audit.people(tx, later(reader.now, -PEOPLE_OF_S))
    older = address(ADDRESS, who=who, day=day, before=rows[SHOWN - 1].number) if len(rows) > SHOWN else ""
    newest = address(ADDRESS, who=who, day=day) if before else ""
    return reader.page(
        "settings/trail.html",
        rows=[(row.trace, linked(reader.words, row.trace.detail, names)) for row in rows[:SHOWN]],
        people=known, who=who or "", day=day, older=older, newest=newest,
    )  # fmt: skip


def linked(words: Words, detail: str, names: Mapping[int, Name]) -> list[tuple[str, str]]:
    """The detail in pieces with the page of each, "" where there is none: visits and patients are kept by number."""
    pieces, at = [], 0
    for found in _NAMED.finditer(detail):
        pieces += [(detail[at : found.start()], ""), _said(words, found, names)]
        at = found.end()
    return [piece for piece in (*pieces, (detail[at:], "")) if piece[0]]


def _said(words: Words, found: re.Match[str], names: Mapping[int, Name]) -> tuple[str, str]:
    if found["cents"]:
        return words.money(int(found["cents"])), ""
    number = int(found["number"])
    if found["family"] == "booking":
        return words("trail.booking"), f"/bookings/{number}"
    return words.name(names.get(number)) or words("trail.patient"), f"/patients/{number}"


def _names(tx: Transaction, details: Iterable[str]) -> dict[int, Name]:
    """What the patients are called whom the details mean."""
    found = {
        int(each["number"]) for detail in details for each in _NAMED.finditer(detail) if each["family"] == "patient"
    }
    names = {}
    for number in found:
        with suppress(NoSuchPatient):  # of another box, whose back-up was put here
            names[number] = people.patient(tx, number).name
    return names


def _span(reader: Reader, day: date | None) -> tuple[datetime | None, datetime | None]:
    if day is None:
        return None, None
    zone, midnight = reader.profile.zone, datetime.min.time()
    return instant(day, midnight, zone), instant(day + timedelta(days=1), midnight, zone)
