"""How long callers may still have to wait, as honestly as a small team lets it be known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from firmware.storage.desk_schema import queue_entries, talks
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction

LEAST_TALKS = 5  # fewer say nothing about the next one
LONGEST_MINUTES = 60  # beyond that a number would be a guess
_RECENT_TALKS, _RECENT_S = 100, 14 * 86400
_FINE_MINUTES, _STEP_MINUTES = 5, 5


def minutes_to_wait(place: int, agents_at_work: int, handling_s: Sequence[float]) -> int | None:
    """About how many minutes the caller at this place still waits, rounded up; None when nobody can know.

    `handling_s` is how long recent callers kept an agent, with the work after the call. With n agents one of them
    becomes free every n-th part of that time on average; up to five minutes are told singly, then in fives.
    """
    if not agents_at_work or len(handling_s) < LEAST_TALKS:
        return None
    minutes = math.ceil(place * sum(handling_s) / len(handling_s) / agents_at_work / 60)
    if minutes > _FINE_MINUTES:
        minutes = math.ceil(minutes / _STEP_MINUTES) * _STEP_MINUTES
    return max(1, minutes) if minutes <= LONGEST_MINUTES else None


def handling_times(tx: Transaction, queue: str, now: datetime) -> list[float]:
    """How long each recent caller of the queue kept an agent, in seconds: of the desk's last hundred talks."""
    last = (
        select(talks.c.began_at, talks.c.ended_at, talks.c.wrapped_up_at, talks.c.entry_id)
        .where(talks.c.began_at > later(now, -_RECENT_S))
        .order_by(talks.c.began_at.desc())
        .limit(_RECENT_TALKS)
        .subquery()
    )
    theirs = (
        select(last.c.began_at, last.c.ended_at, last.c.wrapped_up_at)
        .select_from(last.join(queue_entries, queue_entries.c.id == last.c.entry_id))
        .where(queue_entries.c.queue == queue, last.c.ended_at.is_not(None))
    )
    return [((row.wrapped_up_at or row.ended_at) - row.began_at).total_seconds() for row in tx.execute(theirs)]
