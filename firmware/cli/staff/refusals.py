"""Why something is refused, as one sentence for the person at the keyboard that says what to do next."""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import OperationalError

from firmware.clinic.errors import (
    AlreadyBookedThatDay,
    AlreadyCancelled,
    BeyondHorizon,
    ClinicError,
    HoldLost,
    NotEnoughMoney,
    SlotTaken,
)
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.ivr.book import FlowRefused
from firmware.ivr.document import FlowError
from firmware.language.values import ClockTime, Day, Money
from firmware.language.writing import write
from firmware.modem.line_setup import LineSetupError
from firmware.phone_number import NotANumber
from firmware.staff.errors import StaffError
from firmware.storage.errors import StorageError


class Refused(Exception):
    """What was typed can't be done; the message is for the person who typed it."""


REFUSALS = (
    Refused, ClinicError, StaffError, StorageError, FlowError, LineSetupError, NotANumber, OSError,
    sqlite3.OperationalError, OperationalError,
)  # fmt: skip


def sentences(error: Exception) -> list[str]:
    """The refusal in words, one line for each thing that is wrong."""
    match error:
        case SlotTaken(alternatives=free) | HoldLost(alternatives=free):
            return [f"That is taken or not offered any more. Next free: {_list(free)}."]
        case BeyondHorizon(last_day=day):
            return [f"The clinic books until {write(Day(day), 'en')} only."]
        case AlreadyBookedThatDay(booking=booking):
            return [f"This patient has a visit in the same department that day: {visit(booking)}."]
        case AlreadyCancelled(booking=booking):
            return [f"This was cancelled before: {visit(booking)}."]
        case NotEnoughMoney(available_cents=there_cents, wanted_cents=wanted_cents):
            there, wanted = (write(Money(cents), "en") for cents in (there_cents, wanted_cents))
            return [f"The account has {there} free, the visit costs {wanted}: pay in, or book with --pay-at-desk."]
        case OSError(strerror=reason, filename=file) if reason and file:
            return [f"{file}: {reason}."]
        case OperationalError(orig=fault):
            return [f"The ledger can't be used: {fault}."]
        case sqlite3.OperationalError():
            return [f"The ledger can't be used: {error}."]
        case FlowRefused(issues=issues):
            return [*map(str, issues), "Not published: the errors must go first."]
    return [_sentence(str(error))]


def visit(booking: Booking) -> str:
    """A booking in a few words: day, time, with whom, queue number, code."""
    code = f", code {booking.code}" if booking.code else ""
    return f"{slot_words(booking.slot)}{code}"


def slot_words(slot: Slot) -> str:
    """A slot in a few words."""
    who = slot.session.doctor.name if slot.session.doctor else slot.session.department.name
    day, name = write(Day(slot.day), "en"), write(who, "en")
    if slot.session.is_by_number:
        return f"{day} {name} No. {slot.number}"
    return f"{day} {write(ClockTime(slot.begins), 'en')} {name}"


def _list(slots: tuple[Slot, ...]) -> str:
    return "; ".join(map(slot_words, slots)) or "nothing within the days that the clinic books"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
