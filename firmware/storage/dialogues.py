"""Dialogues that outlive a process: those by text between two messages, and calls that ended in the middle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.dialects import sqlite

from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.text_schema import dialogues

TEXT, TEST_TEXT = "text", "test-text"  # of the test phone: apart from those of whoever has the number
VOICE = "voice"

State = dict[str, Any]  # the machine's state, plain data


@dataclass(frozen=True)
class Dialogue:
    """One dialogue with one number. Its holder is "dialogue/<id>" by text, "call/<id>" by voice."""

    id: str
    channel: str
    number: str
    state: State
    expires_at: datetime


_OPEN = select(dialogues).where(
    dialogues.c.number == bindparam("whose"),
    dialogues.c.channel == bindparam("which"),
    dialogues.c.is_open == 1,
    dialogues.c.expires_at > bindparam("now"),
)
_LAST = (
    select(dialogues)
    .where(dialogues.c.number == bindparam("whose"), dialogues.c.channel == bindparam("which"))
    .order_by(dialogues.c.touched_at.desc())
    .limit(1)
)
_CLOSE_OTHERS = (
    update(dialogues)
    .where(
        dialogues.c.number == bindparam("whose"),
        dialogues.c.channel == bindparam("which"),
        dialogues.c.is_open == 1,
        dialogues.c.id != bindparam("but"),
    )
    .values(is_open=0)
)


def open_dialogue(tx: Transaction, now: datetime, channel: str, number: str) -> Dialogue | None:
    """The number's dialogue that is still open: the text dialogue, or the call that can be continued."""
    row = tx.execute(_OPEN, {"whose": number, "which": channel, "now": now}).first()
    return _dialogue(row) if row else None


def save(
    tx: Transaction, now: datetime, dialogue_id: str, channel: str, number: str, state: State, life_s: int
) -> None:
    """Keep the dialogue for `life_s` seconds from now; an older one of the number on this channel is closed."""
    tx.execute(_CLOSE_OTHERS, {"whose": number, "which": channel, "but": dialogue_id})
    kept = {
        "state": json.dumps(state, ensure_ascii=False),
        "is_open": 1,
        "touched_at": now,
        "expires_at": later(now, life_s),
    }
    row = {"id": dialogue_id, "channel": channel, "number": number, "started_at": now, **kept}
    tx.execute(sqlite.insert(dialogues).values(row).on_conflict_do_update(index_elements=["id"], set_=kept))


def close(tx: Transaction, now: datetime, dialogue_id: str) -> None:
    """The dialogue is over, or its call was continued; so it can no longer lapse."""
    over = {"is_open": 0, "touched_at": now, "expires_at": now}
    tx.execute(update(dialogues).where(dialogues.c.id == dialogue_id).values(over))


def has_lapsed(tx: Transaction, now: datetime, channel: str, number: str, within: timedelta) -> bool:
    """Whether the number's last dialogue was not brought to its end and ran out so recently."""
    last = tx.execute(_LAST, {"whose": number, "which": channel}).first()
    return last is not None and last.touched_at < last.expires_at and now - within < last.expires_at <= now


def close_expired(tx: Transaction, now: datetime) -> list[Dialogue]:
    """Close the dialogues whose time is over; returns them, so that what they hold can be released."""
    over = update(dialogues).where(dialogues.c.is_open == 1, dialogues.c.expires_at <= now).values(is_open=0)
    return [_dialogue(row) for row in tx.execute(over.returning(*dialogues.c))]


def _dialogue(row: Row[Any]) -> Dialogue:
    return Dialogue(row.id, row.channel, row.number, json.loads(row.state), row.expires_at)
