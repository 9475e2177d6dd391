"""The journal of calls: one call, and what it led to. How it is searched stands in `call_search`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, Row, Select, and_, or_, select

from firmware.clinic import records
from firmware.clinic.errors import ClinicError, NoSuchBooking
from firmware.clinic.records import Booking
from firmware.language.values import Name
from firmware.storage.call_schema import calls, recordings, voice_messages
from firmware.storage.calls import TEST_LINES
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import patients
from firmware.storage.recordings import Recording
from firmware.storage.roster_schema import booking_events
from firmware.storage.text_schema import outbox

MOST_TEXTS = 50
MOST_BOOKINGS = 20

_COLUMNS = (
    "id", "line", "caller", "is_withheld", "patient_id", "language", "flow", "flow_version", "started_at",
    "answered_at", "ended_at", "outcome", "end_reason", "direction", "called",
)  # fmt: skip


class NoSuchCall(ClinicError):
    """The journal has no call of this id."""


@dataclass(frozen=True)
class Place:
    """Where a page of the list ends."""

    started_at: datetime
    id: str


@dataclass(frozen=True)
class Call:
    """One call; `caller` is whatever a stranger claimed."""

    id: str
    line: str
    caller: str | None
    is_withheld: bool
    patient_id: int | None
    patient: Name | None
    language: str | None
    flow: str | None
    flow_version: int | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    outcome: str | None  # None while it goes on, and when nothing came of it
    end_reason: str | None
    is_recorded: bool  # and the recording is still there
    direction: str = "in"  # in, out, inside
    called: str | None = None  # the number that was called

    @property
    def place(self) -> Place:
        return Place(self.started_at, self.id)

    @property
    def is_over(self) -> bool:
        return self.ended_at is not None

    @property
    def is_test(self) -> bool:
        return self.line in TEST_LINES

    @property
    def seconds(self) -> float:
        """How long it lasted; 0 while it goes on."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else 0.0


@dataclass(frozen=True)
class CausedText:
    """A text that was queued because of a call."""

    id: int
    number: str
    body: str
    state: str
    created_at: datetime


def rows_of(source: FromClause) -> Select[Any]:
    """What `from_row` reads, of the calls in `source`: the table itself, or some of its rows."""
    columns = source.c
    names = (columns[name] for name in _COLUMNS)
    is_kept = and_(recordings.c.call_id == columns.id, recordings.c.deleted_at.is_(None))
    joined = source.outerjoin(patients, patients.c.id == columns.patient_id).outerjoin(recordings, is_kept)
    return select(*names, patients.c.name_zh, patients.c.name_en, recordings.c.call_id.label("recording")).select_from(
        joined
    )


def call(tx: Transaction, call_id: str) -> Call:
    """The call with this id; raises `NoSuchCall`."""
    row = tx.execute(rows_of(calls).where(calls.c.id == call_id)).first()
    if row is None:
        raise NoSuchCall(f"no call {call_id}")
    return from_row(row)


def bookings_made(tx: Transaction, call_id: str) -> list[tuple[str, Booking]]:
    """What the call did with visits, in order: ("booked" or "cancelled", the visit as it stands now)."""
    columns = booking_events.c
    wanted = select(columns.what, columns.booking_id).where(columns.cause == f"call/{call_id}")
    rows = tx.execute(wanted.order_by(columns.id).limit(MOST_BOOKINGS)).all()
    return [(row.what, found) for row in rows if (found := _booking(tx, row.booking_id))]


def recording(tx: Transaction, call_id: str) -> Recording | None:
    """Where the sound of the call lies, if it was recorded."""
    columns = recordings.c
    wanted = select(columns.call_id, columns.file, columns.state, columns.seconds)
    row = tx.execute(wanted.where(columns.call_id == call_id)).first()
    return Recording(*row) if row else None


def left_message(tx: Transaction, call_id: str) -> bool:
    """Whether the caller left a voice message."""
    return tx.execute(select(voice_messages.c.id).where(voice_messages.c.call_id == call_id)).first() is not None


def texts_caused(tx: Transaction, one: Call, now: datetime, booking_ids: list[int]) -> list[CausedText]:
    """The texts queued while the call went on: about its visits, or to its number."""
    columns = outbox.c
    about = columns.booking_id.in_(booking_ids)
    suits = or_(about, columns.number == one.caller) if one.caller else about
    during = columns.created_at.between(one.started_at, one.ended_at or now)
    wanted = select(columns.id, columns.number, columns.body, columns.state, columns.created_at)
    rows = tx.execute(wanted.where(suits, during).order_by(columns.id).limit(MOST_TEXTS))
    return [CausedText(*row) for row in rows]


def _booking(tx: Transaction, booking_id: int) -> Booking | None:
    try:
        return records.booking(tx, booking_id)
    except NoSuchBooking:
        return None


def from_row(row: Row[Any]) -> Call:
    """The call in a row of `rows_of`."""
    name = Name(row.name_zh, row.name_en) if row.patient_id is not None else None
    return Call(
        row.id, row.line, row.caller, bool(row.is_withheld), row.patient_id, name, row.language, row.flow,
        row.flow_version, row.started_at, row.answered_at, row.ended_at, row.outcome, row.end_reason,
        row.recording is not None, row.direction, row.called,
    )  # fmt: skip
