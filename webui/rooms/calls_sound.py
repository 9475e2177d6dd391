"""The recording of a call: whether there is one to hear, its sound in ranges as players ask for it, or to take away."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from bottle import HTTPError, HTTPResponse, request, static_file

from firmware.clinic import call_journal
from firmware.clinic.call_journal import Call
from firmware.staff.rights import Right
from firmware.storage import audit, recording_index
from firmware.storage.ledger import Transaction
from firmware.storage.recording_index import Mark
from firmware.storage.recordings import DELETED, RECORDING, Recording
from webui.reader import Reader

LISTENED, TAKEN = "recording heard", "recording taken away"
SAME_HEARING = timedelta(minutes=10)  # a player asks many times; the audit trail tells it once
LONGEST_PICTURE_S = 1800  # the browser decodes all of it: half an hour takes 115 MB there
PACKED = ".ogg"
_TYPES = {".wav": "audio/wav", PACKED: "audio/ogg"}


def context(reader: Reader, tx: Transaction, call: Call) -> dict[str, Any]:
    """What the page of a call shows of its recording."""
    kept = recording_index.keeping(tx, call.id)
    sound = state(reader, tx, call)
    classes = reader.office.desk_settings().recording.keep_days
    return {
        "sound": sound,
        "marks": [(mark, _said(reader, mark)) for mark in recording_index.marks(tx, call.id)] if kept else [],
        "keeping": kept,
        "classes": [(each, reader.words.code("keep_class", each)) for each in {**classes, **_own_class(kept)}],
        "can_be_taken": sound in ("ready", "long") and reader.may(Right.DOWNLOAD),
    }


def state(reader: Reader, tx: Transaction, call: Call) -> str:
    """`ready`, `long` (too long for a picture), or why there is nothing to hear."""
    if not reader.may(Right.LISTEN):
        return "forbidden"
    found = call_journal.recording(tx, call.id)
    if found is None:
        return "none" if call.answered_at or not call.is_over else "unanswered"
    if found.state == DELETED:
        return "deleted"
    if found.state == RECORDING:
        return "finishing" if call.is_over else "running"
    if _file(reader, found) is None:
        return "gone"
    return "long" if (found.seconds or 0) > LONGEST_PICTURE_S else "ready"


def serve(reader: Reader, call_id: str) -> HTTPResponse:
    """The file that the ledger names, and no other."""
    file = _find(reader, call_id) or _find(reader, call_id)  # it may just have been packed, under another name
    if file is None:
        raise HTTPError(404)
    _note(reader, call_id)
    answer: HTTPResponse = static_file(file.name, root=file.parent, mimetype=_TYPES[file.suffix])
    answer.set_header("Cache-Control", "no-store")
    return answer


def take(reader: Reader, call_id: str) -> HTTPResponse:
    """The packed file to keep elsewhere; the audit trail tells each time."""
    file = _find(reader, call_id)
    if file is None:
        raise HTTPError(404)
    if file.suffix != PACKED:
        return reader.refused("calls.not_packed_yet", f"/calls/{call_id}")
    with reader.office.ledger.transaction() as tx:
        audit.record(tx, reader.now, reader.login, TAKEN, call_id)
    answer: HTTPResponse = static_file(file.name, root=file.parent, mimetype=_TYPES[PACKED], download=file.name)
    answer.set_header("Cache-Control", "no-store")
    return answer


def _said(reader: Reader, mark: Mark) -> str:
    return " ".join(filter(None, (reader.words.code("mark", mark.kind), mark.detail)))


def _own_class(kept: recording_index.Keeping | None) -> dict[str, int]:
    """Of a recording whose class the clinic has no more."""
    return {kept.keep_class: 0} if kept else {}


def _find(reader: Reader, call_id: str) -> Path | None:
    with reader.office.ledger.reading() as tx:
        found = call_journal.recording(tx, call_id)
    return _file(reader, found) if found and found.state not in (RECORDING, DELETED) else None


def _file(reader: Reader, found: Recording) -> Path | None:
    file = reader.office.folders.recordings / found.file
    return file if file.name == found.file and file.suffix in _TYPES and file.is_file() else None


def _note(reader: Reader, call_id: str) -> None:
    begins = request.headers.get("Range", "bytes=0-")
    if not begins.startswith("bytes=0-"):
        return
    with reader.office.ledger.reading() as tx:
        if audit.has(tx, reader.now - SAME_HEARING, reader.login, LISTENED, call_id):
            return
    with reader.office.ledger.transaction() as tx:
        audit.record(tx, reader.now, reader.login, LISTENED, call_id)
