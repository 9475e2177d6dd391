"""A day at the desk, written into the ledger as the exchange would: who called, who waited how long, who talked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from firmware.storage.call_schema import calls
from firmware.storage.desk_schema import agents, offers, queue_entries, talks
from firmware.storage.ledger import Transaction
from firmware.storage.staff_schema import users


def agent(tx: Transaction, now: datetime, login: str, extension: str) -> int:
    """Somebody who takes calls; the user's id."""
    row = {"login": login, "name": login.title(), "role": "agent", "password_hash": "-", "created_at": now}
    user_id = tx.execute(insert(users).returning(users.c.id), row | {"password_at": now}).scalar_one()
    tx.execute(insert(agents), {"user_id": user_id, "extension": extension})
    return int(user_id)


def caller(
    tx: Transaction, at: datetime, state: str = "answered", wait_s: float = 10, *, line: str = "L1", **entry: Any
) -> tuple[str, int]:
    """Somebody who waits from `at` on, half a minute after the ring on the line; the call and the entry."""
    number = len(tx.execute(calls.select()).all())
    call_id = f"c{number}"
    ended_at = None if state in ("waiting", "calling") else at + timedelta(seconds=wait_s)
    ring = at - timedelta(seconds=30)
    tx.execute(insert(calls), {"id": call_id, "line": line, "started_at": ring, "ended_at": ended_at})
    row = {"call_id": call_id, "queue": "reception", "language": "zh", "turn_at": at, "state": state}
    row |= {"answered_at" if state == "answered" else "left_at": ended_at, **entry}
    made = tx.execute(insert(queue_entries).returning(queue_entries.c.id), row)
    return call_id, int(made.scalar_one())


def served(
    tx: Transaction, at: datetime, user_id: int, *, wait_s: float = 10, ring_s: float = 4, talk_s: float = 60,
    wrap_s: float = 20, queue: str = "reception",
) -> str:  # fmt: skip
    """A caller whom this agent answers and serves; the call."""
    call_id, entry_id = caller(tx, at, wait_s=wait_s, queue=queue, user_id=user_id)
    answered = at + timedelta(seconds=wait_s)
    rang, over = answered - timedelta(seconds=ring_s), answered + timedelta(seconds=talk_s)
    ring(tx, rang, entry_id, user_id, "answered", ring_s)
    row = {"call_id": call_id, "entry_id": entry_id, "user_id": user_id, "direction": "in", "rang_at": rang}
    row |= {"began_at": answered, "ended_at": over, "wrapped_up_at": over + timedelta(seconds=wrap_s)}
    tx.execute(insert(talks), row)
    tx.execute(calls.update().where(calls.c.id == call_id).values(ended_at=over))
    return call_id


def ring(tx: Transaction, at: datetime, entry_id: int, user_id: int, outcome: str | None, lasts_s: float = 15) -> None:
    """The agent's telephone rings for a caller."""
    row = {"entry_id": entry_id, "user_id": user_id, "at": at, "outcome": outcome}
    tx.execute(insert(offers), row | {"ended_at": at + timedelta(seconds=lasts_s) if outcome else None})
