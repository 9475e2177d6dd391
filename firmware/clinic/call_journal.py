"""The journal of calls as people search it, and what one call led to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, not_, or_, select

from firmware.clinic import records
from firmware.clinic.errors import ClinicError, NoSuchBooking
from firmware.clinic.records import Booking
from firmware.language.values import Name
from firmware.storage.calls import TEST_LINES
from firmware.storage.ledger import Transaction
from firmware.storage.recordings import Recording
from firmware.storage.schema import booking_events, calls, outbox, patients, recordings, voice_messages

LEFT, NOTHING = "left", "none"  # outcomes to search for: hung up in the middle; ended without any
OUTCOMES = ("booked", "cancelled", "bookings read", "information", "message", "answer heard", LEFT, NOTHING)
MOST_NAMESAKES = 50
MOST_TEXTS = 50
MOST_BOOKINGS = 20


class NoSuchCall(ClinicError):
    """The journal has no call of this id."""


@dataclass(frozen=True)
class Wanted:
    """Which calls: None means any. Instants are aware, `ends` is not included."""

    begins: datetime | None = None
    ends: datetime | None = None
    number: str | None = None  # normal form
    line: str | None = None
    outcome: str | None = None  # one of OUTCOMES
    patients: tuple[int, ...] | None = None
    is_recorded: bool | None = None
    is_test: bool | None = None


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
    is_recorded: bool

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


_ALL: Select[Any] = select(
    calls,
    patients.c.name_zh,
    patients.c.name_en,
    recordings.c.call_id.label("recording"),
).select_from(calls.outerjoin(patients).outerjoin(recordings))
_SOUND = recordings.alias("sound")
_KEPT = select(_SOUND.c.call_id).where(_SOUND.c.call_id == calls.c.id)
_NEWEST_FIRST = (calls.c.started_at.desc(), calls.c.id.desc())


def find(tx: Transaction, wanted: Wanted, most: int, after: Place | None = None) -> list[Call]:
    """The newest calls that suit, newest first; `after`: those that follow the end of a page."""
    conditions = list(_conditions(wanted))
    if after is not None:
        older = calls.c.started_at <= after.started_at
        conditions += [older, not_(and_(calls.c.started_at == after.started_at, calls.c.id >= after.id))]
    rows = tx.execute(_ALL.where(*conditions).order_by(*_NEWEST_FIRST).limit(most))
    return [_call(row) for row in rows]


def call(tx: Transaction, call_id: str) -> Call:
    """The call with this id; raises `NoSuchCall`."""
    row = tx.execute(_ALL.where(calls.c.id == call_id)).first()
    if row is None:
        raise NoSuchCall(f"no call {call_id}")
    return _call(row)


def lines(tx: Transaction, known: list[str]) -> list[str]:
    """The lines that calls came in on, those of `known` that had none yet too; one look-up in the index for each."""
    found = list(known)
    line: str = ""
    while (following := tx.execute(select(func.min(calls.c.line)).where(calls.c.line > line)).scalar()) is not None:
        line = str(following)
        found.append(line)
    return sorted({each for each in found if each not in TEST_LINES})


def namesakes(tx: Transaction, name: str) -> tuple[int, ...]:
    """The patients whose name holds `name`, or whose pinyin begins with it; at most so many."""
    plain = name.lower().replace(" ", "")
    columns = patients.c
    suits = or_(
        columns.name_zh.contains(name, autoescape=True),
        columns.name_en.icontains(name, autoescape=True),
        columns.pinyin.startswith(plain, autoescape=True),
        columns.initials == plain,
    )
    return tuple(tx.execute(select(columns.id).where(suits).limit(MOST_NAMESAKES)).scalars())


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


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    columns = calls.c
    if wanted.begins is not None:
        yield columns.started_at >= wanted.begins
    if wanted.ends is not None:
        yield columns.started_at < wanted.ends
    if wanted.number is not None:
        yield columns.caller == wanted.number
    if wanted.line is not None:
        yield columns.line == wanted.line
    if wanted.outcome is not None:
        yield _outcome(wanted.outcome)
    if wanted.patients is not None:
        yield columns.patient_id.in_(wanted.patients)
    if wanted.is_recorded is not None:
        recorded = _KEPT.exists()  # asked before the patients are looked up: there may be years without a recording
        yield recorded if wanted.is_recorded else not_(recorded)
    if wanted.is_test is not None:
        yield columns.line.in_(TEST_LINES) if wanted.is_test else columns.line.not_in(TEST_LINES)


def _outcome(outcome: str) -> ColumnElement[bool]:
    if outcome == LEFT:  # "left at confirm": so many that the newest are soon found without an index
        return func.substr(calls.c.outcome, 1, len("left at ")) == "left at "
    if outcome == NOTHING:
        return and_(calls.c.outcome.is_(None), calls.c.ended_at.is_not(None))
    return calls.c.outcome == outcome


def _call(row: Row[Any]) -> Call:
    name = Name(row.name_zh, row.name_en) if row.patient_id is not None else None
    return Call(
        row.id, row.line, row.caller, bool(row.is_withheld), row.patient_id, name, row.language, row.flow,
        row.flow_version, row.started_at, row.answered_at, row.ended_at, row.outcome, row.end_reason,
        row.recording is not None,
    )  # fmt: skip
