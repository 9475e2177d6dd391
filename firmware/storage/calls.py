"""The journal of calls: every call, what happened in it, and how it ended. Keys that were secret never come here."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update

from firmware.storage.call_schema import call_events, calls
from firmware.storage.ledger import Transaction

DETAIL_LIMIT = 200
TEST_LINES = ("test", "test-text")  # the test phone's, as firmware.modem.line names them: nobody real calls there

_UPDATE = update(calls).where(calls.c.id == bindparam("which"))
_ANSWER = _UPDATE.values(answered_at=bindparam("at"))
_OUTCOME = _UPDATE.values(outcome=bindparam("what"))
_END = _UPDATE.values(ended_at=bindparam("at"), end_reason=bindparam("reason"))


def new_id(now: datetime) -> str:
    """An id for a call that begins now; it is on every record that the call causes."""
    return f"{now:%Y%m%d-%H%M%S}-{uuid.uuid4().hex[:6]}"


def begin(
    tx: Transaction,
    now: datetime,
    call_id: str,
    line: str,
    caller: str | None,
    *,
    is_withheld: bool,
    direction: str = "in",
    called: str | None = None,
) -> None:
    """A call on `line` with `caller` (normal form, or None) at the far end; `called` is the number that was called."""
    row = {"id": call_id, "line": line, "caller": caller, "is_withheld": int(is_withheld), "started_at": now}
    tx.execute(calls.insert(), {**row, "direction": direction, "called": called})


def answer(tx: Transaction, now: datetime, call_id: str) -> None:
    """The box has gone off-hook."""
    tx.execute(_ANSWER, {"which": call_id, "at": now})


def describe(tx: Transaction, call_id: str, **what: Any) -> None:
    """What was learnt of the call: `patient_id`, `language`, `flow`, `flow_version`."""
    tx.execute(update(calls).where(calls.c.id == call_id).values(**what))


def note(tx: Transaction, now: datetime, call_id: str, kind: str, detail: str = "") -> None:
    """Something happened in the call: a node was reached, a key came."""
    tx.execute(call_events.insert(), {"call_id": call_id, "at": now, "kind": kind, "detail": detail[:DETAIL_LIMIT]})


def conclude(tx: Transaction, call_id: str, outcome: str) -> None:
    """What the patient got: "booked", "cancelled", "left at confirm"; a later one replaces it."""
    tx.execute(_OUTCOME, {"which": call_id, "what": outcome})


def end(tx: Transaction, now: datetime, call_id: str, reason: str) -> None:
    """The line is free again."""
    tx.execute(_END, {"which": call_id, "at": now, "reason": reason})


def end_abandoned(tx: Transaction, now: datetime) -> list[str]:
    """At start-up: end the calls that a crash or power cut left open; returns their ids.

    Their holders are "call/<id>"; whoever holds slots in their name is gone.
    """
    open_calls = update(calls).where(calls.c.ended_at.is_(None)).values(ended_at=now, end_reason="the box stopped")
    return list(tx.execute(open_calls.returning(calls.c.id)).scalars())


def latest(tx: Transaction, most: int = 20) -> list[dict[str, Any]]:
    """The newest calls, newest first, as rows of the table `calls`."""
    rows = tx.execute(select(calls).order_by(calls.c.started_at.desc()).limit(most))
    return [dict(row._mapping) for row in rows]


def events(tx: Transaction, call_id: str) -> list[dict[str, Any]]:
    """What happened in the call, in order, as rows of the table `call_events`."""
    rows = tx.execute(select(call_events).where(call_events.c.call_id == call_id).order_by(call_events.c.id))
    return [dict(row._mapping) for row in rows]
