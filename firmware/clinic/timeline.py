"""One patient's history: calls, texts both ways, what happened to bookings, voice messages; newest first, in pages.

What belongs to a patient is what names the patient, and what came from (or went to) one of the patient's numbers
without naming somebody else of the same number.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, Select, or_, select

from firmware.clinic import moving, people
from firmware.clinic.moving import Before
from firmware.storage.call_schema import calls, voice_messages
from firmware.storage.ledger import Transaction
from firmware.storage.outbox import readable
from firmware.storage.roster_schema import booking_events, bookings
from firmware.storage.schema import instant_text
from firmware.storage.text_schema import inbox, outbox

CALL, TEXT_IN, TEXT_OUT, BOOKING, VOICE = "call", "text-in", "text-out", "booking", "voice"
KINDS = (CALL, TEXT_IN, TEXT_OUT, BOOKING, VOICE)
MOST_NUMBERS = 10


@dataclass(frozen=True)
class Entry:
    """One thing that happened; what its kind does not have is empty."""

    at: datetime
    kind: str  # one of `KINDS`
    id: int | str
    number: str | None = None
    state: str = ""  # of a text; a call's outcome; what happened to the booking
    body: str = ""
    seconds: int | None = None
    booking_id: int | None = None
    who: str = ""  # of the staff; the channel
    line: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        """Where it stands in the order of the timeline; of equal moments the order is fixed by the rest."""
        return instant_text(self.at), self.kind, f"{self.id:020}" if isinstance(self.id, int) else self.id

    @property
    def cursor(self) -> str:
        """Names its place in an address."""
        return "~".join(self.place)


@dataclass(frozen=True)
class _Source:
    """One kind of thing and where the ledger keeps it."""

    kind: str
    tables: FromClause
    columns: tuple[ColumnElement[Any], ...]
    at: ColumnElement[datetime]
    id: ColumnElement[Any]
    entry: Callable[[Row[Any]], Entry]


def page(
    tx: Transaction, patient_id: int, kinds: frozenset[str], most: int, before: str = ""
) -> tuple[list[Entry], str | None]:
    """The newest entries of these kinds before the cursor `before`; and the cursor for more, None when that was all."""
    place = _place(before)
    streams = [
        _read(tx, source, which, place, most + 1) for source, which in _wanted(tx, patient_id) if source.kind in kinds
    ]
    found: list[Entry] = []
    for entry in heapq.merge(*streams, key=lambda each: each.place, reverse=True):
        if not found or found[-1].place != entry.place:  # a text of a booking to the patient's own number comes twice
            found.append(entry)
        if len(found) > most:
            return found[:most], found[most - 1].cursor
    return found, None


def of_number(tx: Transaction, number: str, most: int) -> list[Entry]:
    """The newest calls, texts and voice messages from and to a number, newest first, whoever it was."""
    wanted = (
        (_CALLS, calls.c.caller == number),
        (_RECEIVED, inbox.c.number == number),
        (_SENT, outbox.c.number == number),
        (_VOICE, voice_messages.c.number == number),
    )
    streams = [_read(tx, source, which, None, most) for source, which in wanted]
    return list(heapq.merge(*streams, key=lambda each: each.place, reverse=True))[:most]


def where_it_was(tx: Transaction, entries: Iterable[Entry]) -> dict[Entry, Before]:
    """Where the visits of these entries were after what happened, as far as they have been moved since."""
    told = [entry for entry in entries if entry.kind == BOOKING]
    events = booking_events.c
    moves = select(events.id, events.booking_id, events.detail).where(
        events.booking_id.in_({entry.booking_id for entry in told}), events.what == "moved"
    )
    found = tx.execute(moves.order_by(events.id.desc())).all()  # so that the first move after an entry is set last
    return {
        entry: moving.before(move.detail)
        for move in found
        for entry in told
        if move.booking_id == entry.booking_id and move.id > int(entry.id)
    }


def _wanted(tx: Transaction, patient_id: int) -> Iterator[tuple[_Source, ColumnElement[bool]]]:
    """Each question is about one number or one person, so that an index answers it in the order of time."""
    visits = select(bookings.c.id).where(bookings.c.patient_id == patient_id)
    yield _CALLS, calls.c.patient_id == patient_id
    yield _EVENTS, bookings.c.patient_id == patient_id
    yield _SENT, outbox.c.booking_id.in_(visits)
    yield _VOICE, voice_messages.c.call_id.in_(select(calls.c.id).where(calls.c.patient_id == patient_id))
    for number in people.numbers(tx, patient_id)[:MOST_NUMBERS]:
        nobody_else = or_(calls.c.patient_id.is_(None), calls.c.patient_id == patient_id)
        yield _CALLS, (calls.c.caller == number) & nobody_else
        yield _RECEIVED, inbox.c.number == number
        yield _SENT, (outbox.c.number == number) & or_(outbox.c.booking_id.is_(None), outbox.c.booking_id.in_(visits))
        yield _VOICE, (voice_messages.c.number == number) & nobody_else


def _read(
    tx: Transaction, source: _Source, which: ColumnElement[bool], place: tuple[str, str, str] | None, most: int
) -> list[Entry]:
    wanted: Select[Any] = select(*source.columns).select_from(source.tables).where(which)
    if place is not None:
        wanted = wanted.where(source.at <= datetime.fromisoformat(place[0]))
        most += _ties(tx, source, which, place)
    rows = tx.execute(wanted.order_by(source.at.desc(), source.id.desc()).limit(most))
    entries = sorted(map(source.entry, rows), key=lambda each: each.place, reverse=True)
    return [each for each in entries if place is None or each.place < place]


def _ties(tx: Transaction, source: _Source, which: ColumnElement[bool], place: tuple[str, str, str]) -> int:
    """How many stand at the cursor's very moment: some of them were shown, and must not use up the page."""
    at_once = select(source.id).select_from(source.tables).where(which, source.at == datetime.fromisoformat(place[0]))
    return len(tx.execute(at_once).all())


