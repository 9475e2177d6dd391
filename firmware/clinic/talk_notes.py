"""What people at the desk write about a call: notes while it goes on, and what it was about in one word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update

from firmware.clinic.desk_settings import DeskSettings
from firmware.clinic.errors import ClinicError
from firmware.language.values import Name
from firmware.storage.desk_schema import call_notes, queue_entries, talks
from firmware.storage.ledger import Transaction
from firmware.storage.staff_schema import users

MOST_NOTES = 50
NOTE_CHARACTERS = 2000


class NotYourTalk(ClinicError):
    """Only who has spoken in a call says what it was about."""


class NoSuchDisposition(ClinicError):
    """The clinic does not sort its calls by this word."""


@dataclass(frozen=True)
class Note:
    """What one person wrote about one call."""

    author: str  # the login
    at: datetime  # when it was last changed
    body: str


@dataclass(frozen=True)
class TalkPart:
    """One agent's part in a call."""

    id: int
    call_id: str
    queue: str | None
    direction: str
    began_at: datetime
    ended_at: datetime | None
    wrapped_up_at: datetime | None
    disposition: str | None


def notes(tx: Transaction, call_id: str) -> list[Note]:
    """All notes of the call, the oldest first."""
    columns = call_notes.c
    wanted = select(columns.author, columns.at, columns.body).where(columns.call_id == call_id)
    return [Note(*row) for row in tx.execute(wanted.order_by(columns.id).limit(MOST_NOTES))]


def save(tx: Transaction, now: datetime, call_id: str, author: str, body: str) -> None:
    """This is now all that `author` has to say about the call: they write while they talk, so one note each."""
    columns = call_notes.c
    own = (columns.call_id == call_id, columns.author == author)
    body = body.strip()[:NOTE_CHARACTERS]
    if not body:
        tx.execute(delete(call_notes).where(*own))
    elif tx.execute(update(call_notes).where(*own).values(body=body, at=now)).rowcount == 0:
        tx.execute(insert(call_notes).values(call_id=call_id, author=author, body=body, at=now))


def key_of(disposition: Name) -> str:
    """How a talk's disposition is kept; the words in both languages may be looked up by it."""
    return disposition.zh or disposition.en


def disposition_name(settings: DeskSettings, key: str) -> Name:
    """The words for what is kept; the key itself for one that the clinic uses no more."""
    return next((each for each in settings.dispositions if key_of(each) == key), Name(key, key))


def part_of(tx: Transaction, user_id: int, call_id: str) -> TalkPart | None:
    """The last part that this agent had in the call."""
    row = tx.execute(_PARTS.where(talks.c.user_id == user_id, talks.c.call_id == call_id).limit(1)).first()
    return _part(row) if row else None


def dispose(tx: Transaction, settings: DeskSettings, user_id: int, call_id: str, key: str) -> None:
    """Say what the call was about; raises `NotYourTalk` or `NoSuchDisposition`."""
    if key not in map(key_of, settings.dispositions):
        raise NoSuchDisposition(f"no disposition {key}")
    part = part_of(tx, user_id, call_id)
    if part is None:
        raise NotYourTalk(f"user {user_id} had no part in the call")
    tx.execute(update(talks).where(talks.c.id == part.id).values(disposition=key))


def dispositions(tx: Transaction, call_id: str) -> list[tuple[str, str]]:
    """What each agent said that the call was about: (the agent's name, the disposition), in the order they talked."""
    said = select(users.c.name, talks.c.disposition).join(users, users.c.id == talks.c.user_id)
    wanted = said.where(talks.c.call_id == call_id, talks.c.disposition.is_not(None)).order_by(talks.c.id)
    return [(row.name, row.disposition) for row in tx.execute(wanted.limit(MOST_NOTES))]


def needs_disposition(settings: DeskSettings, part: TalkPart | None) -> bool:
    """Whether the work after the call can't end yet: its queue wants to know what the call was about."""
    if part is None or part.queue is None or part.disposition:
        return False
    return settings.queue(part.queue).needs_disposition


_PARTS: Select[Any] = (
    select(talks, queue_entries.c.queue)
    .select_from(talks.outerjoin(queue_entries, talks.c.entry_id == queue_entries.c.id))
    .order_by(talks.c.id.desc())
)


def _part(row: Row[Any]) -> TalkPart:
    return TalkPart(
        row.id, row.call_id, row.queue, row.direction, row.began_at, row.ended_at, row.wrapped_up_at, row.disposition
    )
