"""What the desk does with a visit; nearly all of it can be taken back by the button that the next page shows."""

from __future__ import annotations

from dataclasses import replace

from bottle import HTTPResponse

from firmware.clinic import bookings, notices, people, records, schedule, undoing
from firmware.clinic.errors import NoSuchBooking, SlotTaken
from firmware.clinic.records import Booking
from firmware.clinic.undoing import Changed
from firmware.phone_number import is_mobile
from webui import refusals
from webui.flashes import Flash, Undo
from webui.reader import Reader, address
from webui.rooms.bookings import saying
from webui.rooms.bookings.book import keeping
from webui.rooms.bookings.holding import minutes


def cancel(reader: Reader, booking_id: int) -> HTTPResponse:
    """Cancel, past the patients' cut-off too; the text about it waits a moment for second thoughts."""
    with reader.changing("cancel") as change:
        changed = undoing.cancel(
            change.tx, reader.profile, reader.now, booking_id, cause=saying.cause(reader),
            notify=not reader.form.flag("quietly"),
        )  # fmt: skip
        change.detail = f"booking {booking_id}"
    undo = Undo(f"/bookings/{booking_id}/restore", {"texts": _written(changed)})
    key = "bookings.done.cancelled" if changed.is_told else "bookings.done.cancelled_quietly"
    return _done(reader, key, changed.booking, undo)


def restore(reader: Reader, booking_id: int) -> HTTPResponse:
    """The cancelled visit stands again, as it was."""
    with reader.changing("restore") as change:
        visit = undoing.take_back_cancel(
            change.tx, reader.profile, reader.now, booking_id, texts=_texts(reader), cause=saying.cause(reader)
        )  # fmt: skip
        change.detail = f"booking {booking_id}"
    return _done(reader, "bookings.done.restored", visit)


def check_in(reader: Reader, booking_id: int) -> HTTPResponse:
    """The patient is there."""
    with reader.changing("check in") as change:
        visit = bookings.check_in(
            change.tx, reader.now, booking_id, channel="desk", cause=saying.cause(reader)
        )  # fmt: skip
        change.detail = f"booking {booking_id}"
    return _done(reader, "bookings.done.checked_in", visit, _reopening(booking_id), to=reader.came_from)


def no_show(reader: Reader, booking_id: int) -> HTTPResponse:
    """The patient did not come."""
    with reader.changing("no-show") as change:
        visit = bookings.no_show(
            change.tx, reader.profile, reader.now, booking_id, channel="desk", cause=saying.cause(reader)
        )  # fmt: skip
        change.detail = f"booking {booking_id}"
    return _done(reader, "bookings.done.no_show", visit, _reopening(booking_id), to=reader.came_from)


def reopen(reader: Reader, booking_id: int) -> HTTPResponse:
    """The check-in or no-show was a mistake."""
    with reader.changing("reopen") as change:
        visit = undoing.reopen(change.tx, reader.now, booking_id, cause=saying.cause(reader))
        change.detail = f"booking {booking_id}"
    return _done(reader, "bookings.done.reopened", visit, to=reader.came_from)


def move_page(reader: Reader, booking_id: int) -> HTTPResponse:
    """The new time is kept; what changes, and what is texted."""
    with reader.office.ledger.reading() as tx:
        visit = records.booking(tx, booking_id)
        if visit.state != "booked":
            raise NoSuchBooking(f"booking {booking_id} is {visit.state}")
        kept = keeping(tx, reader, reader.query.raw("slot"))
        patient = people.patient(tx, visit.patient_id)
    return reader.page(
        "bookings/move.html", visit=visit, kept=kept, patient=patient, slot_id=kept.slot.id,
        opened=minutes(reader.now), say=saying, difference_cents=kept.slot.session.fee_cents - visit.fee_cents,
        text="" if patient.is_deceased else _text(reader, replace(visit, slot=kept.slot)),
    )  # fmt: skip


def move(reader: Reader, booking_id: int) -> HTTPResponse:
    """Give the visit its new slot."""
    slot_id = reader.form.raw("slot")
    try:
        with reader.changing("move") as change:
            before = records.booking(change.tx, booking_id).slot
            slot = schedule.slot(change.tx, reader.profile, slot_id)
            changed = undoing.move(
                change.tx, reader.profile, reader.now, booking_id, slot, holder=saying.holder(reader, slot_id),
                pay_at_desk=reader.form.flag("pay_at_desk"), notify=not reader.form.flag("quietly"),
            )  # fmt: skip
            change.detail = f"booking {booking_id} from {before.key} to {changed.booking.slot.key}"
    except SlotTaken as error:
        told = refusals.sentence(error, reader.words)
        return reader.go(address(f"/bookings/{booking_id}/move", slot=slot_id), Flash(told, "bad"))
    undo = Undo(f"/bookings/{booking_id}/move-back", {"slot": before.id, "texts": _written(changed)})
    return _done(reader, "bookings.done.moved", changed.booking, undo)


def move_back(reader: Reader, booking_id: int) -> HTTPResponse:
    """The visit is at its former time again."""
    with reader.changing("move back") as change:
        slot = schedule.slot(change.tx, reader.profile, reader.form.raw("slot"))
        visit = undoing.take_back_move(
            change.tx, reader.profile, reader.now, booking_id, slot,
            texts=_texts(reader), holder=saying.cause(reader),
        )  # fmt: skip
        change.detail = f"booking {booking_id} to {visit.slot.key}"
    return _done(reader, "bookings.done.moved", visit)


def _text(reader: Reader, moved: Booking) -> str:
    """What goes out about the move; empty when nothing can."""
    if moved.contact_number is None or not is_mobile(moved.contact_number):
        return ""
    return notices.moved(reader.profile, reader.now, moved, moved.language or "zh")


def _done(reader: Reader, key: str, visit: Booking, undo: Undo | None = None, *, to: str | None = None) -> HTTPResponse:
    with reader.office.ledger.reading() as tx:
        who = saying.full_name(reader, people.patient(tx, visit.patient_id))
    return reader.done(key, to or f"/bookings/{visit.id}", undo, who=who, when=saying.when(reader, visit.slot))


def _reopening(booking_id: int) -> Undo:
    return Undo(f"/bookings/{booking_id}/reopen", {})


def _written(changed: Changed) -> str:
    return " ".join(map(str, changed.withdrawn))


def _texts(reader: Reader) -> list[int]:
    """The texts that wait again; the rule looks whether they are this visit's."""
    return [int(each) for each in reader.form.raw("texts").split()[:20] if each.isdecimal() and len(each) < 10]
