"""Registering a patient, and changing what the record says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bottle import HTTPResponse

from firmware.clinic import patient_changes, patient_file, people, records
from firmware.clinic.patient_changes import TIERS, Details, GuardianDeceased, GuardianUnderage, OwnGuardian
from firmware.clinic.people import Patient
from firmware.language.values import LANGUAGES, Language, Name
from firmware.storage.ledger import Transaction
from webui.forms import Form
from webui.reader import Reader
from webui.rooms.patients.file import address_of

LONGEST_NAME = 60
NO_LANGUAGE = ""
BEFORE_ALL = date.min


class MaybeKnown(Exception):
    """These people may be the one who is to be registered."""

    def __init__(self, alike: list[Patient]) -> None:
        super().__init__(f"{len(alike)} may be the same person")
        self.alike = alike


def ask_new(reader: Reader) -> HTTPResponse:
    return _new_page(reader, reader.query)


def register(reader: Reader) -> HTTPResponse:
    """A new patient; who may be known already is shown first."""
    form = reader.form
    name, born = _name(form), _born(reader, form)
    number, language = form.phone("number", needed=False), _language(form)
    if name is None or not form.is_good:
        return _new_page(reader, form)
    try:
        with reader.changing("patient registered") as change:
            _check_unknown(change.tx, form, name, born, number)
            guardian = form.key("guardian") or None
            if guardian is not None:
                patient_changes.check_guardian(people.patient(change.tx, guardian), reader.today)
            person = people.register(change.tx, name, born, number=number, language=language, guardian_id=guardian)
            change.detail = f"patient {person.id}"
    except MaybeKnown as known:
        is_child = not patient_changes.is_adult(born, reader.today)
        adults = [each for each in known.alike if is_child and patient_changes.may_look_after(each, reader.today)]
        return _new_page(reader, form, known.alike, adults)
    return reader.done("patients.registered", address_of(person.id), name=name)


def ask_edit(reader: Reader, patient_id: int) -> HTTPResponse:
    return _edit_page(reader, patient_id, None)


def edit(reader: Reader, patient_id: int) -> HTTPResponse:
    """All of the record or none of it, if it still is as it was when the form was shown."""
    form = reader.form
    name, born = _name(form), _born(reader, form)
    tier, language = form.choice("tier", TIERS, default=TIERS[0]), _language(form)
    if name is None or not form.is_good:
        return _edit_page(reader, patient_id, form)
    guardian = form.key("guardian") or None
    details = Details(name, born, language, tier, form.flag("deceased"), guardian)
    try:
        with reader.changing("patient edited") as change:
            patient_changes.check_unchanged(change.tx, patient_id, form.raw("seen"))
            patient_changes.edit(change.tx, reader.today, patient_id, details)
            change.detail = f"patient {patient_id}"
            left = records.of_patient(change.tx, reader.profile, change.now, patient_id)
    except (OwnGuardian, GuardianDeceased, GuardianUnderage) as error:
        form.refuse("guardian", f"patients.guardian.{type(error).__name__}")
        return _edit_page(reader, patient_id, form)
    still_booked = details.is_deceased and left
    return reader.done("patients.saved_still_booked" if still_booked else "patients.saved", address_of(patient_id))


def _new_page(
    reader: Reader, form: Form, alike: Sequence[Patient] = (), guardians: Sequence[Patient] = ()
) -> HTTPResponse:
    """The form; with who may be meant, and who may be the guardian if it is somebody else."""
    with reader.office.ledger.reading() as tx:
        numbers = {person.id: people.numbers(tx, person.id) for person in alike}
    status = 422 if alike or not form.is_good else 200
    return reader.page(
        "patients/new.html", status, form=form, alike=alike, guardians=guardians, numbers=numbers, languages=LANGUAGES
    )


def _edit_page(reader: Reader, patient_id: int, form: Form | None) -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        file = patient_file.read(tx, reader.profile, reader.now, patient_id)
        guardians = _guardians(reader, tx, file, form)
    return reader.page(
        "patients/edit.html",
        422 if form else 200,
        file=file,
        form=form,
        seen=form.raw("seen") if form else file.fingerprint,
        guardians=guardians,
        languages=LANGUAGES,
    )


def _guardians(reader: Reader, tx: Transaction, file: patient_file.PatientFile, form: Form | None) -> list[Patient]:
    """Who is offered at once: who it is now, who was chosen, and the grown-ups of the family."""
    chosen = form.key("guardian") if form else 0
    likely: list[Patient] = [file.guardian] if file.guardian else []
    if chosen and chosen != file.person.guardian_id:
        likely.append(people.patient(tx, chosen))
    likely += [each for each in file.family if patient_changes.may_look_after(each, reader.today)]
    return list({each.id: each for each in likely}.values())


def _check_unknown(tx: Transaction, form: Form, name: Name, born: date, number: str | None) -> None:
    if form.flag("anyway"):
        return
    if alike := patient_file.alike(tx, name, born, number):
        raise MaybeKnown(alike)


def _name(form: Form) -> Name | None:
    zh, en = form.text("zh", LONGEST_NAME, needed=False), form.text("en", LONGEST_NAME, needed=False)
    if not (zh or en):
        form.refuse("zh", "patients.name_needed")
        return None
    return Name(zh, en)


def _born(reader: Reader, form: Form) -> date:
    born = form.day("born", BEFORE_ALL)
    if "born" not in form.errors and not patient_changes.could_be_born(born, reader.today):
        form.refuse("born", "form.needed" if born == BEFORE_ALL else "patients.born_impossible")
    return born


def _language(form: Form) -> Language | None:
    return form.choice("language", (NO_LANGUAGE, *LANGUAGES), default=NO_LANGUAGE) or None
