"""What somebody at the desk still has to do: callers whom nobody answered, and matters to follow up.

A number that was missed again is the same task once more, and is done by itself as soon as its owner was reached.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select, text, update

from firmware.clinic import calendar, people
from firmware.clinic.errors import ClinicError
from firmware.clinic.profile import ClinicProfile
from firmware.storage.call_schema import calls
from firmware.storage.calls import TEST_LINES
from firmware.storage.desk_schema import tasks
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.messages import TakenBy

MISSED, QUESTION, OTHER = "missed", "question", "other"
BOX = "box"  # did it itself
DUE_S = 3600  # a missed caller is called back within the hour
MOST_OPEN = 200
MOST_OF_ONE = 20
DETAIL_CHARACTERS = 200

_NOT_DONE = text("tasks.done_at IS NULL")  # as a literal: SQLite uses its partial index only for what it can read


class NoSuchTask(ClinicError):
    """There is no task of this id, or it is no longer what the person saw."""


@dataclass(frozen=True)
class Task:
    """One thing to do; `owner` is the login of who does it, `times` how often the number was missed."""

    id: int
    kind: str  # MISSED, QUESTION or OTHER
    number: str | None
    patient_id: int | None
    call_id: str | None
    detail: str
    times: int
    created_at: datetime
    due_at: datetime | None
    owner: str | None
    done_at: datetime | None
    done_by: str | None
    message_id: int | None = None  # the question whose answer is to be told

    def is_overdue(self, now: datetime) -> bool:
        return self.done_at is None and self.due_at is not None and self.due_at <= now


@dataclass(frozen=True)
class Count:
    """How much is to be done."""

    open: int
    overdue: int


def note_missed(
    tx: Transaction,
    now: datetime,
    call_id: str,
    number: str | None,
    *,
    patient_id: int | None = None,
    due_at: datetime | None = None,
) -> int | None:
    """A caller gave up before anybody answered: the id of the task to call them back, due in an hour unless said.

    None where nobody could call back: a withheld number of somebody unknown, or a call from the test phone.
    """
    number = number or _number_of(tx, patient_id)
    if number is None or _is_test(tx, call_id):
        return None
    again = (
        update(tasks)
        .where(tasks.c.kind == MISSED, tasks.c.number == number, _NOT_DONE)
        .values(times=tasks.c.times + 1, call_id=call_id, patient_id=func.coalesce(patient_id, tasks.c.patient_id))
    )
    same = tx.execute(again.returning(tasks.c.id)).scalar()
    if same is not None:
        return int(same)
    return _insert(
        tx, kind=MISSED, number=number, patient_id=patient_id, call_id=call_id, created_at=now,
        due_at=due_at or later(now, DUE_S),
    )  # fmt: skip


def close_for_number(tx: Transaction, now: datetime, number: str | None, by: str, patient_id: int | None = None) -> int:
    """Somebody has spoken with this number (and this patient): whom nobody answered before has been reached.

    `by` is the login of who did; returns how many tasks that were.
    """
    which = _of_person(number, patient_id)
    if which is None:
        return 0
    reached = update(tasks).where(tasks.c.kind == MISSED, which, _NOT_DONE)
    return tx.execute(reached.values(done_at=now, done_by=by)).rowcount


def due_at(tx: Transaction, profile: ClinicProfile, now: datetime) -> datetime:
    """By when a caller who was missed now is called back: an hour in which people are there."""
    return calendar.after_open_minutes(tx, profile, now, DUE_S // 60)


def message_left(tx: Transaction, now: datetime, call_id: str) -> None:
    """Who was missed in this call has left a message: that is to be done instead."""
    same = update(tasks).where(tasks.c.kind == MISSED, tasks.c.call_id == call_id, _NOT_DONE)
    tx.execute(same.values(done_at=now, done_by=BOX))


def add(
    tx: Transaction,
    now: datetime,
    detail: str,
    *,
    kind: str = OTHER,
    number: str | None = None,
    patient_id: int | None = None,
    call_id: str | None = None,
    message_id: int | None = None,
    due_at: datetime | None = None,
    owner: str | None = None,
) -> int:
    """Something to follow up; its id."""
    return _insert(
        tx, kind=kind, number=number, patient_id=patient_id, call_id=call_id, message_id=message_id,
        detail=detail[:DETAIL_CHARACTERS], created_at=now, due_at=due_at, owner=owner,
    )  # fmt: skip


def of_message(tx: Transaction, message_id: int) -> Task | None:
    """The task to tell the answer to this question, done or not."""
    row = tx.execute(_ALL.where(tasks.c.message_id == message_id)).first()
    return _task(row) if row else None


def task(tx: Transaction, task_id: int) -> Task:
    """The task of this id, done or not; raises `NoSuchTask`."""
    row = tx.execute(_ALL.where(tasks.c.id == task_id)).first()
    if row is None:
        raise NoSuchTask(f"no task {task_id}")
    return _task(row)


def waiting(tx: Transaction, most: int = MOST_OPEN) -> list[Task]:
    """What is to be done, the most urgent first."""
    found = [_task(row) for row in tx.execute(_ALL.where(_NOT_DONE).order_by(tasks.c.created_at).limit(most))]
    return sorted(found, key=lambda each: (each.due_at is None, each.due_at or each.created_at, each.id))


def count(tx: Transaction, now: datetime) -> Count:
    """How much is to be done, and how much of it is overdue."""
    is_late = func.sum(case((tasks.c.due_at <= now, 1), else_=0))
    row = tx.execute(select(func.count(), is_late).select_from(tasks).where(_NOT_DONE)).one()
    return Count(row[0], row[1] or 0)


def of_person(tx: Transaction, number: str | None, patient_id: int | None) -> list[Task]:
    """What is to be done for this number or this patient, oldest first."""
    which = _of_person(number, patient_id)
    if which is None:
        return []
    rows = tx.execute(_ALL.where(which, _NOT_DONE).order_by(tasks.c.created_at).limit(MOST_OF_ONE))
    return [_task(row) for row in rows]


def take(tx: Transaction, task_id: int, seen: str | None, owner: str | None) -> None:
    """From now on `owner` (a login, or nobody) does it, if `seen` still was to; raises `TakenBy`."""
    mine = update(tasks).where(tasks.c.id == task_id, tasks.c.owner.is_not_distinct_from(seen), _NOT_DONE)
    if tx.execute(mine.values(owner=owner)).rowcount == 0:
        raise TakenBy(task(tx, task_id).owner)


def finish(tx: Transaction, now: datetime, task_id: int, who: str) -> None:
    """`who` has done it; raises `NoSuchTask` if it is done already."""
    done = update(tasks).where(tasks.c.id == task_id, _NOT_DONE).values(done_at=now, done_by=who)
    if tx.execute(done).rowcount == 0:
        raise NoSuchTask(f"task {task_id} is not to be done")


def reopen(tx: Transaction, task_id: int) -> None:
    """Undo `finish`. A number that was missed again since then stays one task."""
    was = task(tx, task_id)
    same = tasks.c.kind == MISSED, tasks.c.number == was.number, _NOT_DONE
    if was.kind == MISSED:
        since = tx.execute(update(tasks).where(*same).values(times=tasks.c.times + was.times)).rowcount
        if since:
            return
    tx.execute(update(tasks).where(tasks.c.id == task_id).values(done_at=None, done_by=None))


_ALL: Select[Any] = select(tasks)


def _insert(tx: Transaction, **values: Any) -> int:
    return int(tx.execute(tasks.insert().values(**values).returning(tasks.c.id)).scalar_one())


def _of_person(number: str | None, patient_id: int | None) -> ColumnElement[bool] | None:
    """Each of the two has its index; with neither there is nobody."""
    if number is None:
        return None if patient_id is None else tasks.c.patient_id == patient_id
    by_number = tasks.c.number == number
    return by_number if patient_id is None else or_(by_number, tasks.c.patient_id == patient_id)


def _number_of(tx: Transaction, patient_id: int | None) -> str | None:
    return next(iter(people.numbers(tx, patient_id)), None) if patient_id is not None else None


def _is_test(tx: Transaction, call_id: str) -> bool:
    return tx.execute(select(calls.c.line).where(calls.c.id == call_id)).scalar() in TEST_LINES


def _task(row: Row[Any]) -> Task:
    return Task(
        row.id, row.kind, row.number, row.patient_id, row.call_id, row.detail, row.times, row.created_at, row.due_at,
        row.owner, row.done_at, row.done_by, row.message_id,
    )  # fmt: skip
