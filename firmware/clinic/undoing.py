"""Second thoughts at the desk: what was done can be taken back, and within seconds the patient never hears of it.

A text about a change waits `UNDO_S` before it may leave. Who takes the change back in that time withdraws it, and the
texts that the change had withdrawn wait again; later the patient was told, so the truth is texted once more.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select, update

from firmware.clinic import accounts, bookings, holds, moving, notices, people, records
from firmware.clinic.errors import NoSuchBooking, SlotTaken
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.storage import roster_schema
from firmware.storage.account_schema import account_entries
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import IS_LIVE, IS_VISIT, booking_events
from firmware.storage.text_schema import outbox

UNDO_S = 15
REOPEN_S = 12 * 3600  # a check-in or no-show noted by mistake is found out on the same day


@dataclass(frozen=True)
class Changed:
    """A booking after a change, the texts that the change kept from leaving, and whether one about it goes out."""

    booking: Booking
    withdrawn: tuple[int, ...]
    is_told: bool


def cancel(
    tx: Transaction, profile: ClinicProfile, now: datetime, booking_id: int, *, cause: str, notify: bool = True
) -> Changed:
    """Cancel at the desk, past the patients' cut-off too; raises what `bookings.cancel` does.

    Who has died is never told."""
    waiting = _waiting(tx, booking_id)
    cancelled = bookings.cancel(
        tx, profile, now, booking_id, channel="desk", cause=cause, by_staff=True,
        notify=notify and _lives(tx, booking_id),
    )  # fmt: skip
    return Changed(cancelled, waiting, is_told=_delay(tx, now, booking_id))


def move(
    tx: Transaction,
    profile: ClinicProfile,
    now: datetime,
    booking_id: int,
    slot: Slot,
    *,
    holder: str,
    pay_at_desk: bool = False,
    notify: bool = True,
) -> Changed:
    """Move at the desk; raises what `moving.move` does. Who has died is never told."""
    waiting = _waiting(tx, booking_id)
    moved = moving.move(
        tx, profile, now, booking_id, slot, holder=holder, channel="desk", pay_at_desk=pay_at_desk,
        notify=notify and _lives(tx, booking_id),
    )  # fmt: skip
    return Changed(moved, waiting, is_told=_delay(tx, now, booking_id))


def take_back_cancel(
    tx: Transaction, profile: ClinicProfile, now: datetime, booking_id: int, *, texts: Collection[int], cause: str
) -> Booking:
    """The visit stands again as it did, with its code, its money held and its `texts` waiting.

    Raises `NoSuchBooking` unless it is cancelled, `SlotTaken`, `AlreadyBookedThatDay` or `NotEnoughMoney`.
    """
    visit = records.booking(tx, booking_id)
    if visit.state != "cancelled":
        raise NoSuchBooking(f"booking {booking_id} is {visit.state}")
    holds.sweep(tx, now)
    if tx.execute(select(exists().where(roster_schema.bookings.c.slot_key == visit.slot.key, IS_LIVE))).scalar():
        raise SlotTaken(holds.alternatives(tx, profile, now, visit.slot))
    cancelled_at = _last_change(tx, booking_id, "cancelled")
    fee_was_held = _entry_at(tx, booking_id, cancelled_at) == "release"
    fresh = bookings.fresh_code(tx, visit, visit.contact_number)  # also sees whether another visit stands in the way
    standing = replace(visit, state="booked", code=fresh if _code_is_taken(tx, visit) else visit.code)
    standing = replace(standing, fee_is_held=fee_was_held and bookings.keep_fee(tx, now, standing))
    _stand_again(tx, standing)
    bookings.note(tx, now, booking_id, "restored", "desk", cause)
    if _told(tx, booking_id, "cancellation", cancelled_at):
        notices.withdraw(tx, booking_id)
        notices.queue_confirmation(tx, profile, now, standing)
    else:
        _put_texts_back(tx, booking_id, texts)
    return standing


def take_back_move(
    tx: Transaction,
    profile: ClinicProfile,
    now: datetime,
    booking_id: int,
    slot: Slot,
    *,
    texts: Collection[int],
    holder: str,
) -> Booking:
    """The visit is where it was before, if that is still free; raises what `moving.move` does."""
    told = _told(tx, booking_id, "confirmation", _last_change(tx, booking_id, "moved"))
    moved = moving.move(tx, profile, now, booking_id, slot, holder=holder, channel="desk", notify=told)
    if not told:
        _put_texts_back(tx, booking_id, texts)
    return moved


def reopen(tx: Transaction, now: datetime, booking_id: int, *, cause: str) -> Booking:
    """The check-in or no-show was a mistake: the visit is to come again, money as before.

    Raises `NoSuchBooking` unless it was noted within `REOPEN_S`, or `NotEnoughMoney`.
    """
    visit = records.booking(tx, booking_id)
    if visit.state not in ("arrived", "no-show"):
        raise NoSuchBooking(f"booking {booking_id} is {visit.state}")
    noted_at = _last_change(tx, booking_id, visit.state)
    if noted_at is None or noted_at < later(now, -REOPEN_S):
        raise NoSuchBooking(f"booking {booking_id} was closed too long ago")
    settled = _entry_at(tx, booking_id, noted_at)
    if settled == "charge":
        accounts.refund(tx, now, visit.patient_id, visit.fee_cents, visit.id)
    is_held = settled in ("charge", "release") and bookings.keep_fee(tx, now, visit)
    standing = replace(visit, state="booked", fee_is_held=is_held)
    _stand_again(tx, standing)
    bookings.note(tx, now, booking_id, "reopened", "desk", cause)
    return standing


def _lives(tx: Transaction, booking_id: int) -> bool:
    return not people.patient(tx, records.booking(tx, booking_id).patient_id).is_deceased


def _stand_again(tx: Transaction, visit: Booking) -> None:
    values = {"state": "booked", "code": visit.code, "fee_is_held": int(visit.fee_is_held)}
    tx.execute(update(roster_schema.bookings).where(roster_schema.bookings.c.id == visit.id).values(values))


def _code_is_taken(tx: Transaction, visit: Booking) -> bool:
    used = exists().where(roster_schema.bookings.c.code == visit.code, IS_VISIT)
    return bool(tx.execute(select(used)).scalar())


def _last_change(tx: Transaction, booking_id: int, what: str) -> datetime | None:
    """When this last became of the booking."""
    events = booking_events.c
    of_kind = select(events.at).where(events.booking_id == booking_id, events.what == what)
    found: datetime | None = tx.execute(of_kind.order_by(events.id.desc()).limit(1)).scalar()
    return found


def _entry_at(tx: Transaction, booking_id: int, at: datetime | None) -> str | None:
    """What the change made then did to the patient's account."""
    entries = account_entries.c
    theirs = select(entries.kind).where(entries.booking_id == booking_id, entries.at == at)
    found: str | None = tx.execute(theirs.order_by(entries.id.desc()).limit(1)).scalar()
    return found


