"""What whoever answers a call should see at once: who it may be, what they have, what they want.

Each question is about one call, one number or one person, and an index answers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, select, text, update

from firmware.clinic import call_journal, callbacks, people, records, talk_notes, tasks, timeline
from firmware.clinic.call_journal import Call
from firmware.clinic.callbacks import Callback
from firmware.clinic.people import Patient
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.talk_notes import Note
from firmware.clinic.tasks import Task
from firmware.clinic.timeline import Entry
from firmware.storage import calls
from firmware.storage.call_schema import call_events
from firmware.storage.call_schema import calls as call_rows
from firmware.storage.desk_schema import queue_entries, talks
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import bookings
from firmware.storage.staff_schema import users

MOST_OWNERS = 8
MOST_EVENTS = 400
MOST_HISTORY = 8
TRIED_WITHIN = timedelta(days=7)
HISTORY = frozenset({timeline.CALL, timeline.TEXT_IN, timeline.TEXT_OUT, timeline.VOICE})

PROVED, CHOSEN, DESK = "proved", "chosen", "desk"  # kinds of rows in a call's journal
PURPOSE = "purpose "  # with which a row of the kind DESK begins: what a call of ours is about
_IS_HELD = text("bookings.state = 'held'")  # as a literal: SQLite's partial index needs to read it


@dataclass(frozen=True)
class Queued:
    """How the caller came to the desk."""

    queue: str
    turn_at: datetime
    answered_at: datetime | None
    is_callback: bool
    purpose: str
    owner: str | None
    patient_id: int | None


@dataclass(frozen=True)
class Tried:
    """Somebody of ours called this number lately; they may be calling back."""

    at: datetime
    who: str
    purpose: str
    was_reached: bool


@dataclass(frozen=True)
class Pop:
    """All of it. `patient` is who it is taken to be, `owners` whom else the number reaches."""

    call: Call
    number: str | None  # the patient's, whoever called whom
    purpose: str  # of a call that we made
    owners: tuple[Patient, ...]
    patient: Patient | None
    proof: str  # "card", "birth year"; "" while it is only a guess or somebody's choice
    was_chosen: bool  # somebody at the desk said who it is, or that it is none of them
    queued: Queued | None
    visits: tuple[Booking, ...]
    held: Booking | None
    tasks: tuple[Task, ...]
    callbacks: tuple[Callback, ...]
    tried: Tried | None
    history: tuple[Entry, ...]
    notes: tuple[Note, ...]
    events: tuple[dict[str, Any], ...]  # the journal, keys masked


def gather(tx: Transaction, profile: ClinicProfile, now: datetime, call_id: str) -> Pop:
    """What is known about the call; raises `NoSuchCall`."""
    call = call_journal.call(tx, call_id)
    number = number_of(call)
    events = _events(tx, call_id)
    owners = people.owners(tx, number)[:MOST_OWNERS]
    queued = _queued(tx, call_id)
    patient = _patient(tx, call, queued, owners, _was_chosen(events))
    return Pop(
        call=call,
        number=number,
        purpose=_purpose(events) or (queued.purpose if queued else ""),
        owners=tuple(owners),
        patient=patient,
        proof=_last(events, PROVED) if call.patient_id is not None and not _was_chosen(events) else "",
        was_chosen=_was_chosen(events),
        queued=queued,
        visits=tuple(records.of_patient(tx, profile, now, patient.id)) if patient else (),
        held=_held(tx, now, call_id),
        tasks=tuple(tasks.of_person(tx, number, patient.id if patient else None)),
        callbacks=tuple(callbacks.of_number(tx, number)),
        tried=_tried(tx, now, number, call_id),
        history=_history(tx, number, patient, call_id),
        notes=tuple(talk_notes.notes(tx, call_id)),
        events=events,
    )


def choose(tx: Transaction, now: datetime, call_id: str, patient_id: int | None, by: str) -> None:
    """Whoever answers knows who it is, or that it is none of those: from now on everybody who gets the call sees that.

    Raises `NoSuchCall` or `NoSuchPatient`.
    """
    call_journal.call(tx, call_id)
    if patient_id is not None:
        people.patient(tx, patient_id)
    calls.describe(tx, call_id, patient_id=patient_id)
    tx.execute(update(queue_entries).where(queue_entries.c.call_id == call_id).values(patient_id=patient_id))
    calls.note(tx, now, call_id, CHOSEN, by)


def _patient(
    tx: Transaction, call: Call, queued: Queued | None, owners: list[Patient], was_chosen: bool
) -> Patient | None:
    """Whom the dialogue or the desk found; else, as a guess, whom a callback is for or the only owner of the number."""
    if call.patient_id is not None:
        return people.patient(tx, call.patient_id)
    if was_chosen:
        return None
    if queued is not None and queued.patient_id is not None:
        return people.patient(tx, queued.patient_id)
    return owners[0] if len(owners) == 1 else None


def number_of(call: Call) -> str | None:
    """The patient's number, whoever called whom."""
    return call.caller if call.direction == "in" else call.called