def _place(cursor: str) -> tuple[str, str, str] | None:
    """The place that a cursor names; None for none, or for one that nobody made here."""
    parts = cursor.split("~")
    if len(parts) != 3 or parts[1] not in KINDS:
        return None
    try:
        moment = datetime.fromisoformat(parts[0])
        return (instant_text(moment), parts[1], parts[2]) if moment.tzinfo else None
    except (ValueError, OverflowError):  # the calendar may end in UTC where it goes on elsewhere
        return None


def _call(row: Row[Any]) -> Entry:
    length = round((row.ended_at - row.started_at).total_seconds()) if row.ended_at else None
    state = row.outcome or ("none" if row.ended_at else "running")
    return Entry(row.started_at, CALL, row.id, row.caller, state, seconds=length, line=row.line)


def _received(row: Row[Any]) -> Entry:
    return Entry(row.received_at, TEXT_IN, row.id, row.number, body=row.body, line=row.line)


def _sent(row: Row[Any]) -> Entry:
    return Entry(
        row.created_at, TEXT_OUT, row.id, row.number, row.state, readable(row.body, row.purpose),
        booking_id=row.booking_id, who=row.author or "", line=row.line or "",
    )  # fmt: skip


def _event(row: Row[Any]) -> Entry:
    who = (row.cause or "") if row.channel == "desk" else ""
    return Entry(row.at, BOOKING, row.id, state=row.what, booking_id=row.booking_id, who=who, line=row.channel)


def _voice(row: Row[Any]) -> Entry:
    state = "waiting" if row.done_at is None else "done"
    return Entry(row.created_at, VOICE, row.id, row.number, state, seconds=row.seconds, who=row.done_by or "")


_CALLS = _Source(CALL, calls, tuple(calls.c), calls.c.started_at, calls.c.id, _call)
_RECEIVED = _Source(TEXT_IN, inbox, tuple(inbox.c), inbox.c.received_at, inbox.c.id, _received)
_SENT = _Source(TEXT_OUT, outbox, tuple(outbox.c), outbox.c.created_at, outbox.c.id, _sent)
_EVENTS = _Source(
    BOOKING, booking_events.join(bookings), tuple(booking_events.c), booking_events.c.at, booking_events.c.id, _event
)
_VOICE = _Source(
    VOICE, voice_messages.outerjoin(calls), tuple(voice_messages.c), voice_messages.c.created_at, voice_messages.c.id,
    _voice,
)  # fmt: skip
