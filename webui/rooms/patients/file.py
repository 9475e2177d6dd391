"""The page of one patient."""

from __future__ import annotations

from datetime import date
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import accounts, patient_file, records, timeline
from firmware.clinic.accounts import Entry as Posting
from firmware.clinic.records import Booking
from firmware.staff import users
from firmware.staff.rights import Right
from firmware.storage.ledger import Transaction
from webui.forms import Form
from webui.reader import Reader
from webui.rooms.bookings import saying
from webui.rooms.calls_words import outcome_text

PAGE_OF_TIMELINE = 20
PAST_VISITS = 5
POSTINGS = 5
PAGE_OF_STATEMENT = 50

_RIGHTS = {
    timeline.CALL: Right.CALLS,
    timeline.TEXT_IN: Right.MESSAGES,
    timeline.TEXT_OUT: Right.MESSAGES,
    timeline.VOICE: Right.MESSAGES,
    timeline.BOOKING: Right.SEE,
}


def show(reader: Reader, patient_id: int) -> HTTPResponse:
    """Everything about one patient, as far as the reader may see it."""
    return page(reader, patient_id)


def page(reader: Reader, patient_id: int, form: Form | None = None) -> HTTPResponse:
    """The page; with a `form` that was sent from it and is wrong."""
    with reader.office.ledger.reading() as tx:
        file = patient_file.read(tx, reader.profile, reader.now, patient_id)
        context = {
            "file": file,
            "form": form,
            "age": age_on(file.person.born, reader.today),
            "upcoming": records.of_patient(tx, reader.profile, reader.now, patient_id),
            "past": patient_file.past_visits(tx, patient_id, reader.today, PAST_VISITS),
            **_statement(tx, patient_id, POSTINGS, None),
            **_timeline(reader, tx, patient_id),
        }
    return reader.page("patients/file.html", 422 if form else 200, **context)


def more_timeline(reader: Reader, patient_id: int) -> HTTPResponse:
    """Older entries, for the end of the timeline."""
    with reader.office.ledger.reading() as tx:
        file = patient_file.read(tx, reader.profile, reader.now, patient_id)
        context = _timeline(reader, tx, patient_id)
    return reader.page("patients/timeline.html", file=file, **context)


def show_statement(reader: Reader, patient_id: int) -> HTTPResponse:
    """The account, line by line."""
    before = reader.query.key("before") or None
    with reader.office.ledger.reading() as tx:
        file = patient_file.read(tx, reader.profile, reader.now, patient_id)
        context = _statement(tx, patient_id, PAGE_OF_STATEMENT, before)
    return reader.page("patients/statement.html", file=file, **context)


def age_on(born: date, today: date) -> int:
    """How old somebody is, in whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def names_of_staff(tx: Transaction) -> dict[str, str]:
    """What people are called, by login."""
    return {user.login: user.name for user in users.all_users(tx)}


def _statement(tx: Transaction, patient_id: int, most: int, before: int | None) -> dict[str, Any]:
    postings = accounts.statement(tx, patient_id, most + 1, before)
    shown = postings[:most]
    return {
        "postings": shown,
        "older_posting": shown[-1].id if len(postings) > most else None,
        "posting_visits": _visits(tx, shown),
    }


def _timeline(reader: Reader, tx: Transaction, patient_id: int) -> dict[str, Any]:
    kinds = frozenset(kind for kind, right in _RIGHTS.items() if reader.may(right))
    entries, older = timeline.page(tx, patient_id, kinds, PAGE_OF_TIMELINE, reader.query.raw("before"))
    flows = reader.office.places.flows(None, None)
    return {
        "entries": entries,
        "older": older,
        "visits": _visits(tx, entries),
        "was": {entry: saying.place(tx, before) for entry, before in timeline.where_it_was(tx, entries).items()},
        "staff": names_of_staff(tx),
        "outcome": lambda code: outcome_text(code, flows, reader.words),
    }


def _visits(tx: Transaction, lines: list[Posting] | list[timeline.Entry]) -> dict[int, Booking]:
    keys = {line.booking_id for line in lines if line.booking_id is not None}
    return {key: records.booking(tx, key) for key in keys}


def address_of(patient_id: int) -> str:
    """Where the page of a patient is."""
    return f"/patients/{patient_id}"
