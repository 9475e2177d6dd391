"""Visit cards: giving one out, a new PIN, and forgiving wrong ones."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.clinic import cards, patient_file, people, pins
from firmware.clinic.errors import NoSuchPatient
from firmware.storage.ledger import Transaction
from webui.forms import Form
from webui.reader import Reader
from webui.rooms.patients.file import address_of

BY_BOX, BY_PATIENT = "box", "patient"  # who chooses the PIN


def ask_issue(reader: Reader, patient_id: int) -> HTTPResponse:
    return _pin_page(reader, patient_id, None, None)


def issue(reader: Reader, patient_id: int) -> HTTPResponse:
    """The next card, with its PIN."""
    pin = _pin(reader.form)
    if pin is None:
        return _pin_page(reader, patient_id, None, reader.form)
    with reader.changing("card issued") as change:
        people.patient(change.tx, patient_id)
        number = cards.issue_next(change.tx, patient_id, pin)
        change.detail = f"patient {patient_id}"
    return _slip(reader, patient_id, number, pin)


def ask_pin(reader: Reader, patient_id: int, card: str) -> HTTPResponse:
    return _pin_page(reader, patient_id, card, None)


def reset_pin(reader: Reader, patient_id: int, card: str) -> HTTPResponse:
    """A new PIN for somebody whom the desk has seen; the card is open again."""
    pin = _pin(reader.form)
    if pin is None:
        return _pin_page(reader, patient_id, card, reader.form)
    with reader.changing("pin reset") as change:
        _check_theirs(change.tx, patient_id, card)
        cards.issue(change.tx, card, patient_id, pin)
        cards.unlock(change.tx, change.now, card)
        change.detail = f"patient {patient_id}"
    return _slip(reader, patient_id, card, pin)


def unlock(reader: Reader, patient_id: int, card: str) -> HTTPResponse:
    """Wrong PINs of before no longer count."""
    with reader.changing("card unlocked") as change:
        _check_theirs(change.tx, patient_id, card)
        cards.unlock(change.tx, change.now, card)
        change.detail = f"patient {patient_id}"
    return reader.done("patients.unlocked", address_of(patient_id), card=card)


def _pin(form: Form) -> str | None:
    """The PIN that the card gets; None when the one that the patient chose can't be used."""
    if form.choice("how", (BY_BOX, BY_PATIENT)) == BY_BOX and form.is_good:
        return pins.fresh()
    pin = form.secret("pin")
    if not pins.is_pin(pin):
        form.refuse("pin", "patients.pin.digits")
    elif pins.is_easy(pin):
        form.refuse("pin", "patients.pin.easy")
    elif form.secret("again") != pin:
        form.refuse("again", "patients.pin.differs")
    return pin if form.is_good else None


def _slip(reader: Reader, patient_id: int, card: str, pin: str) -> HTTPResponse:
    """The one place where a PIN that the box made is shown: no address leads back to it."""
    is_shown = reader.form.raw("how") == BY_BOX
    with reader.office.ledger.reading() as tx:
        person = people.patient(tx, patient_id)
    return reader.page("patients/slip.html", person=person, card=card, pin=pin if is_shown else None)


def _pin_page(reader: Reader, patient_id: int, card: str | None, form: Form | None) -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        if card is not None:
            _check_theirs(tx, patient_id, card)
        file = patient_file.read(tx, reader.profile, reader.now, patient_id)
    return reader.page("patients/pin.html", 422 if form else 200, file=file, card=card, form=form)


def _check_theirs(tx: Transaction, patient_id: int, card: str) -> None:
    if card not in cards.numbers_of(tx, patient_id):
        raise NoSuchPatient(f"patient {patient_id} has no such card")
