"""What a process that died left in the ledger: calls ended with it, and what patients were promised stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from firmware.storage.desk_schema import offers, queue_entries, talks
from firmware.storage.ledger import Transaction

_IS_OPEN = queue_entries.c.state.in_(("waiting", "calling"))
_ON_THE_LINE = queue_entries.c.is_callback == 0


@dataclass(frozen=True)
class CutOff:
    """Somebody whose call ended without a word: they waited, or were being spoken with."""

    call_id: str
    number: str | None
    patient_id: int | None


def cut_off(tx: Transaction) -> list[CutOff]:
    """Those who had called and whom nobody could say goodbye to."""
    talking = select(talks.c.entry_id).where(talks.c.ended_at.is_(None), talks.c.direction == "in")
    wanted = (_IS_OPEN & _ON_THE_LINE) | queue_entries.c.id.in_(talking)
    rows = tx.execute(select(queue_entries).where(wanted).order_by(queue_entries.c.id)).all()
    by_call = {row.call_id: CutOff(row.call_id, row.number, row.patient_id) for row in rows if row.call_id}
    return list(by_call.values())


def end(tx: Transaction, now: datetime) -> None:
    """Nothing of before goes on; callbacks wait for their turn again."""
    tx.execute(update(talks).where(talks.c.ended_at.is_(None)).values(ended_at=now, ended_by="lost"))
    tx.execute(update(talks).where(talks.c.wrapped_up_at.is_(None)).values(wrapped_up_at=now))
    tx.execute(update(offers).where(offers.c.ended_at.is_(None)).values(ended_at=now, outcome="gone"))
    tx.execute(update(queue_entries).where(_IS_OPEN, _ON_THE_LINE).values(state="abandoned", left_at=now))
    tx.execute(update(queue_entries).where(_IS_OPEN, queue_entries.c.is_callback == 1).values(state="waiting"))
