"""What the staff reads of messages: what waits for a person, what came, what went, and one number's conversation.

Three kinds wait for a person: voice messages, texts that the box could not deal with, and texts to patients that did
not arrive or of which nobody knows.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select, text, update

from firmware.phone_number import is_diallable
from firmware.sms_parts import parts_of
from firmware.storage import inbox as received
from firmware.storage import lost_texts, recordings
from firmware.storage.call_schema import voice_messages
from firmware.storage.errors import StorageError
from firmware.storage.ledger import Transaction
from firmware.storage.outbox import readable
from firmware.storage.recordings import MOST_WAITING, SHARED, VoiceMessage
from firmware.storage.text_schema import inbox, outbox, outbox_parts

VOICE, TEXT, LOST = "voice", "text", "lost"
KINDS = (VOICE, TEXT, LOST)
_OWNED: dict[str, Any] = {VOICE: voice_messages, TEXT: inbox}


class TakenBy(StorageError):
    """Somebody else looks after the message (or nobody any more): `owner`."""

    def __init__(self, owner: str | None) -> None:
        super().__init__(f"{owner or 'nobody'} looks after it")
        self.owner = owner


@dataclass(frozen=True)
class Received:
    """A text that came."""

    id: int
    line: str
    number: str  # or the name of a sender without a number
    body: str
    is_partial: bool
    at: datetime
    needs_person: bool
    owner: str | None

    @property
    def is_answerable(self) -> bool:
        """Whether a text could reach the sender."""
        return is_diallable(self.number)


@dataclass(frozen=True)
class Written:
    """A text to somebody, and what became of it."""

    id: int
    number: str
    body: str
    purpose: str
    booking_id: int | None
    state: str
    at: datetime  # when it was queued
    sent_at: datetime | None
    error: str | None
    is_done: bool  # somebody has dealt with it, if it was lost
    author: str | None  # the login of who wrote it; None: the box
    parts_sent: int
    parts_delivered: int

    @property
    def parts(self) -> int:
        """How many it takes."""
        return parts_of(self.body)

    @property
    def is_lost(self) -> bool:
        """Whether it can be sent once more."""
        return self.state in ("failed", "unknown") and not self.is_done


@dataclass(frozen=True)
class Waiting:
    """All that waits for a person, at most `MOST_WAITING` of each; voice by when it is due, the rest oldest first."""

    voice: list[VoiceMessage]
    texts: list[Received]
    lost: list[Written]

    @property
    def count(self) -> int:
        return len(self.voice) + len(self.texts) + len(self.lost)

    @property
    def numbers(self) -> set[str]:
        """Whom it is all about."""
        theirs = {message.number for message in self.voice if message.number}
        return theirs | {text.number for text in self.texts} | {text.number for text in self.lost}


def waiting(tx: Transaction, now: datetime, boxes: Collection[str] = (SHARED,)) -> Waiting:
    """What somebody should look at who opens these boxes of voice messages."""
    lost = [each.id for each in lost_texts.not_arrived(tx, now)[:MOST_WAITING]]
    texts = _RECEIVED.where(text("needs_person = 1")).order_by(inbox.c.id).limit(MOST_WAITING)
    return Waiting(
        voice=recordings.messages_waiting(tx, boxes),
        texts=[_received(row) for row in tx.execute(texts)],
        lost=[_written(row) for row in tx.execute(_WRITTEN.where(outbox.c.id.in_(lost)).order_by(outbox.c.id))],
    )


def came(tx: Transaction, most: int, before: int | None = None) -> list[Received]:
    """All texts that came, newest first, older than the one with the id `before`."""
    newest = _RECEIVED.order_by(inbox.c.id.desc()).limit(most)
    return [_received(row) for row in tx.execute(newest.where(inbox.c.id < before) if before else newest)]


def went(tx: Transaction, most: int, before: int | None = None, states: Collection[str] = ()) -> list[Written]:
    """All texts to somebody (in one of these states), newest first, older than the one with the id `before`."""
    newest = _WRITTEN.order_by(outbox.c.id.desc()).limit(most)
    if states:
        newest = newest.where(outbox.c.state.in_(states))
    return [_written(row) for row in tx.execute(newest.where(outbox.c.id < before) if before else newest)]


def one_received(tx: Transaction, text_id: int) -> Received | None:
    """The text with this id that came."""
    row = tx.execute(_RECEIVED.where(inbox.c.id == text_id)).first()
    return _received(row) if row else None


def conversation(tx: Transaction, number: str, most: int) -> list[Received | Written | VoiceMessage]:
    """The newest texts from and to the number and what it said to the box, oldest first."""
    theirs = _RECEIVED.where(inbox.c.number == number).order_by(inbox.c.received_at.desc()).limit(most)
    ours = _WRITTEN.where(outbox.c.number == number).order_by(outbox.c.created_at.desc()).limit(most)
    found: list[Received | Written | VoiceMessage] = [_received(row) for row in tx.execute(theirs)]
    found += [_written(row) for row in tx.execute(ours)]
    found += recordings.messages_from(tx, number, most)
    return sorted(found, key=_moment)[-most:]


def take(tx: Transaction, kind: str, message_id: int, seen: str | None, owner: str | None) -> None:
    """From now on `owner` (a login, or nobody) looks after it, if `seen` still does; raises `TakenBy`."""
    table = _OWNED[kind]
    mine = update(table).where(table.c.id == message_id, table.c.owner.is_not_distinct_from(seen))
    if tx.execute(mine.values(owner=owner)).rowcount == 0:
        raise TakenBy(tx.execute(select(table.c.owner).where(table.c.id == message_id)).scalar())


def finish(tx: Transaction, now: datetime, kind: str, message_id: int, who: str) -> None:
    """`who` of the staff has dealt with it."""
    if kind == VOICE:
        recordings.finish_message(tx, now, message_id, who)
    elif kind == TEXT:
        received.finish(tx, message_id)
    else:
        lost_texts.finish(tx, now, message_id)


def reopen(tx: Transaction, kind: str, message_id: int) -> None:
    """Undo `finish`: it waits for somebody again."""
    if kind == VOICE:
        recordings.reopen_message(tx, message_id)
    elif kind == TEXT:
        received.reopen(tx, message_id)
    else:
        lost_texts.reopen(tx, message_id)


_RECEIVED: Select[Any] = select(inbox)
_PARTS = select(func.count()).where(outbox_parts.c.outbox_id == outbox.c.id)
_WRITTEN: Select[Any] = select(
    outbox,
    _PARTS.correlate(outbox).scalar_subquery().label("parts_sent"),
    _PARTS.where(outbox_parts.c.report == "delivered").correlate(outbox).scalar_subquery().label("parts_delivered"),
)


def _received(row: Row[Any]) -> Received:
    return Received(
        row.id, row.line, row.number, row.body, bool(row.is_partial), row.received_at, bool(row.needs_person), row.owner
    )


def _written(row: Row[Any]) -> Written:
    return Written(
        row.id, row.number, readable(row.body, row.purpose), row.purpose, row.booking_id, row.state, row.created_at,
        row.sent_at, row.error, row.done_at is not None, row.author, row.parts_sent, row.parts_delivered,
    )  # fmt: skip


def _moment(message: Received | Written | VoiceMessage) -> datetime:
    return message.created_at if isinstance(message, VoiceMessage) else message.at
