"""What trying the box did to visits, and taking it back: the test phone books for real."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from firmware.clinic import notices, records, undoing
from firmware.clinic.errors import AlreadyBookedThatDay, NoSuchBooking, NotEnoughMoney, SlotTaken
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.storage.dialogues import TEXT
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import booking_events
from firmware.storage.text_schema import dialogues

BOOKED, CANCELLED = "booked", "cancelled"
PREFIX = "dialogue/"
MOST_DEEDS = 50
MOST_RECENT = 500  # events of visits that are looked through for those by text


@dataclass(frozen=True)
class Deed:
    """A visit that was booked or cancelled, and how it stands now."""

    what: str  # BOOKED or CANCELLED
    visit: Booking
    stands: bool  # it is as the trial left it, and can be taken back


@dataclass(frozen=True)
class TakenBack:
    """How many visits are again as they were before the trial, and how many could not be restored."""

    done: int
    lost: int


def causes(tx: Transaction, call_ids: Collection[str], numbers: Collection[str], since: datetime) -> list[str]:
    """As the history of visits names them: these calls, and the dialogues by text with these numbers since then."""
    by_call = [f"call/{each}" for each in call_ids]
    return by_call + (_by_text(tx, numbers, since) if numbers else [])


def deeds(tx: Transaction, of: Collection[str]) -> list[Deed]:
    """What these causes did to visits, in order."""
    columns = booking_events.c
    found = select(columns.what, columns.booking_id).where(columns.cause.in_(of), columns.what.in_((BOOKED, CANCELLED)))
    rows = tx.execute(found.order_by(columns.id).limit(MOST_DEEDS)).all()
    own = {row.booking_id for row in rows if row.what == BOOKED}  # one of these that is cancelled is as it was
    return [
        Deed(row.what, visit, visit.state == row.what and (row.what == BOOKED or visit.id not in own))
        for row in rows
        if (visit := _visit(tx, row.booking_id))
    ]


def take_back(tx: Transaction, profile: ClinicProfile, now: datetime, of: Collection[str], *, cause: str) -> TakenBack:
    """Cancel what these causes booked, restore what they cancelled; nobody is texted."""
    done = lost = 0
    for deed in deeds(tx, of):
        if not deed.stands:
            continue
        try:
            with tx.begin_nested():
                _take_back(tx, profile, now, deed, cause)
            done += 1
        except (SlotTaken, AlreadyBookedThatDay, NotEnoughMoney):
            lost += 1
    return TakenBack(done, lost)


def _take_back(tx: Transaction, profile: ClinicProfile, now: datetime, deed: Deed, cause: str) -> None:
    if deed.what == BOOKED:
        undoing.cancel(tx, profile, now, deed.visit.id, cause=cause, notify=False)
        return
    undoing.take_back_cancel(tx, profile, now, deed.visit.id, texts=(), cause=cause)
    notices.withdraw(tx, deed.visit.id)  # the patient never heard that it was cancelled


def _by_text(tx: Transaction, numbers: Collection[str], since: datetime) -> list[str]:
    """Among the newest events: dialogues have no index by number, and there may be very many."""
    newest = select(booking_events.c.at, booking_events.c.cause).order_by(booking_events.c.id.desc())
    recent = newest.limit(MOST_RECENT).subquery()
    theirs = (
        select(recent.c.cause)
        .distinct()
        .join(dialogues, dialogues.c.id == func.substr(recent.c.cause, len(PREFIX) + 1))
        .where(
            recent.c.cause.startswith(PREFIX),
            recent.c.at >= since,
            dialogues.c.number.in_(numbers),
            dialogues.c.channel == TEXT,
        )
    )
    return list(tx.execute(theirs).scalars())


def _visit(tx: Transaction, booking_id: int) -> Booking | None:
    try:
        return records.booking(tx, booking_id)
    except NoSuchBooking:
        return None
