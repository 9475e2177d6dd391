"""A slot is kept from the click on it until it is booked, given back, or its page has been left alone for too long."""

from __future__ import annotations

from datetime import datetime

from bottle import HTTPResponse

from firmware.clinic import desk, holds, schedule
from firmware.clinic.errors import ClinicError, SlotTaken
from firmware.clinic.holds import Hold
from firmware.clinic.roster import Slot
from firmware.storage.ledger import Transaction
from webui import refusals
from webui.flashes import Flash
from webui.reader import Reader, address, local_path
from webui.rooms.bookings import saying

LONGEST_KEPT_MIN = 15  # a page that is left open does not keep a slot for ever


def hold(reader: Reader) -> HTTPResponse:
    """Keep the slot that was clicked for this browser and go on to say for whom; else tell who was quicker."""
    slot_id = reader.form.raw("slot")
    patient, moving = reader.form.key("patient") or None, reader.form.key("move") or None
    try:
        slot = _kept(reader, slot_id)
    except SlotTaken as error:
        told = refusals.sentence(error, reader.words)
        return reader.go(_next_page(slot_id, patient, moving), Flash(told, "bad"))
    return reader.go(_next_page(slot.id, patient, moving))


def keep(reader: Reader) -> HTTPResponse:
    """The page is still open: the slot is kept for another while, or the page is told why it is not."""
    opened_min = reader.form.whole("opened", 0, 999_999_999, 0)
    is_left_alone = minutes(reader.now) - opened_min > LONGEST_KEPT_MIN
    until: datetime | None = None
    alternatives: tuple[Slot, ...] = ()
    if not is_left_alone:
        try:
            with reader.office.ledger.transaction() as tx:
                until = _hold(tx, reader, reader.form.raw("slot")).until
        except SlotTaken as error:
            alternatives = error.alternatives
        except ClinicError:
            pass  # the session was taken off: no longer kept
    return reader.page("bookings/kept.html", until=until, alternatives=alternatives, say=saying)


def release(reader: Reader) -> HTTPResponse:
    """Give back what the page keeps; without `back` nobody waits for an answer: the page is being left."""
    with reader.office.ledger.transaction() as tx:
        holds.release_all(tx, saying.holder(reader, reader.form.raw("slot")))
    back = reader.form.raw("back")
    return reader.go(local_path(back)) if back else HTTPResponse("", 204)


def minutes(moment: datetime) -> int:
    """The moment for a hidden field: when the page was opened."""
    return int(moment.timestamp() // 60)


def _kept(reader: Reader, slot_id: str) -> Slot:
    with reader.office.ledger.transaction() as tx:
        slot = _hold(tx, reader, slot_id).slot
        if slot.id == slot_id:
            return slot
        holds.release_all(tx, saying.holder(reader, slot_id))  # the next number of a series, whose page it is to be
        return _hold(tx, reader, slot.id).slot


def _hold(tx: Transaction, reader: Reader, slot_id: str) -> Hold:
    slot = schedule.slot(tx, reader.profile, slot_id)
    return desk.keep(tx, reader.profile, reader.now, slot, holder=saying.holder(reader, slot_id))


def _next_page(slot_id: str, patient: int | None, moving: int | None) -> str:
    if moving is not None:
        return address(f"/bookings/{moving}/move", slot=slot_id)
    return address("/bookings/book", slot=slot_id, patient=patient)
