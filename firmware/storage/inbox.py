"""Texts that came in: parts kept once, joined to whole messages, handed out until somebody handled them.

Networks and modules deliver twice, out of order and in pieces. A part is known by its sender, service-centre time,
concatenation and content; so the same part under another storage index is a duplicate, and the same words truly sent
again are not (their service-centre time differs).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Row, TextClause, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from firmware.clock import Clock
from firmware.phone_number import NotANumber, is_diallable, normalise
from firmware.sms_parts import mend
from firmware.storage import outbox
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.text_schema import inbox, inbox_parts

log = logging.getLogger(__name__)

PART_PATIENCE = timedelta(hours=24)  # how long an incomplete message waits for its other parts
MISSING_PART = "[...]"
SENDER_CHARACTERS = 20
MOST_HANDED = 5  # texts of one number that wait for a person
_HALVES = {0xD800 + at: 0x10F800 + at for at in range(0x800)}  # half an emoji, kept as private use until its rest comes
_HALVES_BACK = {kept: half for half, kept in _HALVES.items()}


@dataclass(frozen=True)
class Part:
    """One part as the line received it; of a text in one piece `total` is 1."""

    line: str
    sender: str
    service_time: str  # as the service centre wrote it
    body: str
    reference: int | None = None
    total: int = 1
    sequence: int = 1

    @property
    def fingerprint(self) -> str:
        """The same for every delivery of the same part, on whatever line and storage index."""
        facts = (self.sender, self.service_time, self.reference, self.total, self.sequence, self.body)
        return sha256(repr(facts).encode()).hexdigest()


@dataclass(frozen=True)
class InboxText:
    """A whole text that waits to be handled."""

    id: int
    line: str
    number: str  # normal form, or the name of a sender that has no number
    body: str
    is_partial: bool  # a part never came; `MISSING_PART` stands in its place
    received_at: datetime

    @property
    def is_answerable(self) -> bool:
        """Whether a reply could reach the sender."""
        return is_diallable(self.number)


class TextKeeper:
    """What a line hands its texts and reports to; returns only when they are on disk."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def keep_part(
        self, line: str, sender: str, service_time: str, body: str, reference: int | None, total: int, sequence: int
    ) -> bool:
        """Keep one part; False for a duplicate."""
        part = Part(line, number_or_name(sender), service_time, body.translate(_HALVES), reference, total, sequence)
        with self._ledger.transaction() as tx:
            is_new = keep_part(tx, self._clock.now(), part)
        if not is_new:
            log.info("line %s: a duplicate text was dropped", line)
        return is_new

    def keep_unreadable(self, line: str, pdu: str) -> None:
        """Keep what is no readable text, for people to look at; no dialogue gets it."""
        with self._ledger.transaction() as tx:
            keep_unreadable(tx, self._clock.now(), line, pdu)

    def keep_report(self, line: str, reference: int, recipient: str, is_delivered: bool) -> None:
        """Note what became of a part that was sent."""
        with self._ledger.transaction() as tx:
            outbox.keep_report(tx, self._clock.now(), line, reference, number_or_name(recipient), is_delivered)

    def give_up_waiting(self) -> int:
        """Hand out what waited too long for its missing parts; how many texts that were."""
        with self._ledger.transaction() as tx:
            return hand_out_partial(tx, self._clock.now())


def number_or_name(sender: str) -> str:
    """The sender's number in normal form, else the name that it gave, printable and not too long."""
    try:
        return normalise(sender)
    except NotANumber:
        return "".join(c for c in sender if c.isprintable())[:SENDER_CHARACTERS].strip() or "?"


def keep_part(tx: Transaction, now: datetime, part: Part) -> bool:
    """Keep a part and join its message if it is the last; False, and nothing kept, for a duplicate."""
    if part.total > 1 and _is_repeated(tx, now, part):
        return False
    try:
        with tx.begin_nested():
            tx.execute(
                insert(inbox_parts).values(
                    fingerprint=part.fingerprint, line=part.line, sender=part.sender, service_time=part.service_time,
                    reference=part.reference, total=part.total, sequence=part.sequence, body=part.body, received_at=now,
                )
            )  # fmt: skip
    except IntegrityError:
        return False
    waiting = _waiting_with(tx, part)
    if any(row.sequence == part.sequence for row in waiting[:-1]):
        _hand_out(tx, now, waiting[:-1])  # the sender has come round to this reference again
        waiting = waiting[-1:]
    if len(waiting) == part.total:
        _hand_out(tx, now, waiting)
    return True


def keep_unreadable(tx: Transaction, now: datetime, line: str, pdu: str) -> None:
    """Keep a PDU that is no text, for a person to look at."""
    part = Part(line, "?", "", pdu)
    if keep_part(tx, now, part):
        found = select(inbox_parts.c.message_id).where(inbox_parts.c.fingerprint == part.fingerprint)
        unreadable = {"handled_at": now, "is_partial": 1, "needs_person": 1}
        tx.execute(update(inbox).where(inbox.c.id == found.scalar_subquery()).values(unreadable))


