"""The recording of a call: whether there is one to hear, and its sound in ranges as players ask for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bottle import HTTPError, HTTPResponse, request, static_file

from firmware.clinic import call_journal
from firmware.clinic.call_journal import Call
from firmware.staff.rights import Right
from firmware.storage import audit
from firmware.storage.ledger import Transaction
from firmware.storage.recordings import RECORDING, Recording
from webui.reader import Reader

LISTENED = "recording heard"
SAME_HEARING = timedelta(minutes=10)  # a player asks many times; the audit trail tells it once
LONGEST_PICTURE_S = 1800  # the browser decodes all of it: half an hour takes 115 MB there
_TYPES = {".wav": "audio/wav", ".ogg": "audio/ogg"}


def state(reader: Reader, tx: Transaction, call: Call) -> str:
    """`ready`, `long` (too long for a picture), or why there is nothing to hear."""
    if not reader.may(Right.LISTEN):
        return "forbidden"
    found = call_journal.recording(tx, call.id)
    if found is None:
        return "none" if call.answered_at or not call.is_over else "unanswered"
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


def _find(reader: Reader, call_id: str) -> Path | None:
    with reader.office.ledger.reading() as tx:
        found = call_journal.recording(tx, call_id)
    return _file(reader, found) if found and found.state != RECORDING else None


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
