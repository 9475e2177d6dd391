"""With whom somebody at the desk speaks, and spoke last, so that they can call back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from firmware.storage.call_schema import calls
from firmware.storage.desk_schema import talks
from firmware.storage.ledger import Transaction

LOOKED_AT = 30  # who spoke with one number so often in a row has no use for older ones


@dataclass(frozen=True)
class LastTalk:
    """The newest talk with a number; `direction` is in, out or inside."""

    call_id: str
    number: str
    direction: str
    began_at: datetime
    patient_id: int | None


def last_talks(tx: Transaction, user_id: int, most: int) -> list[LastTalk]:
    """The newest first, each number once."""
    columns = (talks.c.call_id, talks.c.number, talks.c.direction, talks.c.began_at, calls.c.patient_id)
    wanted = (
        select(*columns)
        .join(calls, calls.c.id == talks.c.call_id)
        .where(talks.c.user_id == user_id)
        .order_by(talks.c.began_at.desc())
        .limit(LOOKED_AT)
    )
    found: dict[str, LastTalk] = {}
    for row in tx.execute(wanted):
        if row.number is not None:
            found.setdefault(row.number, LastTalk(*row))
    return list(found.values())[:most]


def patient_of(tx: Transaction, call_id: str) -> int | None:
    """Whom a call is about, as far as is known."""
    found: int | None = tx.execute(select(calls.c.patient_id).where(calls.c.id == call_id)).scalar_one_or_none()
    return found
