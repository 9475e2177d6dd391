"""What is known of a recording besides its sound: marks, how long it is kept, who holds it, when it was deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from firmware.storage.call_schema import calls, recording_marks, recordings
from firmware.storage.ledger import Transaction
from firmware.storage.recordings import DELETED

MARKS = (  # "paused" and "continued" are the recording's, "held" and "resumed" the talk's
    "answered", "held", "resumed", "paused", "continued", "transferred", "joined", "to-menu",
    "parked",
)  # fmt: skip
ORDINARY = "ordinary"
BY_AGE, BY_QUOTA, REFUSED, LOST = "age", "quota", "refused", "lost"
DETAIL_LIMIT = 200
MOST_MARKS = 200


@dataclass(frozen=True)
class Mark:
    """What happened `at_s` seconds after a recording began."""

    at_s: int
    kind: str
    detail: str


@dataclass(frozen=True)
class Keeping:
    """How a recording is kept, or why it is kept no more."""

    keep_class: str
    is_held: bool
    held_by: str | None
    began_at: datetime
    deleted_at: datetime | None
    deleted_why: str | None


def mark(tx: Transaction, call_id: str, at_s: float, kind: str, detail: str = "") -> None:
    """Something happened so many seconds after the recording of the call began."""
    row = {"call_id": call_id, "at_s": int(at_s), "kind": kind, "detail": detail[:DETAIL_LIMIT]}
    tx.execute(recording_marks.insert(), row)


def marks(tx: Transaction, call_id: str) -> list[Mark]:
    """The marks of a recording in their order; the first of very many."""
    columns = recording_marks.c
    wanted = select(columns.at_s, columns.kind, columns.detail).where(columns.call_id == call_id)
    return [Mark(*row) for row in tx.execute(wanted.order_by(columns.at_s, columns.id).limit(MOST_MARKS))]


def keeping(tx: Transaction, call_id: str) -> Keeping | None:
    """How the recording of the call is kept; None if there never was one."""
    columns = recordings.c
    wanted = select(
        columns.keep_class, columns.is_held, columns.held_by, columns.began_at, columns.deleted_at, columns.deleted_why
    )
    row = tx.execute(wanted.where(columns.call_id == call_id)).first()
    return Keeping(row[0], bool(row[1]), *row[2:]) if row else None


def delete(tx: Transaction, now: datetime, call_ids: Iterable[str], why: str) -> None:
    """The sound of these calls is no longer there; the rows stay."""
    ids = list(call_ids)
    gone = update(recordings).where(recordings.c.call_id.in_(ids), recordings.c.deleted_at.is_(None))
    tx.execute(gone.values(deleted_at=now, deleted_why=why, state=DELETED))
    tx.execute(update(calls).where(calls.c.id.in_(ids)).values(has_sound=0))


def keep_as(tx: Transaction, call_id: str, keep_class: str) -> bool:
    """Give the recording another class; False if there is none any more."""
    return _change(tx, call_id, keep_class=keep_class)


def hold(tx: Transaction, call_id: str, who: str) -> bool:
    """No purge deletes the recording until `release`; False if there is none any more."""
    return _change(tx, call_id, is_held=1, held_by=who)


def release(tx: Transaction, call_id: str) -> bool:
    """End of the hold; False if there is no recording any more."""
    return _change(tx, call_id, is_held=0, held_by=None)


def _change(tx: Transaction, call_id: str, **values: object) -> bool:
    kept = update(recordings).where(recordings.c.call_id == call_id, recordings.c.deleted_at.is_(None))
    return tx.execute(kept.values(**values)).rowcount == 1
