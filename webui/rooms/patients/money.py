"""Money paid in at the desk, or paid back there."""

from __future__ import annotations

from bottle import HTTPResponse

from firmware.clinic import accounts, patient_file, people
from firmware.language.values import Money
from webui.reader import Reader
from webui.rooms.patients.file import address_of, names_of_staff, page

PAY_IN, PAY_BACK = "deposit", "refund"


def move(reader: Reader, patient_id: int) -> HTTPResponse:
    """Pay in (the first time opens the account) or pay back; on to the receipt."""
    form = reader.form
    what, cents = form.choice("what", (PAY_IN, PAY_BACK)), form.cents("amount")
    if form.is_good and cents == 0:
        form.refuse("amount", "form.money")
    if not form.is_good:
        return page(reader, patient_id, form)
    with reader.changing("paid in" if what == PAY_IN else "paid back") as change:
        people.patient(change.tx, patient_id)
        book = accounts.deposit if what == PAY_IN else accounts.pay_back
        entry_id = book(change.tx, change.now, patient_id, cents, f"desk/{reader.login}")
        change.detail = f"patient {patient_id}, {cents} cents"
    key = "patients.paid_in" if what == PAY_IN else "patients.paid_back"
    return reader.done(key, f"{address_of(patient_id)}/receipt/{entry_id}", amount=Money(cents))


def receipt(reader: Reader, patient_id: int, entry_id: int) -> HTTPResponse:
    """What the patient takes home."""
    with reader.office.ledger.reading() as tx:
        file = patient_file.read(tx, reader.profile, reader.now, patient_id)
        entry = accounts.entry(tx, patient_id, entry_id)
        staff = names_of_staff(tx)
    if entry is None or not entry.is_cash:
        return reader.refused("patients.no_receipt", address_of(patient_id))
    return reader.page("patients/receipt.html", file=file, entry=entry, staff=staff)