def hand_out_partial(tx: Transaction, now: datetime) -> int:
    """Make messages, marked partial, of parts whose rest did not come within `PART_PATIENCE`; how many."""
    rows = tx.execute(_PARTS.where(inbox_parts.c.message_id.is_(None)).order_by(inbox_parts.c.id)).all()
    groups: dict[tuple[Any, ...], list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault((row.line, row.sender, row.reference, row.total), []).append(row)
    late = [group for group in groups.values() if group[-1].received_at <= now - PART_PATIENCE]
    for group in late:
        _hand_out(tx, now, group)
    return len(late)


def unhandled(tx: Transaction, limit: int = 50) -> list[InboxText]:
    """Texts that the box has not handled yet, oldest first."""
    return _texts(tx, inbox.c.handled_at.is_(None), limit)


def bodies_before(tx: Transaction, message: InboxText, since: datetime, limit: int) -> list[str]:
    """What the sender of `message` wrote before it, newest first."""
    earlier = select(inbox.c.body).where(
        inbox.c.number == message.number, inbox.c.id < message.id, inbox.c.received_at > since
    )
    return list(tx.execute(earlier.order_by(inbox.c.id.desc()).limit(limit)).scalars())


def for_people(tx: Transaction, limit: int = 200) -> list[InboxText]:
    """Texts that the box could not deal with and that somebody should read, oldest first."""
    return _texts(tx, text("needs_person = 1"), limit)  # literal, as in the partial index


def mark_handled(tx: Transaction, now: datetime, text_id: int, *, needs_person: bool = False) -> None:
    """The box is done with this text; call it in the transaction that did what it asked for."""
    handled = {"handled_at": now, "needs_person": int(needs_person)}
    tx.execute(update(inbox).where(inbox.c.id == text_id).values(handled))


def hand_to_people(tx: Transaction, message: InboxText) -> None:
    """Somebody should read this text; of one number at most `MOST_HANDED` wait, so that a machine floods nobody."""
    waits = select(func.count()).select_from(inbox).where(text("needs_person = 1"), inbox.c.number == message.number)
    if tx.execute(waits).scalar_one() < MOST_HANDED:
        reopen(tx, message.id)


def finish(tx: Transaction, text_id: int) -> None:
    """Somebody has dealt with a text that the box could not."""
    tx.execute(update(inbox).where(inbox.c.id == text_id).values(needs_person=0))


def reopen(tx: Transaction, text_id: int) -> None:
    """Undo `finish`, or leave any text to a person."""
    tx.execute(update(inbox).where(inbox.c.id == text_id).values(needs_person=1))


def _texts(tx: Transaction, condition: ColumnElement[bool] | TextClause, limit: int) -> list[InboxText]:
    rows = tx.execute(select(inbox).where(condition).order_by(inbox.c.id).limit(limit))
    return [
        InboxText(row.id, row.line, row.number, row.body, bool(row.is_partial), row.received_at) for row in rows.all()
    ]


_PARTS = select(inbox_parts)


def _same_message(part: Part) -> Any:
    """Parts of the same message, or of another one under the same reference."""
    columns = inbox_parts.c
    return (
        (columns.sender == part.sender)
        & (columns.reference == part.reference)
        & (columns.total == part.total)
        & (columns.line == part.line)
    )


def _waiting_with(tx: Transaction, part: Part) -> Sequence[Row[Any]]:
    """Parts that wait to be joined with `part`, itself last."""
    if part.total == 1:
        return tx.execute(_PARTS.where(inbox_parts.c.fingerprint == part.fingerprint)).all()
    waiting = _PARTS.where(_same_message(part), inbox_parts.c.message_id.is_(None))
    return tx.execute(waiting.order_by(inbox_parts.c.id)).all()


def _is_repeated(tx: Transaction, now: datetime, part: Part) -> bool:
    """Some service centres send a part again under a new time: the same words in the same place are no new message."""
    columns = inbox_parts.c
    return tx.execute(
        select(columns.id).where(
            _same_message(part),
            columns.sequence == part.sequence,
            columns.body == part.body,
            columns.received_at > now - PART_PATIENCE,
        )
    ).first() is not None  # fmt: skip


def _hand_out(tx: Transaction, now: datetime, parts: Sequence[Row[Any]]) -> None:
    """Join parts, complete or not, to a message."""
    first = parts[0]
    bodies = {row.sequence: row.body for row in parts}
    body = "".join(bodies.get(number, MISSING_PART) for number in range(1, first.total + 1))
    created = tx.execute(
        insert(inbox).values(
            line=first.line, number=first.sender, body=mend(body.translate(_HALVES_BACK)),
            is_partial=int(len(bodies) < first.total), received_at=now,
        )
    )  # fmt: skip
    message_id = created.inserted_primary_key[0] if created.inserted_primary_key else None
    tx.execute(update(inbox_parts).where(inbox_parts.c.id.in_([row.id for row in parts])).values(message_id=message_id))
