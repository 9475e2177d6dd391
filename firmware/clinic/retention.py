"""How long recordings and voice messages are kept: what is over its time, what goes first when the disk is full.

Nothing here deletes; see `purge`. A recording on legal hold is never named, nor are the messages of its call.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, text, tuple_

from firmware.clinic.desk_settings import RecordingRules
from firmware.storage.call_schema import recordings, voice_messages
from firmware.storage.desk_schema import purges
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.recording_index import ORDINARY

DAY_S = 86_400
SHORTEST_DAYS = 1  # a call may still be going on

_columns = recordings.c
_IS_KEPT = _columns.deleted_at.is_(None)
_MAY_GO = _columns.is_held == 0
_KEPT = select(_columns.call_id, _columns.file, _columns.keep_class, _columns.began_at)
_OLDEST_FIRST = (_columns.began_at, _columns.call_id)


@dataclass(frozen=True)
class Kept:
    """A recording that is on the box."""

    call_id: str
    file: str
    keep_class: str
    began_at: datetime


@dataclass(frozen=True)
class OldMessage:
    """A voice message with its sounds, by their files."""

    id: int
    files: tuple[str, ...]


@dataclass(frozen=True)
class PastPurge:
    """What one purge did, and what it could not do."""

    at: datetime
    by_age: int
    by_quota: int
    messages: int
    held: int
    leftovers: int
    orphan_files: int
    orphan_rows: int
    failed: int
    failed_names: str
    used_percent: int


def days_kept(rules: RecordingRules, keep_class: str) -> int:
    """For how many days recordings of the class are kept; those of a class that is there no more, as long as any."""
    days = rules.keep_days.get(keep_class) or max(rules.keep_days.values(), default=0)
    return max(days, SHORTEST_DAYS)


def message_days(rules: RecordingRules) -> int:
    """For how many days a message is kept after somebody has dealt with it."""
    return days_kept(rules, ORDINARY)


def over_time(tx: Transaction, rules: RecordingRules, now: datetime, most: int) -> Iterator[list[Kept]]:
    """The recordings whose time is over, in lists of at most so many; of each class the oldest first."""
    for keep_class in classes_in_use(tx):
        is_due = _columns.began_at < later(now, -days_kept(rules, keep_class) * DAY_S)
        yield from _in_lists(tx, _KEPT.where(_columns.keep_class == keep_class, is_due, _IS_KEPT, _MAY_GO), most)


def oldest(tx: Transaction, rules: RecordingRules, now: datetime, most: int) -> Iterator[list[Kept]]:
    """All that may go when the disk is full, in lists of at most so many, the oldest first."""
    is_old = _columns.began_at < later(now, -max(rules.least_days, SHORTEST_DAYS) * DAY_S)
    yield from _in_lists(tx, _KEPT.where(is_old, _IS_KEPT, _MAY_GO), most)


def all_kept(tx: Transaction, now: datetime, most: int) -> Iterator[list[Kept]]:
    """Every recording that should have a file, without those of calls that may still go on."""
    is_over = _columns.began_at < later(now, -SHORTEST_DAYS * DAY_S)
    yield from _in_lists(tx, _KEPT.where(_IS_KEPT, or_(is_over, _columns.state != "recording")), most)


def held_over_time(tx: Transaction, rules: RecordingRules, now: datetime) -> int:
    """How many would go but for their legal hold."""
    rows = tx.execute(select(_columns.keep_class, _columns.began_at).where(text("is_held = 1"), _IS_KEPT))
    return sum(began_at < later(now, -days_kept(rules, keep_class) * DAY_S) for keep_class, began_at in rows)


def on_hold(tx: Transaction, most: int) -> list[tuple[str, Kept]]:
    """The newest of the recordings on legal hold, with who holds each."""
    columns = (_columns.held_by, _columns.call_id, _columns.file, _columns.keep_class, _columns.began_at)
    held = select(*columns).where(text("is_held = 1"), _IS_KEPT).order_by(_columns.call_id.desc()).limit(most)
    return [(row.held_by, Kept(*row[1:])) for row in tx.execute(held)]


def classes_in_use(tx: Transaction) -> list[str]:
    """The classes that recordings have; one look-up in the index for each."""
    found, last = [], ""
    smallest = select(func.min(_columns.keep_class)).where(_IS_KEPT)
    while (following := tx.execute(smallest.where(_columns.keep_class > last)).scalar()) is not None:
        last = str(following)
        found.append(last)
    return found


def next_to_go(tx: Transaction, rules: RecordingRules, most: int) -> list[tuple[datetime, Kept]]:
    """The recordings whose time is over soonest, with when that is."""
    found = []
    for keep_class in classes_in_use(tx):
        first = _KEPT.where(_columns.keep_class == keep_class, _IS_KEPT, _MAY_GO).order_by(*_OLDEST_FIRST).limit(most)
        kept_s = days_kept(rules, keep_class) * DAY_S
        found += [(later(row.began_at, kept_s), Kept(*row)) for row in tx.execute(first)]
    return sorted(found, key=lambda each: (each[0], each[1].call_id))[:most]


def old_messages(tx: Transaction, rules: RecordingRules, now: datetime, most: int) -> Iterator[list[OldMessage]]:
    """The voice messages that were dealt with so long ago that they go, in lists of at most so many."""
    columns = voice_messages.c
    on_hold = select(_columns.call_id).where(_columns.call_id == columns.call_id, _columns.is_held == 1).exists()
    due = select(columns.id, columns.done_at, columns.file, columns.answer_file).where(
        columns.deleted_at.is_(None), columns.done_at < later(now, -message_days(rules) * DAY_S), ~on_hold
    )
    last: tuple[datetime, int] | None = None
    while True:
        page = due.order_by(columns.done_at, columns.id).limit(most)
        rows = tx.execute(page if last is None else page.where(tuple_(columns.done_at, columns.id) > last)).all()
        if not rows:
            return
        yield [OldMessage(row.id, tuple(filter(None, (row.file, row.answer_file)))) for row in rows]
        last = (rows[-1].done_at, rows[-1].id)


def past_purges(tx: Transaction, most: int) -> list[PastPurge]:
    """The last purges, newest first."""
    names = PastPurge.__dataclass_fields__
    newest = select(*(purges.c[name] for name in names)).order_by(purges.c.id.desc()).limit(most)
    return [PastPurge(*row) for row in tx.execute(newest)]


def _in_lists(tx: Transaction, wanted: Select[Any], most: int) -> Iterator[list[Kept]]:
    """Page by page, each behind the one before: what could not be deleted is not met again."""
    after: ColumnElement[bool] | None = None
    while True:
        page = wanted if after is None else wanted.where(after)
        found = [Kept(*row) for row in tx.execute(page.order_by(*_OLDEST_FIRST).limit(most))]
        if not found:
            return
        yield found
        last = found[-1]
        after = tuple_(*_OLDEST_FIRST) > (last.began_at, last.call_id)
