"""Texts that did not arrive, or of which nobody knows: they wait for somebody, who may send them once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, TextClause, exists, func, select, update

from firmware.storage import outbox as written
from firmware.storage.errors import StorageError
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import booking_events, bookings
from firmware.storage.text_schema import IS_NOT_ARRIVED, outbox

ATTENTION = timedelta(days=7)  # how long a text waits for somebody


class NoLongerTrue(StorageError):
    """The visit that the text speaks of is not as the text says."""


class NotLost(StorageError):
    """The text arrived after all, or somebody has dealt with it."""


@dataclass(frozen=True)
class LostText:
    """A text that failed, or of which nobody knows whether it left."""

    id: int
    number: str
    body: str
    state: str  # failed, unknown
    error: str | None
    created_at: datetime


def not_arrived(tx: Transaction, now: datetime) -> list[LostText]:
    """The texts of the last week that failed or are in doubt and that nobody has dealt with, oldest first."""
    columns = outbox.c
    wanted = select(columns.id, columns.number, columns.body, columns.state, columns.error, columns.created_at)
    rows = tx.execute(wanted.where(*_waits(now)).order_by(columns.id))
    return [LostText(*row) for row in rows]


def count_not_arrived(tx: Transaction, now: datetime) -> int:
    """How many texts `not_arrived` would list."""
    return tx.execute(select(func.count()).select_from(outbox).where(*_waits(now))).scalar_one()


def finish(tx: Transaction, now: datetime, text_id: int) -> None:
    """Somebody has dealt with a text that did not arrive."""
    tx.execute(update(outbox).where(outbox.c.id == text_id, IS_NOT_ARRIVED).values(done_at=now))


def reopen(tx: Transaction, text_id: int) -> None:
    """Undo `finish`."""
    tx.execute(update(outbox).where(outbox.c.id == text_id).values(done_at=None))


def resend(tx: Transaction, now: datetime, text_id: int, author: str | None = None) -> int:
    """Queue the same text once more, the id of the new one; the old one is dealt with.

    Raises `NotLost`, or `NoLongerTrue` if the visit was cancelled, moved or restored since.
    """
    text = tx.execute(select(outbox).where(outbox.c.id == text_id, IS_NOT_ARRIVED)).first()
    if text is None:
        raise NotLost(f"text {text_id} does not wait to be sent again")
    if not _is_true(tx, text):
        raise NoLongerTrue(f"the visit of text {text_id} has changed since; it was not sent again")
    finish(tx, now, text_id)
    return written.queue_text(
        tx, now, text.number, text.body, text.purpose, text.booking_id, line=text.line, author=author or text.author
    )


def _waits(now: datetime) -> tuple[ColumnElement[bool] | TextClause, ...]:
    return IS_NOT_ARRIVED, outbox.c.created_at > now - ATTENTION


def _is_true(tx: Transaction, text: Row[Any]) -> bool:
    """Whether the visit, if it speaks of one, is still as it says."""
    if text.booking_id is None:
        return True
    state = tx.execute(select(bookings.c.state).where(bookings.c.id == text.booking_id)).scalar()
    if text.purpose == "cancellation":
        return state == "cancelled"
    events = booking_events.c
    is_moved = exists().where(events.booking_id == text.booking_id, events.what == "moved", events.at > text.created_at)
    return state in ("booked", "arrived") and not tx.execute(select(is_moved)).scalar()
