"""One voice message, and a doctor's answer to it: spoken or written, sent on its way by a code or by the desk."""

from __future__ import annotations

from bottle import HTTPError, HTTPResponse

from firmware.clinic import doctor_answers
from firmware.clinic.doctor_answers import LONGEST_TEXT, Answer
from firmware.storage.recordings import VoiceMessage
from webui.reader import Reader
from webui.recordings import LONGEST_S, UPLOAD_BYTES, NotTaken, decoded, put
from webui.rooms.messages.naming import names
from webui.rooms.messages.own import sound_of
from webui.rooms.messages.sight import seen, sight

SUFFIX = ".answer"  # a WAV file; what ends in .wav beside it is a caller's, also one without a row


def show(reader: Reader, message_id: int) -> HTTPResponse:
    """One voice message."""
    return page(reader, message_id)


def page(reader: Reader, message_id: int, problem: str = "") -> HTTPResponse:
    """The page; `problem` is the text of what was wrong with an answer just sent."""
    with reader.office.ledger.reading() as tx:
        found = seen(reader, tx, message_id)
        return reader.page(
            "messages/one.html",
            422 if problem else 200,
            each=found,
            names=names(tx, [found.number], [found]),
            sight=sight(reader, tx),
            is_texted=doctor_answers.reaches_by_text(tx, found),
            problem=problem,
            form=reader.form,
            most_s=LONGEST_S,
            most_bytes=UPLOAD_BYTES,
            most_characters=LONGEST_TEXT,
        )


def answer(reader: Reader, message_id: int) -> HTTPResponse:
    """The doctor answers, with a recording or in words."""
    with reader.office.ledger.reading() as tx:
        question = seen(reader, tx, message_id)
        if not sight(reader, tx).answers(question):
            raise HTTPError(403 if question.answered_at is None else 409)
    text = reader.form.text("text", LONGEST_TEXT, needed=False, lines=True)
    content = sound_of(reader)
    if not reader.form.is_good or bool(text) == bool(content):
        return page(reader, message_id, "messages.answer_one_way" if text and content else "messages.answer_needed")
    if text:
        return _keep(reader, question, Answer(text=text))
    return _keep_recording(reader, question, content)


def _keep_recording(reader: Reader, question: VoiceMessage, content: bytes) -> HTTPResponse:
    folder = reader.office.folders.voice_messages
    name = f"{question.id}-{reader.now:%Y%m%d%H%M%S}{SUFFIX}"
    try:
        with decoded(folder, content) as clip:
            put(clip, folder / name)
    except NotTaken as refusal:
        return page(reader, question.id, f"prompts.wrong.{refusal.reason}")
    try:
        return _keep(reader, question, Answer(file=name))
    except BaseException:
        (folder / name).unlink(missing_ok=True)
        raise


def _keep(reader: Reader, question: VoiceMessage, what: Answer) -> HTTPResponse:
    with reader.changing("question answered") as change:
        text_id = doctor_answers.answer(change.tx, reader.profile, change.now, question, what, reader.login)
        change.detail = f"voice {question.id}"
    if text_id is None:
        return reader.done("messages.answered_by_desk", f"/messages/voice/{question.id}")
    reader.office.phone.tell("wake")
    return reader.done("messages.answered_by_text", f"/messages/voice/{question.id}")
