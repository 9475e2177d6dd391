"""A visit for a patient: the slot is kept already; say for whom, see what goes out, confirm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bottle import HTTPResponse

from firmware.clinic import desk, holds, notices, patient_changes, people, records, schedule, search
from firmware.clinic.desk import KnownAlready, Reach
from firmware.clinic.errors import SlotTaken
from firmware.clinic.people import Patient
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.language.values import Name
from firmware.phone_number import is_mobile
from firmware.storage.ledger import Transaction
from webui import refusals
from webui.flashes import Flash
from webui.forms import Form
from webui.reader import Reader, address
from webui.rooms.bookings import saying
from webui.rooms.bookings.holding import minutes

NAME_CHARACTERS = 60
_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")


@dataclass(frozen=True)
class Keeping:
    """The slot of the page: kept until then, else free ones like it."""

    slot: Slot
    until: datetime | None
    alternatives: tuple[Slot, ...]


@dataclass(frozen=True)
class Person:
    """The patient of the page, and what the receptionist should know before confirming."""

    patient: Patient
    reach: Reach
    in_the_way: Booking | None  # a visit in the same department on the same day
    text: str  # what goes out, its code still hidden


def page(reader: Reader) -> HTTPResponse:
    """For whom, or if that is known: what is booked and what is texted."""
    return _page(reader, reader.query.raw("slot"), reader.query.key("patient") or None)


def confirm(reader: Reader) -> HTTPResponse:
    """Book it, by the rules that callers have."""
    form = reader.form
    slot_id, patient_id, number = form.raw("slot"), form.key("patient"), form.phone("number", needed=False)
    try:
        with reader.changing("book") as change:
            slot = schedule.slot(change.tx, reader.profile, slot_id)
            patient = people.patient(change.tx, patient_id)
            _check_number(change.tx, patient, number, form)
            booked = desk.book(
                change.tx, reader.profile, reader.now, slot, patient_id,
                holder=saying.holder(reader, slot_id), number=number, pay_at_desk=form.flag("pay_at_desk"),
            )  # fmt: skip
            change.detail = f"booking {booked.id}"
    except SlotTaken as error:
        told = refusals.sentence(error, reader.words)
        return reader.go(address("/bookings/book", slot=slot_id, patient=patient_id), Flash(told, "bad"))
    reader.office.phone.tell("wake")
    return reader.done(
        "bookings.done.booked", f"/bookings/{booked.id}",
        who=saying.full_name(reader, patient), when=saying.when(reader, booked.slot),
    )  # fmt: skip


def register(reader: Reader) -> HTTPResponse:
    """A new patient, then on with the booking; somebody known already is shown instead."""
    form = reader.form
    slot_id = form.raw("slot")
    name, born, number = name_in(form), born_in(form, reader.today), form.phone("phone", needed=False)
    if not form.is_good:
        return _page(reader, slot_id, None, form)
    try:
        with reader.changing("add patient") as change:
            patient = desk.register(change.tx, name, born, number)
            change.detail = f"patient {patient.id}"
    except KnownAlready as error:
        to = address("/bookings/book", slot=slot_id, patient=error.patient.id)
        return reader.go(to, Flash(reader.words("bookings.known_already"), "good"))
    to = address("/bookings/book", slot=slot_id, patient=patient.id)
    return reader.done("bookings.done.registered", to, who=saying.full_name(reader, patient))


def keeping(tx: Transaction, reader: Reader, slot_id: str) -> Keeping:
    """How the slot stands for this browser; raises `NoSuchSlot`."""
    slot = schedule.slot(tx, reader.profile, slot_id)
    until = desk.kept_until(tx, reader.now, slot, holder=saying.holder(reader, slot_id))
    others = () if until else holds.alternatives(tx, reader.profile, reader.now, slot)
    return Keeping(slot, until, others)


def _page(reader: Reader, slot_id: str, patient_id: int | None, form: Form | None = None) -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        kept = keeping(tx, reader, slot_id)
        person = _person(tx, reader, kept.slot, patient_id) if patient_id else None
        words = reader.query.text("q", search.LONGEST_WORDS, needed=False)
        found = search.find(tx, reader.profile, reader.now, words) if words and not person else []
    context: dict[str, Any] = {
        "kept": kept, "person": person, "form": form, "words": words, "found": found, "visits": [], "owners": {},
        "slot_id": slot_id, "opened": minutes(reader.now), "say": saying, "is_mobile": is_mobile,
        "most": search.MOST_FOUND,
    }  # fmt: skip
    return reader.page("bookings/book.html", 200 if form is None else 400, **context)


def _person(tx: Transaction, reader: Reader, slot: Slot, patient_id: int) -> Person:
    patient = people.patient(tx, patient_id)
    reach = desk.reach(tx, patient)
    visits = records.of_patient(tx, reader.profile, reader.now, patient_id)
    in_the_way = [visit for visit in visits if _same_day(visit, slot)]
    return Person(patient, reach, next(iter(in_the_way), None), _text(reader.profile, reader.now, slot, reach))


def _same_day(visit: Booking, slot: Slot) -> bool:
    return (visit.day, visit.department.id) == (slot.day, slot.session.department.id)


def _text(profile: ClinicProfile, now: datetime, slot: Slot, reach: Reach) -> str:
    return notices.preview(profile, now, slot, reach.language)


def _check_number(tx: Transaction, patient: Patient, number: str | None, form: Form) -> None:
    """Only a number of the patient's (or guardian's) own: a forged one would be told of the visit."""
    if not form.is_good or (number is not None and number not in desk.reach(tx, patient).numbers):
        raise patient_changes.ReachesNot("the number does not reach this patient")


def name_in(form: Form) -> Name:
    """One field: a Chinese name, or one in other letters."""
    typed = form.text("name", NAME_CHARACTERS)
    if not form.is_good:
        return Name("-", "")
    return Name(typed, "") if _CHINESE.search(typed) else Name("", typed)


def born_in(form: Form, today: date) -> date:
    if not form.raw("born").strip():
        form.refuse("born", "form.needed")
    born = form.day("born", today)
    if not patient_changes.could_be_born(born, today):
        form.refuse("born", "bookings.born_wrong")
    return born
