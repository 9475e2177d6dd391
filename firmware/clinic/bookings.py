"""From hold to visit: confirm, cancel, check in. Each is one transaction's worth: booking, money, journal and text."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update

from firmware.clinic import accounts, codes, holds, notices, records, roster
from firmware.clinic.errors import (
    AlreadyBookedThatDay,
    AlreadyCancelled,
    HoldLost,
    NoAccount,
    NoSuchBooking,
    TooLateToCancel,
)
from firmware.clinic.profile import CHARGE, ClinicProfile
from firmware.clinic.records import OTHER_VISIT, Booking
from firmware.clinic.roster import Slot
from firmware.language.values import Language
from firmware.storage.ledger import Transaction
from firmware.storage.prepared import Prepared, named
from firmware.storage.roster_schema import booking_events, bookings

_OBSTACLES = Prepared(select(OTHER_VISIT.label("visit_id"), codes.IS_USED.label("code_is_used")))
_BOOK = Prepared(
    update(bookings)
    .where(bookings.c.id == bindparam("booking_id"))
    .values(
        state="booked",
        held_until=None,
        code=bindparam("new_code"),
        fee_is_held=bindparam("fee_kept"),
        contact_number=bindparam("number"),
        language=bindparam("wanted_language"),
    )
)
_SET_STATE = Prepared(
    update(bookings).where(bookings.c.id == bindparam("booking_id")).values(state=bindparam("new_state"), fee_is_held=0)
)
_EVENT = Prepared(insert(booking_events).values(named("booking_id", "at", "what", "channel", "cause", "detail")))


def confirm(
    tx: Transaction,
    profile: ClinicProfile,
    now: datetime,
    hold_id: int,
    *,
    holder: str,
    slot: Slot | None = None,
    number: str | None = None,
    language: Language = "zh",
    pay_at_desk: bool = False,
    notify: bool = True,
    text_line: str | None = None,
) -> Booking:
    """Make the hold a visit: money held, code given, confirmation queued, all in this transaction.

    `slot` is what the holder believes to hold: if the hold is lost, `HoldLost` tells what is free near it.
    `number` is where the texts go; None or a landline gets none. `notify=False` when the caller answers with
    `notices.confirmation` itself; `text_line` is the only line that the text may leave through, if there is one. Who
    has no account pays at the desk, and so does anybody with `pay_at_desk`. A hold whose time is over but that nobody
    else took is still good, and confirming twice is confirming once. Raises `HoldLost`, `NotEnoughMoney`,
    `AlreadyBookedThatDay`.
    """
    held = _held(tx, hold_id, holder)
    if held is None:
        raise HoldLost(holds.alternatives(tx, profile, now, slot) if slot else ())
    if held.state != "held":
        return held
    code = fresh_code(tx, held, number)
    keeps_fee = not pay_at_desk and keep_fee(tx, now, held)
    visit = {"booking_id": held.id, "new_code": code, "fee_kept": int(keeps_fee)}
    _BOOK.run(tx, **visit, number=number, wanted_language=language)
    note(tx, now, held.id, "booked", held.channel, holder)
    booked = replace(held, state="booked", code=code, fee_is_held=keeps_fee, contact_number=number, language=language)
    if notify:
        notices.queue_confirmation(tx, profile, now, booked, line=text_line)
    return booked


def cancel(
    tx: Transaction,
    profile: ClinicProfile,
    now: datetime,
    booking_id: int,
    *,
    channel: str,
    cause: str,
    by_staff: bool = False,
    notify: bool = True,
    text_line: str | None = None,
) -> Booking:
    """Cancel a visit: slot free at once, money back, texts for it withdrawn, cancellation queued.

    `cause` is the call, dialogue or staff behind it. Only staff may cancel after the cut-off. Raises `NoSuchBooking`
    (also for a visit whose patient came or missed it), `AlreadyCancelled`, `TooLateToCancel`.
    """
    visit = records.booking(tx, booking_id)
    if visit.state == "cancelled":
        raise AlreadyCancelled(visit)
    if visit.state != "booked":
        raise NoSuchBooking(f"booking {booking_id} is {visit.state}")
    cut_off = profile.cut_off(visit.day)
    if now >= cut_off and not by_staff:
        raise TooLateToCancel(visit, cut_off)
    if visit.fee_is_held:
        accounts.release(tx, now, visit.patient_id, visit.fee_cents, visit.id)
    cancelled = _set_state(tx, now, visit, "cancelled", channel, cause)
    notices.withdraw(tx, visit.id)
    if notify:
        notices.queue_cancellation(tx, profile, now, cancelled, line=text_line)
    return cancelled


def check_in(tx: Transaction, now: datetime, booking_id: int, *, channel: str, cause: str) -> Booking:
    """The patient is there: held money is charged. Raises `NoSuchBooking` unless it is a visit still to come."""
    visit = records.booking(tx, booking_id)
    if visit.state == "arrived":
        return visit
    if visit.state != "booked":
        raise NoSuchBooking(f"booking {booking_id} is {visit.state}")
    if visit.fee_is_held:
        accounts.charge(tx, now, visit.patient_id, visit.fee_cents, visit.id)
    return _set_state(tx, now, visit, "arrived", channel, cause)


def no_show(
    tx: Transaction, profile: ClinicProfile, now: datetime, booking_id: int, *, channel: str, cause: str
) -> Booking:
    """The patient did not come: held money is settled as `profile.no_show_fee` says, texts not yet sent are withdrawn.

    Raises `NoSuchBooking` unless it is a visit that is booked and whose time has come.
    """
    visit = records.booking(tx, booking_id)
    if visit.state == "no-show":
        return visit
    if visit.state != "booked" or now < roster.last_moment(visit.slot, profile.zone):
        raise NoSuchBooking(f"booking {booking_id} is {visit.state}, or still to come")
    if visit.fee_is_held:
        settle = accounts.charge if profile.no_show_fee == CHARGE else accounts.release
        settle(tx, now, visit.patient_id, visit.fee_cents, visit.id)
    notices.withdraw(tx, visit.id)
    return _set_state(tx, now, visit, "no-show", channel, cause)


def _held(tx: Transaction, hold_id: int, holder: str) -> Booking | None:
    """The holder's hold, or what it became when it was confirmed before; None if it is neither."""
    try:
        held = records.booking(tx, hold_id)
    except NoSuchBooking:
        return None
    return held if held.holder == holder and held.state in ("held", "booked") else None