# ---- texts ----


def _waiting(tx: Transaction, booking_id: int) -> tuple[int, ...]:
    return tuple(tx.execute(select(outbox.c.id).where(_queued(booking_id))).scalars())


def _delay(tx: Transaction, now: datetime, booking_id: int) -> bool:
    """Whether there is a text that waits now."""
    waiting = update(outbox).where(_queued(booking_id)).values(not_before=later(now, UNDO_S))
    return tx.execute(waiting).rowcount > 0


def _told(tx: Transaction, booking_id: int, purpose: str, since: datetime | None) -> bool:
    """Whether the text about the change made then may have left."""
    columns = outbox.c
    of_change = and_(columns.booking_id == booking_id, columns.purpose == purpose, columns.created_at >= since)
    return bool(tx.execute(select(exists().where(of_change, columns.state.not_in(("queued", "withdrawn"))))).scalar())


def _put_texts_back(tx: Transaction, booking_id: int, texts: Collection[int]) -> None:
    notices.withdraw(tx, booking_id)
    again = and_(outbox.c.booking_id == booking_id, outbox.c.id.in_(texts), outbox.c.state == "withdrawn")
    tx.execute(update(outbox).where(again).values(state="queued"))


def _queued(booking_id: int) -> ColumnElement[bool]:
    return and_(outbox.c.booking_id == booking_id, outbox.c.state == "queued")
