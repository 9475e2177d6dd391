"""Dialogues that are kept: text dialogues between two messages, and calls that ended in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, bindparam, insert, select, update

from firmware.ivr.state import State, StateError
from firmware.storage.ledger import Transaction
from firmware.storage.schema import dialogues


@dataclass(frozen=True)
class Dialogue:
    """A saved dialogue."""

    id: str
    state: State


_OPEN = select(dialogues).where(
    dialogues.c.number == bindparam("number"), dialogues.c.channel == bindparam("channel"), dialogues.c.is_open == 1
)
_CLOSE = update(dialogues).where(dialogues.c.id == bindparam("which")).values(is_open=0)


def find(tx: Transaction, now: datetime, number: str, channel: str) -> Dialogue | None:
    """The open dialogue with `number` that has not expired; one that has is closed."""
    row = tx.execute(_OPEN, {"number": number, "channel": channel}).first()
    if row is None:
        return None
    dialogue = _read(row) if row.expires_at > now else None
    if dialogue is None:
        close(tx, row.id)
    return dialogue


def take(tx: Transaction, now: datetime, number: str, channel: str) -> Dialogue | None:
    """Like `find`, and the dialogue is closed: it is taken up now or never."""
    dialogue = find(tx, now, number, channel)
    if dialogue is not None:
        close(tx, dialogue.id)
    return dialogue


def save(tx: Transaction, now: datetime, expires_at: datetime, dialogue: Dialogue, number: str, channel: str) -> None:
    """Keep the dialogue, new or known, as the only open one of its number and channel."""
    state = {"state": dialogue.state.to_json(), "touched_at": now, "expires_at": expires_at}
    changed = tx.execute(update(dialogues).where(dialogues.c.id == dialogue.id).values(is_open=1, **state))
    if changed.rowcount:
        return
    for other in tx.execute(_OPEN, {"number": number, "channel": channel}).all():
        close(tx, other.id)
    row = {"id": dialogue.id, "channel": channel, "number": number, "started_at": now, **state}
    tx.execute(insert(dialogues), row)


def close(tx: Transaction, dialogue_id: str) -> None:
    tx.execute(_CLOSE, {"which": dialogue_id})


def _read(row: Row[tuple[object, ...]]) -> Dialogue | None:
    try:
        return Dialogue(row.id, State.from_json(row.state))
    except StateError:  # written by a version whose state this one cannot read: the patient begins anew
        return None
