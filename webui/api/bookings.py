"""Free times, patients by their number, visits: booked and cancelled by the rules that callers have."""

from __future__ import annotations

from datetime import date

from firmware.clinic import bookings, desk, people, records, schedule
from firmware.clinic.people import Patient
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.phone_number import NotANumber, normalise
from firmware.storage import audit
from webui.api.door import LARGEST_ID, Asked, Json, bad

MOST_SLOTS = 500


def list_slots(asked: Asked) -> Json:
    """day, department?, doctor? -> what is free on that day"""
    day = _day(asked.query.get("day", ""))
    department, doctor = _id(asked, "department"), _id(asked, "doctor")
    with asked.office.ledger.reading() as tx:
        free = schedule.free_slots(tx, asked.profile, asked.now, day)
    fits = [
        slot
        for slot in free
        if department in (None, slot.session.department.id)
        and (doctor is None or (slot.session.doctor is not None and slot.session.doctor.id == doctor))
    ]
    return {"slots": [_slot(slot) for slot in fits[:MOST_SLOTS]]}


def list_patients(asked: Asked) -> Json:
    """number -> the people whom it reaches"""
    try:
        number = normalise(asked.query.get("number", ""))
    except NotANumber as error:
        raise bad("number is a telephone number") from error
    with asked.office.ledger.reading() as tx:
        return {"patients": [_patient(each) for each in people.owners(tx, number)]}


def list_bookings(asked: Asked, patient_id: int) -> Json:
    """The patient's visits to come."""
    with asked.office.ledger.reading() as tx:
        people.patient(tx, patient_id)
        found = records.of_patient(tx, asked.profile, asked.now, patient_id)
    return {"bookings": [_booking(each) for each in found]}


def book(asked: Asked) -> Json:
    """slot, patient, number? -> a visit; texts go to `number`, one of the patient's own"""
    slot_id, patient_id = asked.body.get("slot"), asked.body.get("patient")
    number = asked.body.get("number")
    if not isinstance(slot_id, str) or len(slot_id) > 40:
        raise bad("slot is the id of a free time")
    if type(patient_id) is not int or not 0 <= patient_id <= LARGEST_ID:
        raise bad("patient is the id of a patient")
    with asked.office.ledger.transaction() as tx:
        slot = schedule.slot(tx, asked.profile, slot_id)
        reach = desk.reach(tx, people.patient(tx, patient_id))
        if number is not None and number not in reach.numbers:
            raise bad("number is one of the patient's own")
        holder = f"{asked.who}/{patient_id}"
        booked = desk.book(tx, asked.profile, asked.now, slot, patient_id, holder=holder, number=number)
        audit.record(tx, asked.now, asked.who, "book", f"booking {booked.id}")
    asked.office.phone.tell("wake")
    return _booking(booked)


def cancel(asked: Asked, booking_id: int) -> Json:
    """A visit is cancelled; the patient is told by text."""
    with asked.office.ledger.transaction() as tx:
        cancelled = bookings.cancel(tx, asked.profile, asked.now, booking_id, channel="desk", cause=asked.who)
        audit.record(tx, asked.now, asked.who, "cancel", f"booking {booking_id}")
    asked.office.phone.tell("wake")
    return _booking(cancelled)


def _slot(slot: Slot) -> Json:
    doctor = slot.session.doctor
    return {
        "slot": slot.id,
        "day": slot.day.isoformat(),
        "begins": f"{slot.begins:%H:%M}",
        "number": slot.number,
        "department": slot.session.department.id,
        "doctor": doctor.id if doctor else None,
        "fee_cents": slot.session.fee_cents,
    }


def _patient(patient: Patient) -> Json:
    return {"patient": patient.id, "name": {"zh": patient.name.zh, "en": patient.name.en}}


def _booking(booking: Booking) -> Json:
    return {"booking": booking.id, "state": booking.state, "patient": booking.patient_id, "code": booking.code} | _slot(
        booking.slot
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise bad("day is a day such as 2026-03-03") from error


def _id(asked: Asked, name: str) -> int | None:
    text = asked.query.get(name)
    if text is not None and not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise bad(f"{name} is the id of a {name}")
    return None if text is None else int(text)
