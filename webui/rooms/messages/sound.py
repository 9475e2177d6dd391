"""The sound of a voice message, in ranges as players ask for it."""

from __future__ import annotations

from bottle import HTTPError, HTTPResponse, static_file

from firmware.storage import recordings
from webui.reader import Reader


def serve(reader: Reader, message_id: int) -> HTTPResponse:
    """The file that the ledger names, and no other."""
    with reader.office.ledger.reading() as tx:
        found = recordings.message(tx, message_id)
    if found is None:
        raise HTTPError(404)
    answer: HTTPResponse = static_file(found.file, root=reader.office.folders.voice_messages, mimetype="audio/wav")
    if answer.status_code in (403, 404):
        raise HTTPError(404)
    answer.set_header("Cache-Control", "no-store")
    return answer
