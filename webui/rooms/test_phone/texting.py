"""The test phone's texts: a conversation with the box as on a mobile."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.control.channel import ControlError
from firmware.storage import audit
from webui import refusals
from webui.reader import Reader
from webui.test_phone import OwnNumber, Taken

LONGEST = 300


def show(reader: Reader) -> HTTPResponse:
    """What went either way in this test."""
    test = reader.office.test_phone.test_of(reader.signed_in)
    texts = reader.office.test_phone.texts(test) if test else []
    return reader.page("test_phone/texts.html", texts=texts, problem="")


def send(reader: Reader) -> HTTPResponse:
    """Text the box as `number`."""
    number, body = reader.form.phone("number"), reader.form.text("body", LONGEST, lines=True)
    phone = reader.office.test_phone
    problem = next((reader.words(key) for key in reader.form.errors.values()), "")
    try:
        test = phone.take(reader.signed_in)
        if number is not None and not problem:
            problem = _send(reader, number, body)
    except Taken as taken:
        return reader.page(
            "test_phone/texts.html", 409, texts=[], problem=reader.words("test_phone.taken", who=taken.name)
        )
    return reader.page("test_phone/texts.html", texts=phone.texts(test), problem=problem)


def _send(reader: Reader, number: str, body: str) -> str:
    """Send it; what went wrong, or ""."""
    phone = reader.office.test_phone
    try:
        if not phone.is_ready():
            return reader.words("test_phone.not_ready")
        phone.send_text(phone.take(reader.signed_in), number, body)
    except OwnNumber:
        return reader.words("test_phone.own_number")
    except ControlError as error:
        return refusals.sentence(error, reader.words)
    with reader.office.ledger.transaction() as tx:
        audit.record(tx, reader.now, reader.login, "test text")
    return ""
