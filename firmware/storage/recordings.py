"""The index of recorded calls and of messages that callers left; the sound lies in files."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, select, text, update

from firmware.storage.call_schema import calls, recordings, voice_messages
from firmware.storage.ledger import Transaction

RECORDING = "recording"
COMPLETE = "complete"
ARCHIVED = "archived"
DELETED = "deleted"
SHARED = "shared"  # the box of messages for whoever is at the desk
MOST_WAITING = 200
_FOR = "@"  # between a message's name and its box

_MESSAGE_HEADER_BYTES = 58  # of one channel of u-law: audio.recording_file
_MESSAGE_BYTES_A_SECOND = 8000  # reckoned from the size, for what a crash cut short may say nothing of its length

_ADVANCE = (
    update(recordings)
    .where(recordings.c.call_id == bindparam("which"), recordings.c.deleted_at.is_(None))
    .values(state=bindparam("new_state"), file=bindparam("new_file"), seconds=bindparam("length_s"))
)
_ARCHIVE = (
    update(recordings)
    .where(recordings.c.call_id == bindparam("which"), recordings.c.deleted_at.is_(None))
    .values(state=ARCHIVED, file=bindparam("new_file"))
)


@dataclass(frozen=True)
class Recording:
    """The recording of one call; `file` is relative to the recordings folder."""

    call_id: str
    file: str
    state: str
    seconds: int | None


@dataclass(frozen=True)
class VoiceMessage:
    """What a caller left on the box; `file` is relative to the folder of messages."""

    id: int
    call_id: str | None
    number: str | None
    file: str
    seconds: int
    created_at: datetime
    done_at: datetime | None = None
    done_by: str | None = None  # of the staff
    owner: str | None = None  # the login of who looks after it
    box: str = SHARED
    due_at: datetime | None = None
    patient_id: int | None = None  # who has shown who they are
    queue: str | None = None  # in which the caller had waited for a person before
    language: str | None = None
    answer_file: str | None = None  # relative to the folder of messages
    answer_text: str | None = None
    answered_at: datetime | None = None
    answered_by: str | None = None  # of the staff
    answer_code: str | None = None
    heard_at: datetime | None = None  # when the answer was played or told to the patient
    deleted_at: datetime | None = None  # when its sound went, at the end of its time

    @property
    def is_for_desk(self) -> bool:
        """Whether the desk tells the patient a doctor's answer, since no text could say how to hear it."""
        return self.answered_at is not None and self.answer_code is None

    def is_overdue(self, now: datetime) -> bool:
        return self.done_at is None and self.due_at is not None and self.due_at <= now


_MESSAGES = select(*(voice_messages.c[each.name] for each in fields(VoiceMessage)))
_FIRST_DUE = (func.coalesce(voice_messages.c.due_at, voice_messages.c.created_at), voice_messages.c.id)


def begin(tx: Transaction, call_id: str, file: str) -> None:
    """The call is being recorded to `file`."""
    began_at = select(calls.c.started_at).where(calls.c.id == call_id).scalar_subquery()
    tx.execute(recordings.insert().values(call_id=call_id, file=file, state=RECORDING, began_at=began_at))
    tx.execute(update(calls).where(calls.c.id == call_id).values(has_sound=1))


def complete(tx: Transaction, call_id: str, file: str, seconds: int) -> None:
    """The call is over and its sound whole."""
    tx.execute(_ADVANCE, {"which": call_id, "new_state": COMPLETE, "new_file": file, "length_s": seconds})


def archive(tx: Transaction, call_id: str, file: str) -> None:
    """The sound was packed into `file`."""
    tx.execute(_ARCHIVE, {"which": call_id, "new_file": file})


def unpacked(tx: Transaction) -> list[Recording]:
    """Those not archived yet, oldest first: also what a crash left in the state "recording"."""
    rows = tx.execute(
        select(recordings).where(text("state IN ('recording', 'complete')")).order_by(recordings.c.call_id)
    )
    return [Recording(row.call_id, row.file, row.state, row.seconds) for row in rows]


def add_message(
    tx: Transaction, now: datetime, call_id: str | None, number: str | None, file: str, seconds: int, **more: Any
) -> int:
    """A caller left a message; returns its id. `more`: other columns, by name."""
    row = {"call_id": call_id, "number": number, "file": file, "seconds": seconds, "created_at": now, **more}
    key: int = tx.execute(voice_messages.insert().returning(voice_messages.c.id), row).scalar_one()
    return key


