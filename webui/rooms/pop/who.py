"""Who it is: whoever speaks with the caller says so, and everybody who gets the call after them sees it."""

from __future__ import annotations

from bottle import HTTPError, HTTPResponse

from firmware.clinic import desk, screen_pop, search
from firmware.clinic.call_journal import NoSuchCall
from firmware.clinic.desk import KnownAlready
from firmware.clinic.errors import NoSuchPatient
from firmware.storage.ledger import Transaction
from webui.reader import Change, Reader
from webui.rooms.bookings import saying
from webui.rooms.bookings.book import born_in, name_in
from webui.rooms.pop.page import again, pop_page
from webui.rooms.pop.shown import call_id_of

MOST_FOUND = 8


def find(reader: Reader) -> HTTPResponse:
    """Somebody who calls from a number that the clinic did not know of: people with the words that were typed."""
    words = reader.query.text("q", search.LONGEST_WORDS, needed=False)
    with reader.office.ledger.reading() as tx:
        found = search.people_like(tx, words, MOST_FOUND) if words else []
    return reader.page("pop/people.html", found=found, words=words, call_id=call_id_of(reader.query), say=saying)


def choose(reader: Reader) -> HTTPResponse:
    """It is this patient, or (without one) none of those whom the number reaches."""
    call_id = call_id_of(reader.form)
    with reader.changing("caller identified") as change:
        _tie(reader, change.tx, call_id, reader.form.key("patient") or None)
        _describe(change, call_id, reader.form.key("patient"))
    return again(reader, call_id)


def register(reader: Reader) -> HTTPResponse:
    """A new patient calls; somebody who is known already is taken instead."""
    call_id, form = call_id_of(reader.form), reader.form
    name, born, number = name_in(form), born_in(form, reader.today), form.phone("phone", needed=False)
    if not form.is_good:
        return pop_page(reader, call_id, form)
    with reader.changing("caller registered") as change:
        try:
            patient_id = desk.register(change.tx, name, born, number).id
        except KnownAlready as known:
            patient_id = known.patient.id
        _tie(reader, change.tx, call_id, patient_id)
        _describe(change, call_id, patient_id)
    return again(reader, call_id)


def _tie(reader: Reader, tx: Transaction, call_id: str, patient_id: int | None) -> None:
    try:
        screen_pop.choose(tx, reader.now, call_id, patient_id, reader.login)
    except (NoSuchCall, NoSuchPatient) as error:
        raise HTTPError(404) from error


def _describe(change: Change, call_id: str, patient_id: int) -> None:
    change.detail = f"call {call_id}, " + (f"patient {patient_id}" if patient_id else "nobody of the number")
