"""Finding patients, as the words are typed."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.clinic import patient_changes, patient_file, people, search
from firmware.clinic.search import Found
from firmware.storage.ledger import Transaction
from webui.reader import Reader

MOST_FOUND = 30
MOST_TO_PICK = 8


def show_all(reader: Reader) -> HTTPResponse:
    """Whom the words mean; without words who was registered last."""
    words = reader.query.text("q", search.LONGEST_WORDS, needed=False)
    with reader.office.ledger.reading() as tx:
        found = search.find(tx, reader.profile, reader.now, words, MOST_FOUND) if words else _newest(tx)
    template = "patients/found.html" if reader.is_part else "patients/list.html"
    return reader.page(template, words=words, found=found, is_full=len(found) >= MOST_FOUND)


def pick(reader: Reader) -> HTTPResponse:
    """Adults to choose one of, as the guardian of the patient `but`."""
    words = reader.query.text("q", search.LONGEST_WORDS, needed=False)
    but = reader.query.key("but")
    with reader.office.ledger.reading() as tx:
        found = search.find(tx, reader.profile, reader.now, words, MOST_FOUND) if words else []
    adults = [each for each in found if patient_changes.may_look_after(each.patient, reader.today)]
    found = [each for each in adults if each.patient.id != but][:MOST_TO_PICK]
    return reader.page("patients/pick.html", words=words, found=found)


def _newest(tx: Transaction) -> list[Found]:
    newest = patient_file.newest(tx, MOST_FOUND)
    return [Found(person, tuple(people.numbers(tx, person.id)), None) for person in newest]
