"""Callbacks that were agreed: whom to call, when, what for and who does it. The desk dials them when their time comes.

A callback is an entry of a queue like a caller who waits; its turn begins at the time that was agreed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select, text, update

from firmware.clinic import people
from firmware.clinic.errors import ClinicError
from firmware.language.values import Language
from firmware.storage.desk_schema import agents, queue_entries
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.staff_schema import users

MOST_WAITING = 200
PURPOSE_CHARACTERS = 100
LONGEST_AHEAD_S = 90 * 86400

_WAITS = text("queue_entries.state IN ('waiting', 'calling')")  # as a literal: SQLite's partial index needs to read it


class BadTime(ClinicError):
    """The time is over, or so far ahead that nobody would know of it any more."""


class NoLongerWaits(ClinicError):
    """The callback has been made, is being made, or was withdrawn."""


@dataclass(frozen=True)
class Callback:
    """One that waits; without `at` as soon as it is its turn, without `owner` by whoever is free."""

    id: int
    queue: str
    number: str | None
    patient_id: int | None
    call_id: str | None
    at: datetime | None
    turn_at: datetime
    purpose: str
    owner: str | None
    tries: int
    is_calling: bool


def plan(
    tx: Transaction,
    now: datetime,
    number: str,
    at: datetime,
    purpose: str,
    *,
    queue: str,
    language: Language | None = None,
    owner: str | None = None,
    patient_id: int | None = None,
    call_id: str | None = None,
) -> int:
    """Call this number (normal form) at that time; the entry's id. `owner` is the login of who promised to do it.

    Raises `BadTime`.
    """
    if not now <= at <= later(now, LONGEST_AHEAD_S):
        raise BadTime("a callback lies in the future, at most three months ahead")
    row = {
        "call_id": call_id, "queue": queue, "language": language or people.language_of(tx, number) or "zh",
        "number": number, "patient_id": patient_id, "turn_at": at, "state": "waiting", "is_callback": 1,
        "not_before": at, "purpose": purpose[:PURPOSE_CHARACTERS], "owner": owner,
        "wished_user_id": _agent(tx, owner),
    }  # fmt: skip
    return int(tx.execute(insert(queue_entries).values(row).returning(queue_entries.c.id)).scalar_one())


def waiting(tx: Transaction, most: int = MOST_WAITING) -> list[Callback]:
    """The callbacks to come, the next first: those that callers asked for and those that were agreed."""
    rows = tx.execute(_ALL.where(_WAITS).order_by(queue_entries.c.turn_at).limit(most))
    return [_callback(row) for row in rows]


def of_number(tx: Transaction, number: str | None) -> list[Callback]:
    """The callbacks to this number that are to come."""
    if number is None:
        return []
    theirs = queue_entries.c.number.concat("") == number  # not by the number's index: few wait, many have waited
    return [_callback(row) for row in tx.execute(_ALL.where(_WAITS, theirs).order_by(queue_entries.c.turn_at))]


def withdraw(tx: Transaction, now: datetime, entry_id: int) -> None:
    """Nobody is to call any more; raises `NoLongerWaits`."""
    waits = update(queue_entries).where(
        queue_entries.c.id == entry_id, queue_entries.c.is_callback == 1, queue_entries.c.state == "waiting"
    )
    if tx.execute(waits.values(state="withdrawn", left_at=now)).rowcount == 0:
        raise NoLongerWaits(f"entry {entry_id} waits for no callback")


def restore(tx: Transaction, entry_id: int) -> int:
    """Undo `withdraw`: the same is promised again, as a new entry, whose id it returns; raises `NoLongerWaits`."""
    columns = queue_entries.c
    gone = columns.id == entry_id, columns.is_callback == 1, columns.state == "withdrawn"
    row = tx.execute(select(*(columns[name] for name in _PROMISED)).where(*gone)).first()
    if row is None:
        raise NoLongerWaits(f"entry {entry_id} was not withdrawn")
    again = insert(queue_entries).values(row._asdict() | {"state": "waiting", "is_callback": 1})
    return int(tx.execute(again.returning(columns.id)).scalar_one())


_PROMISED = (
    "call_id", "queue", "language", "number", "patient_id", "priority", "wished_user_id", "turn_at", "not_before",
    "tries", "purpose", "owner",
)  # fmt: skip
_ALL: Select[Any] = select(queue_entries).where(queue_entries.c.is_callback == 1)


def _agent(tx: Transaction, login: str | None) -> int | None:
    """Who of the desk has the login; somebody without an extension can be told, but not rung."""
    return tx.execute(select(agents.c.user_id).join(users).where(users.c.login == login)).scalar()


def _callback(row: Row[Any]) -> Callback:
    return Callback(
        row.id, row.queue, row.number, row.patient_id, row.call_id, row.not_before, row.turn_at, row.purpose,
        row.owner, row.tries, row.state == "calling",
    )  # fmt: skip
