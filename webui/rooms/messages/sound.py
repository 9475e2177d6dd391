"""The sound of a voice message, in ranges as players ask for it."""

from __future__ import annotations

from datetime import timedelta

from bottle import HTTPError, HTTPResponse, request, static_file

from firmware.storage import audit, recordings
from webui.reader import Reader

HEARD = "voice message heard"
SAME_HEARING = timedelta(minutes=10)  # a player asks many times; the audit trail tells it once


def serve(reader: Reader, message_id: int) -> HTTPResponse:
    """The file that the ledger names, and no other."""
    with reader.office.ledger.reading() as tx:
        found = recordings.message(tx, message_id)
    if found is None:
        raise HTTPError(404)
    answer: HTTPResponse = static_file(found.file, root=reader.office.folders.voice_messages, mimetype="audio/wav")
    if answer.status_code in (403, 404):
        raise HTTPError(404)
    _note(reader, f"voice {message_id}")
    answer.set_header("Cache-Control", "no-store")
    return answer


def _note(reader: Reader, which: str) -> None:
    """That it was heard, from its beginning."""
    if not request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        return
    with reader.office.ledger.reading() as tx:
        if audit.has(tx, reader.now - SAME_HEARING, reader.login, HEARD, which):
            return
    with reader.office.ledger.transaction() as tx:
        audit.record(tx, reader.now, reader.login, HEARD, which)
