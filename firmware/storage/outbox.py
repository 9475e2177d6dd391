"""Texts on their way out, from "queued" to "delivered".

A row is "sending" only while a line has it in hand; it has a `sent_at` from the moment at which the module asks for it.
Whoever finds a row in "sending" at start-up puts it back if it was not asked for yet. Else nobody can know whether it
left: it becomes "unknown" and is never sent again by itself. A delivery report still settles it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, case, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from firmware.phone_number import normalise
from firmware.sms_parts import parts_of
from firmware.storage.errors import StorageError
from firmware.storage.ledger import Transaction
from firmware.storage.prepared import Prepared, named
from firmware.storage.text_schema import IS_NOT_ARRIVED, outbox, outbox_parts

REPORT_PATIENCE = timedelta(days=3)  # the validity period that texts are sent with
ANSWER = "answer"  # purpose of the text whose code leads a patient to a doctor's answer
TEXT_LIFE = timedelta(hours=24)  # a text that could not be sent for so long after it was due only confuses
ERROR_CHARACTERS = 100
_SECRET_CODE = re.compile(r"[0-9]{6}")


class AlreadyAnswered(Exception):
    """This text has its one reply already."""


class AlreadyLeft(StorageError):
    """The text is on its way and can't be called back."""


@dataclass(frozen=True)
class OutboxText:
    """A text that a line may send now."""

    id: int
    number: str  # normal form
    body: str
    attempts: int  # this one included


_QUEUED_COLUMNS = (
    "number",
    "body",
    "purpose",
    "booking_id",
    "line",
    "answers_id",
    "created_at",
    "not_before",
    "author",
)
_QUEUE = Prepared(insert(outbox).values(named(*_QUEUED_COLUMNS) | {"state": "queued"}).returning(outbox.c.id))
_WITHDRAW = (
    update(outbox)
    .where(outbox.c.booking_id == bindparam("which"), outbox.c.state == "queued")
    .values(state="withdrawn")
)


def readable(body: str, purpose: str) -> str:
    """A text as staff read it: a code that is for one patient only stays with that patient."""
    return _SECRET_CODE.sub("••••••", body) if purpose == ANSWER else body


def queue_text(
    tx: Transaction,
    now: datetime,
    number: str,
    body: str,
    purpose: str,
    booking_id: int | None = None,
    answers_id: int | None = None,
    line: str | None = None,
    not_before: datetime | None = None,
    author: str | None = None,
) -> int:
    """Queue a text, its id; part of the caller's transaction, so that a text and its cause are kept together or not
    at all. `author`: who of the staff wrote it.

    Raises `NotANumber`, or `AlreadyAnswered` if the inbox text `answers_id` has a reply."""
    values = {
        "number": normalise(number), "body": body, "purpose": purpose, "booking_id": booking_id, "line": line,
        "answers_id": answers_id, "created_at": now, "not_before": not_before, "author": author,
    }  # fmt: skip
    if answers_id is None:
        return int(_QUEUE.first(tx, **values).id)
    try:
        with tx.begin_nested():
            return int(_QUEUE.first(tx, **values).id)
    except IntegrityError as error:
        raise AlreadyAnswered(f"text {answers_id} has been answered") from error


def withdraw(tx: Transaction, booking_id: int) -> None:
    """What was to be sent about the booking and has not left yet is no longer true."""
    tx.execute(_WITHDRAW, {"which": booking_id})


def close_line(tx: Transaction, now: datetime, line: str) -> None:
    """Nothing leaves through this line any more: what waits for it is withdrawn, the rest is dealt with."""
    of_line = outbox.c.line == line
    tx.execute(update(outbox).where(of_line, outbox.c.state == "queued").values(state="withdrawn"))
    tx.execute(update(outbox).where(of_line, IS_NOT_ARRIVED).values(done_at=now))


def withdraw_text(tx: Transaction, text_id: int) -> None:
    """This one text is not to be sent; raises `AlreadyLeft`."""
    queued = update(outbox).where(outbox.c.id == text_id, outbox.c.state == "queued")
    if tx.execute(queued.values(state="withdrawn")).rowcount == 0:
        raise AlreadyLeft(f"text {text_id} does not wait any more")


def claim_next(tx: Transaction, now: datetime, line: str, *, takes_any: bool = True) -> OutboxText | None:
    """Take the next due text for `line` in hand, replies first, then as they were queued; None when nothing is due.

    Without `takes_any` only texts that must leave through this line are taken.
    """
    columns = outbox.c
    may_leave = or_(columns.line.is_(None), columns.line == line) if takes_any else columns.line == line
    due = (
        select(columns.id)
        .where(
            columns.state == "queued",
            may_leave,
            or_(columns.not_before.is_(None), columns.not_before <= now),
        )
        .order_by(case((columns.purpose == "reply", 0), else_=1), columns.id)
        .limit(1)
        .scalar_subquery()
    )
    row = tx.execute(
        update(outbox)
        .where(columns.id == due, columns.state == "queued")
        .values(state="sending", attempts=columns.attempts + 1)
        .returning(columns.id, columns.number, columns.body, columns.attempts)
    ).first()
    return None if row is None else OutboxText(row.id, row.number, row.body, row.attempts)


def mark_handed_over(tx: Transaction, now: datetime, text_id: int) -> None:
    """The module waits for the text: from now on it may leave at any moment."""
    _settle(tx, text_id, sent_at=now)


def keep_sent_part(tx: Transaction, now: datetime, text_id: int, sequence: int, line: str, reference: int) -> None:
    """The module said that this part left, under this reference."""
    tx.execute(
        insert(outbox_parts).values(outbox_id=text_id, sequence=sequence, line=line, reference=reference, sent_at=now)
    )


