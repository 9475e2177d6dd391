"""Which talks are to be judged: so many of each agent and week, drawn by lot when the week is over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from sqlalchemy import Select, exists, func, select

from firmware.clinic.quality_forms import CALLS_MADE
from firmware.storage.call_schema import recordings
from firmware.storage.desk_schema import quality_samples, quality_scores, queue_entries, talks
from firmware.storage.ledger import Transaction
from firmware.storage.staff_schema import users

SHORTEST_S = 15  # a talk that is worth judging
KEPT_WEEKS = 8  # what nobody has judged by then is let go
MOST_TO_DO = 100

_samples, _talks = quality_samples.c, talks.c


@dataclass(frozen=True)
class Drawn:
    """A talk that waits for its judge."""

    week: date
    user_id: int
    agent: str
    call_id: str
    began_at: datetime


@dataclass(frozen=True)
class Progress:
    """Of one agent: how many talks were drawn, and how many of them are judged."""

    drawn: int
    judged: int


def draw(tx: Transaction, now: datetime, zone: tzinfo, per_week: int) -> int:
    """Draw what last week still lacks; how many talks that were."""
    monday = last_week(now.astimezone(zone).date())
    begins, ends = (
        datetime.combine(day, time.min, zone).astimezone(UTC) for day in (monday, monday + timedelta(days=7))
    )
    spoke = select(_talks.user_id).distinct().where(_talks.began_at >= begins, _talks.began_at < ends)
    drawn = 0
    for user_id in tx.execute(spoke).scalars().all():
        counted = select(func.count()).where(_samples.week == monday, _samples.user_id == user_id)
        missing = per_week - tx.execute(counted).scalar_one()
        found = tx.execute(_by_lot(user_id, begins, ends).limit(max(0, missing))).scalars().all()
        drawn += len(found)
        if found:
            rows = [{"call_id": call_id, "user_id": user_id, "week": monday} for call_id in found]
            tx.execute(quality_samples.insert(), rows)
    return drawn


def last_week(today: date) -> date:
    """The Monday of the last week that is over."""
    return today - timedelta(days=today.weekday() + 7)


def to_judge(tx: Transaction, today: date, judge_id: int) -> list[Drawn]:
    """What was drawn, can still be heard and is not judged, the oldest week first; nobody judges their own talks."""
    columns = (_samples.week, _samples.user_id, users.c.name, _samples.call_id, func.min(_talks.began_at))
    waits = (
        select(*columns)
        .join(users, users.c.id == _samples.user_id)
        .join(talks, (_talks.call_id == _samples.call_id) & (_talks.user_id == _samples.user_id))
        .where(_samples.week >= last_week(today) - timedelta(weeks=KEPT_WEEKS - 1), _samples.user_id != judge_id)
        .where(_is_heard(_samples.call_id), ~_is_judged(_samples.call_id, _samples.user_id))
        .group_by(_samples.week, _samples.user_id, users.c.name, _samples.call_id)
    )
    rows = tx.execute(waits.order_by(_samples.week, _samples.user_id, _samples.call_id).limit(MOST_TO_DO))
    return [Drawn(*row) for row in rows]


def progress(tx: Transaction, first: date, last: date) -> dict[int, Progress]:
    """By agent, of the weeks that began from `first` to `last`."""
    judged = func.count().filter(_is_judged(_samples.call_id, _samples.user_id))
    counted = select(_samples.user_id, func.count(), judged).where(_samples.week >= first, _samples.week <= last)
    return {row[0]: Progress(row[1], row[2]) for row in tx.execute(counted.group_by(_samples.user_id))}


def another(tx: Transaction, user_id: int, begins: datetime, ends: datetime) -> str | None:
    """One more talk of the agent from that span by lot; None when all are judged."""
    found: str | None = tx.execute(_by_lot(user_id, begins, ends).limit(1)).scalar()
    return found


def sorts(tx: Transaction, call_id: str) -> Collection[str]:
    """Of which sorts the talks of a call are, as forms name them."""
    spoke = select(_talks.direction, queue_entries.c.queue).join_from(
        talks, queue_entries, queue_entries.c.id == _talks.entry_id, isouter=True
    )
    rows = tx.execute(spoke.where(_talks.call_id == call_id)).all()
    return {f"queue:{row.queue}" if row.queue else CALLS_MADE for row in rows if row.queue or row.direction == "out"}


def _by_lot(user_id: int, begins: datetime, ends: datetime) -> Select[Any]:
    """The agent's talks of a span that can be heard, and that are neither drawn nor judged yet, in random order."""
    is_drawn = exists().where(_samples.call_id == _talks.call_id, _samples.user_id == user_id)
    spoke = select(_talks.call_id).where(
        _talks.user_id == user_id, _talks.began_at >= begins, _talks.began_at < ends, _talks.ended_at.is_not(None)
    )
    free = spoke.where(_is_heard(_talks.call_id), ~is_drawn, ~_is_judged(_talks.call_id, _talks.user_id))
    return free.group_by(_talks.call_id).order_by(func.random())


def _is_heard(call_id: Any) -> Any:
    kept = recordings.c
    return exists().where(kept.call_id == call_id, kept.deleted_at.is_(None), kept.seconds >= SHORTEST_S)


def _is_judged(call_id: Any, user_id: Any) -> Any:
    scores = quality_scores.c
    return exists().where(scores.call_id == call_id, scores.user_id == user_id, scores.is_withdrawn == 0)