def _events(tx: Transaction, call_id: str) -> tuple[dict[str, Any], ...]:
    wanted = select(call_events).where(call_events.c.call_id == call_id).order_by(call_events.c.id)
    return tuple(dict(row._mapping) for row in tx.execute(wanted.limit(MOST_EVENTS)))


def _last(events: tuple[dict[str, Any], ...], kind: str) -> str:
    return next((str(event["detail"]) for event in reversed(events) if event["kind"] == kind), "")


def _purpose(events: tuple[dict[str, Any], ...]) -> str:
    noted = (str(event["detail"]) for event in events if event["kind"] == DESK)
    return next((each.removeprefix(PURPOSE) for each in noted if each.startswith(PURPOSE)), "")


def _was_chosen(events: tuple[dict[str, Any], ...]) -> bool:
    """Whether the desk's word is the last one about who it is."""
    return next((event["kind"] for event in reversed(events) if event["kind"] in (PROVED, CHOSEN)), "") == CHOSEN


def _queued(tx: Transaction, call_id: str) -> Queued | None:
    """By which entry the caller waited, or which promise our call keeps."""
    columns = queue_entries.c
    row = tx.execute(_ENTRY.where(columns.call_id == call_id).limit(1)).first()
    if row is None:
        kept = select(talks.c.entry_id).where(talks.c.call_id == call_id, talks.c.entry_id.is_not(None)).limit(1)
        row = tx.execute(_ENTRY.where(columns.id == kept.scalar_subquery())).first()
    return _entry(row) if row else None


_ENTRY: Select[Any] = select(queue_entries).order_by(queue_entries.c.id.desc())


def _entry(row: Row[Any]) -> Queued:
    return Queued(
        row.queue, row.turn_at, row.answered_at, bool(row.is_callback), row.purpose, row.owner, row.patient_id
    )


def _held(tx: Transaction, now: datetime, call_id: str) -> Booking | None:
    """The time that is kept for the caller while they talk."""
    columns = bookings.c
    theirs = select(columns.id).where(columns.holder == f"call/{call_id}", _IS_HELD, columns.held_until > now)
    key = tx.execute(theirs).scalar()
    return None if key is None else records.booking(tx, key)


def _tried(tx: Transaction, now: datetime, number: str | None, call_id: str) -> Tried | None:
    """The last call of ours to this number, other than this one."""
    if number is None:
        return None
    columns = talks.c
    ours = (
        select(columns.began_at, columns.call_id, users.c.name, columns.ended_at)
        .join(users, users.c.id == columns.user_id)
        .where(columns.number == number, columns.began_at >= now - TRIED_WITHIN, columns.direction == "out")
        .where(columns.call_id != call_id)
        .order_by(columns.began_at.desc())
    )
    row = tx.execute(ours.limit(1)).first()
    if row is None:
        return None
    answered = tx.execute(select(call_rows.c.answered_at).where(call_rows.c.id == row.call_id)).scalar()
    return Tried(row.began_at, row.name, _purpose(_events(tx, row.call_id)), answered is not None)


def _history(tx: Transaction, number: str | None, patient: Patient | None, call_id: str) -> tuple[Entry, ...]:
    """Earlier calls and texts, newest first: the patient's, or the number's while nobody knows whose it is."""
    if patient is not None:
        found, _ = timeline.page(tx, patient.id, HISTORY, MOST_HISTORY + 1)
    elif number is not None:
        found = timeline.of_number(tx, number, MOST_HISTORY + 1)
    else:
        found = []
    return tuple(each for each in found if each.id != call_id)[:MOST_HISTORY]