def mark_sent(tx: Transaction, now: datetime, text_id: int) -> None:
    """All parts left."""
    _settle(tx, text_id, state="sent", sent_at=now, error=None)
    _settle_delivered(tx, text_id)


def mark_unknown(tx: Transaction, text_id: int, error: str) -> None:
    """The text was handed over and no answer came: it may have left."""
    _settle(tx, text_id, state="unknown", error=error[:ERROR_CHARACTERS])


def mark_failed(tx: Transaction, text_id: int, error: str) -> None:
    """The text will not be sent."""
    _settle(tx, text_id, state="failed", error=error[:ERROR_CHARACTERS])


def put_back(tx: Transaction, text_id: int, not_before: datetime, error: str, counts: bool = True) -> None:
    """The text certainly did not leave; try again from `not_before`. Without `counts` it was not the text's fault."""
    attempts = outbox.c.attempts - (0 if counts else 1)
    values = {"not_before": not_before, "attempts": attempts, "error": error[:ERROR_CHARACTERS]}
    _settle(tx, text_id, state="queued", sent_at=None, **values)


def recover(tx: Transaction) -> int:
    """At start-up: what was handed over when the box died may have left, the rest goes back. How many are in doubt."""
    in_doubt = 0
    not_asked_for = update(outbox).where(outbox.c.state == "sending", outbox.c.sent_at.is_(None))
    tx.execute(not_asked_for.values(state="queued", attempts=outbox.c.attempts - 1))
    for row in tx.execute(select(outbox.c.id, outbox.c.body).where(outbox.c.state == "sending")).all():
        parts = _parts(tx, row.id)
        if len(parts) == parts_of(row.body):
            _settle(tx, row.id, state="sent", sent_at=max(part.sent_at for part in parts))
        else:
            mark_unknown(tx, row.id, "the box stopped while sending")
            in_doubt += 1
    return in_doubt


def expire(tx: Transaction, now: datetime) -> int:
    """Give up texts that were due `TEXT_LIFE` ago and could not be sent since; how many."""
    due_at = func.coalesce(outbox.c.not_before, outbox.c.created_at)
    late = update(outbox).where(outbox.c.state == "queued", due_at <= now - TEXT_LIFE)
    return tx.execute(late.values(state="failed", error="too late")).rowcount


def keep_report(tx: Transaction, now: datetime, line: str, reference: int, recipient: str, is_delivered: bool) -> None:
    """Pair a delivery report with its part; without one, with a text to this number of which nothing is known."""
    parts = outbox_parts.c
    row = tx.execute(
        select(parts.outbox_id, parts.sequence)
        .join(outbox, outbox.c.id == parts.outbox_id)
        .where(
            parts.line == line, parts.reference == reference, parts.report.is_(None),
            parts.sent_at > now - REPORT_PATIENCE, outbox.c.number == recipient,
        )
        .order_by(parts.sent_at.desc())
    ).first()  # fmt: skip
    if row is None:
        _settle_unknown(tx, now, recipient, is_delivered)
        return
    tx.execute(
        update(outbox_parts)
        .where(parts.outbox_id == row.outbox_id, parts.sequence == row.sequence)
        .values(report="delivered" if is_delivered else "failed")
    )
    if is_delivered:
        _settle_delivered(tx, row.outbox_id)
    else:
        _settle(tx, row.outbox_id, state="failed", error="not delivered")


def count_since(tx: Transaction, number: str, since: datetime, purpose: str, *, after: str) -> int:
    """How many texts of `purpose` the number was to get since then, and since its last one of the purpose `after`."""
    recent = (outbox.c.number == number) & (outbox.c.created_at > since)
    last = select(func.max(outbox.c.id)).where(recent, outbox.c.purpose == after).scalar_subquery()
    counted = recent & (outbox.c.purpose == purpose) & (outbox.c.id > func.coalesce(last, 0))
    return tx.execute(select(func.count()).select_from(outbox).where(counted)).scalar_one()


def counts(tx: Transaction) -> dict[str, int]:
    """How many texts are in each state."""
    rows = tx.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state)).all()
    return {row[0]: row[1] for row in rows}


def _settle(tx: Transaction, text_id: int, **values: object) -> None:
    tx.execute(update(outbox).where(outbox.c.id == text_id).values(**values))


def _settle_delivered(tx: Transaction, text_id: int) -> None:
    """The text is delivered when every part of it is reported so."""
    text = tx.execute(select(outbox.c.state, outbox.c.body).where(outbox.c.id == text_id)).one()
    reports = [part.report for part in _parts(tx, text_id)]
    if text.state in ("sent", "unknown") and reports == ["delivered"] * parts_of(text.body):
        _settle(tx, text_id, state="delivered", error=None)


def _parts(tx: Transaction, text_id: int) -> Sequence[Row[Any]]:
    return tx.execute(select(outbox_parts).where(outbox_parts.c.outbox_id == text_id)).all()


def _settle_unknown(tx: Transaction, now: datetime, recipient: str, is_delivered: bool) -> None:
    oldest = (
        select(func.min(outbox.c.id))
        .where(outbox.c.state == "unknown", outbox.c.number == recipient, outbox.c.created_at > now - REPORT_PATIENCE)
        .scalar_subquery()
    )
    values = {"state": "delivered", "error": None} if is_delivered else {"state": "failed", "error": "not delivered"}
    tx.execute(update(outbox).where(outbox.c.id == oldest).values(**values))