def message_file(call_id: str, count: int, box: str) -> str:
    """How a message's file is called: for whom it is survives a crash that takes its row."""
    return f"{call_id}-{count}.wav" if box == SHARED else f"{call_id}-{count}{_FOR}{box.replace('/', '-')}.wav"


def find_lost_messages(tx: Transaction, now: datetime, folder: Path) -> int:
    """Make rows of the messages in `folder` that have none, as after a crash, so that staff find them; how many."""
    known = set(tx.execute(select(voice_messages.c.file)).scalars())
    lost = [file for file in sorted(folder.glob("*.wav")) if file.name not in known]
    for file in lost:
        name, _, box = file.stem.partition(_FOR)
        name_of_call = name.rpartition("-")[0]
        wanted = select(calls.c.id, calls.c.caller, calls.c.started_at).where(calls.c.id == name_of_call)
        call = tx.execute(wanted).first()
        at, call_id, number = (call.started_at, call.id, call.caller) if call else (now, None, None)
        add_message(tx, at, call_id, number, file.name, _seconds(file), box=box.replace("-", "/", 1) or SHARED)
    return len(lost)


def messages_waiting(
    tx: Transaction, boxes: Collection[str] | None = None, most: int = MOST_WAITING
) -> list[VoiceMessage]:
    """The messages that nobody has dealt with, the overdue first; of all boxes, or what waits in these."""
    waits = _MESSAGES.where(voice_messages.c.done_at.is_(None)).order_by(*_FIRST_DUE).limit(most)
    rows = tx.execute(waits if boxes is None else waits.where(waits_in(boxes)))
    return [VoiceMessage(*row) for row in rows]


def waits_in(boxes: Collection[str]) -> ColumnElement[bool]:
    """Of what is not done: what waits for whoever looks after these boxes. A question that was answered waits in none:
    where no text told the patient how to hear the answer, the desk has a task."""
    box = func.trim(voice_messages.c.box)  # as functions: SQLite would search a whole box rather than what is not done
    return and_(box.in_(boxes), voice_messages.c.answered_at.is_(None))


def messages(
    tx: Transaction, most: int, before: int | None = None, boxes: Collection[str] | None = None
) -> list[VoiceMessage]:
    """All messages (of these boxes), newest first, older than the one with the id `before`."""
    newest = _MESSAGES.order_by(voice_messages.c.id.desc()).limit(most)
    if boxes is not None:
        newest = newest.where(voice_messages.c.box.in_(boxes))
    return [VoiceMessage(*row) for row in tx.execute(newest.where(voice_messages.c.id < before) if before else newest)]


def messages_from(tx: Transaction, number: str, most: int) -> list[VoiceMessage]:
    """What the number said, newest first."""
    theirs = _MESSAGES.where(voice_messages.c.number == number).order_by(voice_messages.c.created_at.desc())
    return [VoiceMessage(*row) for row in tx.execute(theirs.limit(most))]


def message(tx: Transaction, message_id: int) -> VoiceMessage | None:
    """The message with this id."""
    row = tx.execute(_MESSAGES.where(voice_messages.c.id == message_id)).first()
    return VoiceMessage(*row) if row else None


def finish_message(tx: Transaction, now: datetime, message_id: int, who: str) -> None:
    """`who` of the staff has dealt with the message."""
    waits = (voice_messages.c.id == message_id, voice_messages.c.done_at.is_(None))  # else who was first stays noted
    tx.execute(update(voice_messages).where(*waits).values(done_at=now, done_by=who))


def reopen_message(tx: Transaction, message_id: int) -> None:
    """Undo `finish_message`: it waits for somebody again."""
    open_again = update(voice_messages).where(voice_messages.c.id == message_id)
    told_by_desk = case((voice_messages.c.answer_code.is_(None), None), else_=voice_messages.c.heard_at)
    tx.execute(open_again.values(done_at=None, done_by=None, heard_at=told_by_desk))


def _seconds(sound: Path) -> int:
    return round(max(0, sound.stat().st_size - _MESSAGE_HEADER_BYTES) / _MESSAGE_BYTES_A_SECOND)
