"""One small row written again and again: the only way to learn that the ledger can still be written."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from firmware.storage.ledger import Transaction
from firmware.storage.staff_schema import heartbeat

_ONLY_ROW = 1


def beat(tx: Transaction, now: datetime) -> None:
    """Write `now`; on a full or broken disk this (or the commit) fails as the next booking would."""
    row = sqlite.insert(heartbeat).values(id=_ONLY_ROW, at=now)
    tx.execute(row.on_conflict_do_update(index_elements=["id"], set_={"at": now}))


def last_beat(tx: Transaction) -> datetime | None:
    """When the box last wrote; None if it never did."""
    return tx.execute(select(heartbeat.c.at)).scalar()
