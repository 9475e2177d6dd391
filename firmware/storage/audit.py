"""The audit trail: who of the staff (or which part of the box) did what. Rows are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from firmware.storage.ledger import Transaction
from firmware.storage.schema import audit


@dataclass(frozen=True)
class Trace:
    """One thing that somebody did."""

    at: datetime
    who: str
    what: str
    detail: str


def record(tx: Transaction, now: datetime, who: str, what: str, detail: str = "") -> None:
    """`who` did `what`; in the transaction that did it."""
    tx.execute(audit.insert(), {"at": now, "who": who, "what": what, "detail": detail})


def latest(tx: Transaction, most: int = 50) -> list[Trace]:
    """The newest traces, newest first."""
    columns = (audit.c.at, audit.c.who, audit.c.what, audit.c.detail)
    return [Trace(*row) for row in tx.execute(select(*columns).order_by(audit.c.id.desc()).limit(most))]
