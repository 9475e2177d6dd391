"""The audit trail: who of the staff (or which part of the box) did what. Rows are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from firmware.storage.ledger import Transaction
from firmware.storage.staff_schema import audit


@dataclass(frozen=True)
class Trace:
    """One thing that somebody did."""

    at: datetime
    who: str
    what: str
    detail: str


@dataclass(frozen=True)
class NumberedTrace:
    """A trace with its number, by which a list is turned over page by page."""

    number: int
    trace: Trace


def record(tx: Transaction, now: datetime, who: str, what: str, detail: str = "") -> None:
    """`who` did `what`; in the transaction that did it."""
    tx.execute(audit.insert(), {"at": now, "who": who, "what": what, "detail": detail})


def latest(tx: Transaction, most: int = 50) -> list[Trace]:
    """The newest traces, newest first."""
    columns = (audit.c.at, audit.c.who, audit.c.what, audit.c.detail)
    return [Trace(*row) for row in tx.execute(select(*columns).order_by(audit.c.id.desc()).limit(most))]


def search(
    tx: Transaction, *, who: str | None, since: datetime | None, until: datetime | None, before: int | None, most: int
) -> list[NumberedTrace]:
    """The newest traces of one person (or of anybody) in a span of time, and before the number `before`."""
    columns = audit.c
    wanted = select(columns.id, columns.at, columns.who, columns.what, columns.detail)
    if who is not None:
        wanted = wanted.where(columns.who == who)
    if since is not None:
        wanted = wanted.where(columns.at >= since)
    if until is not None:
        wanted = wanted.where(columns.at < until)
    if before is not None:
        wanted = wanted.where(columns.id < before)
    rows = tx.execute(wanted.order_by(columns.id.desc()).limit(most))
    return [NumberedTrace(row.id, Trace(row.at, row.who, row.what, row.detail)) for row in rows]


def people(tx: Transaction, since: datetime) -> list[str]:
    """Who has done anything since then; two look-ups in the index for each, however much they did."""
    found, who = [], ""
    while (following := tx.execute(select(func.min(audit.c.who)).where(audit.c.who > who)).scalar()) is not None:
        who = str(following)
        last = select(audit.c.at).where(audit.c.who == who).order_by(audit.c.id.desc()).limit(1)
        if tx.execute(last).scalar_one() >= since:
            found.append(who)
    return found


def has(tx: Transaction, since: datetime, who: str, what: str, detail: str) -> bool:
    """Whether the trail holds exactly this since then."""
    columns = audit.c
    same = (columns.who == who, columns.what == what, columns.detail == detail)
    return tx.execute(select(columns.id).where(columns.at >= since, *same).limit(1)).first() is not None
