"""The sound of a voice message and of a doctor's answer, in ranges as players ask for it."""

from __future__ import annotations

from datetime import timedelta

from bottle import HTTPError, HTTPResponse, request, static_file

from firmware.storage import audit
from webui.reader import Reader
from webui.rooms.messages.sight import seen, sight

HEARD = "voice message heard"
SAME_HEARING = timedelta(minutes=10)  # a player asks many times; the audit trail tells it once


def serve(reader: Reader, message_id: int) -> HTTPResponse:
    """The file that the ledger names, and no other."""
    return _served(reader, message_id, is_answer=False)


def serve_answer(reader: Reader, message_id: int) -> HTTPResponse:
    """What the doctor said."""
    return _served(reader, message_id, is_answer=True)


def _served(reader: Reader, message_id: int, *, is_answer: bool) -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        found = seen(reader, tx, message_id)
        if not sight(reader, tx).may_hear(found):
            raise HTTPError(403)
    answer = wav(reader, (found.answer_file or "") if is_answer else found.file)
    _note(reader, f"{'answer to ' if is_answer else ''}voice {message_id}")
    return answer


def wav(reader: Reader, file: str) -> HTTPResponse:
    """A file in the folder of messages, in the range that was asked for."""
    answer: HTTPResponse = static_file(file, root=reader.office.folders.voice_messages, mimetype="audio/wav")
    if answer.status_code in (403, 404):
        raise HTTPError(404)
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
