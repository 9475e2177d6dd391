"""The reader's own box: messages for their extension, questions to them as a doctor, and the greeting callers hear."""

from __future__ import annotations

from pathlib import Path

from bottle import HTTPResponse

from firmware.clinic import message_boxes
from firmware.storage import recordings
from firmware.storage.messages import Waiting
from webui.reader import Reader, address
from webui.recordings import LONGEST_S, UPLOAD_BYTES, NotTaken, decoded, put
from webui.rooms.messages.naming import names
from webui.rooms.messages.sight import sight
from webui.rooms.messages.sound import wav
from webui.rooms.messages.waiting import OWN, fingerprint, own_waiting

PAGE = 20


def show(reader: Reader) -> HTTPResponse:
    """What waits in the own box, and below it what was there before."""
    return page(reader)


def page(reader: Reader, problem: str = "") -> HTTPResponse:
    """The page; `problem` is the text of what was wrong with a greeting just sent."""
    before = reader.query.key("before") or None
    with reader.office.ledger.reading() as tx:
        looks = sight(reader, tx)
        waiting = own_waiting(tx, looks)
        found = recordings.messages(tx, PAGE + 1, before, looks.opener.own)
        named = names(tx, [each.number for each in (*waiting, *found)], (*waiting, *found))
        extension = message_boxes.extension_of(tx, reader.signed_in.id)
        doctor = message_boxes.doctor_of(tx, reader.signed_in.id)
    return reader.page(
        "messages/mine.html",
        422 if problem else 200,
        waiting=waiting,
        earlier=[each for each in found[:PAGE] if each not in waiting],
        older=address(OWN, before=found[PAGE - 1].id) if len(found) > PAGE else "",
        names=named,
        sight=looks,
        seen=fingerprint(Waiting(waiting, [], [])),
        extension=extension,
        is_doctor=doctor is not None,
        has_greeting=_greeting_file(reader).is_file(),
        problem=problem,
        most_s=LONGEST_S,
        most_bytes=UPLOAD_BYTES,
    )


def record_greeting(reader: Reader) -> HTTPResponse:
    """From now on callers hear this one."""
    content = sound_of(reader)
    if not content:
        return page(reader, "prompts.wrong.none")
    try:
        with decoded(reader.office.folders.voice_messages, content) as clip, reader.changing("greeting recorded"):
            put(clip, _greeting_file(reader))
    except NotTaken as refusal:
        return page(reader, f"prompts.wrong.{refusal.reason}")
    return reader.done("messages.greeting_kept", OWN)


def remove_greeting(reader: Reader) -> HTTPResponse:
    """Back to the standard one, which says name and extension."""
    with reader.changing("greeting removed"):
        _greeting_file(reader).unlink(missing_ok=True)
    return reader.done("messages.greeting_removed", OWN)


def hear_greeting(reader: Reader) -> HTTPResponse:
    """The own greeting."""
    return wav(reader, message_boxes.greeting_file(reader.signed_in.id))


def sound_of(reader: Reader) -> bytes:
    """The recording that was sent in the field `sound`; empty if there is none, or too much of it."""
    upload = reader.upload("sound")
    content: bytes = upload.file.read(UPLOAD_BYTES + 1) if upload else b""
    return content if len(content) <= UPLOAD_BYTES else b""


def _greeting_file(reader: Reader) -> Path:
    return reader.office.folders.voice_messages / message_boxes.greeting_file(reader.signed_in.id)