def fresh_code(tx: Transaction, held: Booking, number: str | None) -> str:
    """A code that is free, if nothing stands in the way of the visit."""
    visit = {"patient_id": held.patient_id, "department_id": held.department.id, "day": held.day, "number": number}
    while True:
        code = codes.draw()
        obstacles = _OBSTACLES.first(tx, **visit, **codes.parts(code))
        if obstacles.visit_id is not None:
            raise AlreadyBookedThatDay(records.booking(tx, obstacles.visit_id))
        if not obstacles.code_is_used:
            return code


def keep_fee(tx: Transaction, now: datetime, held: Booking) -> bool:
    """Hold the fee on the person's account; False if there is none to hold, or no account."""
    if held.fee_cents == 0:
        return False
    try:
        accounts.hold(tx, now, held.patient_id, held.fee_cents, held.id)
    except NoAccount:
        return False
    return True


def _set_state(tx: Transaction, now: datetime, visit: Booking, state: str, channel: str, cause: str) -> Booking:
    _SET_STATE.run(tx, booking_id=visit.id, new_state=state)
    note(tx, now, visit.id, state, channel, cause)
    return replace(visit, state=state, fee_is_held=False)


def note(
    tx: Transaction, now: datetime, booking_id: int, what: str, channel: str, cause: str, detail: str | None = None
) -> None:
    """What became of the booking, for its history."""
    _EVENT.run(tx, booking_id=booking_id, at=now, what=what, channel=channel, cause=cause, detail=detail)
