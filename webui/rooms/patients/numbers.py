"""The telephone numbers that reach a patient."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.clinic import patient_changes, patient_file, people
from firmware.clinic.patient_changes import ReachesNot
from webui.flashes import Undo
from webui.reader import Reader
from webui.rooms.patients.file import address_of, page


def add(reader: Reader, patient_id: int) -> HTTPResponse:
    """One more number, tried last or first."""
    number = reader.form.phone("number")
    if number is None:
        return page(reader, patient_id, reader.form)
    with reader.changing("number added") as change:
        people.patient(change.tx, patient_id)
        patient_changes.add_number(change.tx, patient_id, number, first=reader.form.flag("first"))
        change.detail = f"patient {patient_id}"
    undo = Undo(f"{address_of(patient_id)}/numbers/remove", {"number": number})
    return reader.done("patients.number_added", address_of(patient_id), undo, number=number)


def put_first(reader: Reader, patient_id: int) -> HTTPResponse:
    """This number is tried first."""
    number = reader.form.text("number", 20)
    with reader.changing("number first") as change:
        before = next(iter(people.numbers(change.tx, patient_id)), "")
        patient_changes.put_first(change.tx, patient_id, number)
        change.detail = f"patient {patient_id}"
    undo = Undo(f"{address_of(patient_id)}/numbers/first", {"number": before})
    return reader.done("patients.number_first", address_of(patient_id), undo, number=number)


def ask_remove(reader: Reader, patient_id: int) -> HTTPResponse:
    """What it would mean that the number reaches the patient no more."""
    number = reader.query.text("number", 20)
    with reader.office.ledger.reading() as tx:
        file = patient_file.read(tx, reader.profile, reader.now, patient_id)
        if number not in {reach.number for reach in file.numbers}:
            raise ReachesNot(f"{number} does not reach this patient")
        removal = patient_changes.removal(tx, patient_id, number, reader.today)
    return reader.page("patients/remove_number.html", file=file, number=number, removal=removal)


def remove(reader: Reader, patient_id: int) -> HTTPResponse:
    """The number reaches the patient no more."""
    number = reader.form.text("number", 20)
    with reader.changing("number removed") as change:
        patient_changes.remove_number(change.tx, patient_id, number, reader.today)
        change.detail = f"patient {patient_id}"
    return reader.done("patients.number_removed", address_of(patient_id), number=number)
