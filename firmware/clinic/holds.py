"""Holds: a slot kept for one call, text dialogue or desk while it makes up its mind.

A hold is a booking row in the state "held", so that one unique index guards both. It lives as long as its holder
renews it, and dies with it; one left behind by a crash ends by the clock and is swept by the next hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, or_, select, update
from sqlalchemy.dialects import sqlite

from firmware.clinic import records, roster, schedule
from firmware.clinic.errors import AlreadyBookedThatDay, BeyondHorizon, SlotOff, SlotTaken
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import OTHER_VISIT
from firmware.clinic.roster import Slot
from firmware.clinic.schedule import IS_CLOSED_DAY, IS_OF_ONE_DATE, Wish
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.prepared import Prepared, named
from firmware.storage.roster_schema import IS_HELD, absences, bookings, sessions


@dataclass(frozen=True)
class Hold:
    """A slot kept for `holder` until `until`."""

    id: int
    slot: Slot
    holder: str
    until: datetime


_OBSTACLES = Prepared(
    select(
        OTHER_VISIT.label("visit_id"),
        or_(
            exists().where(absences.c.session_id == bindparam("session_id"), absences.c.day == bindparam("day")),
            and_(IS_CLOSED_DAY, exists().where(sessions.c.id == bindparam("session_id"), ~IS_OF_ONE_DATE)),
        ).label("is_off"),
    )
)
_SWEEP = Prepared(
    delete(bookings).where(
        IS_HELD,
        or_(bookings.c.held_until <= bindparam("now"), bookings.c.holder == bindparam("whose")),
    )
)
_HOLD_COLUMNS = (
    "slot_key", "session_id", "department_id", "doctor_id", "kind", "day", "begins", "queue_number", "patient_id",
    "state", "holder", "held_until", "fee_cents", "channel", "created_at",
)  # fmt: skip
_TAKE = Prepared(
    sqlite.insert(bookings).values(named(*_HOLD_COLUMNS)).on_conflict_do_nothing().returning(bookings.c.id)
)
_IS_HELD_BY = and_(IS_HELD, bookings.c.holder == bindparam("whose"))
_RENEW = update(bookings).where(_IS_HELD_BY).values(held_until=bindparam("until"))
_RELEASE = delete(bookings).where(_IS_HELD_BY)


def hold(
    tx: Transaction,
    profile: ClinicProfile,
    now: datetime,
    slot: Slot,
    patient_id: int | None,
    *,
    holder: str,
    channel: str,
) -> Hold:
    """Keep `slot` for the person (None: for whom is not known yet) until `profile.hold_s` from now.

    What `holder` held before is given back. `holder` names the call, dialogue or desk ("call/<id>"), `channel` is
    voice, text or desk. If the number of a series is gone, its next free number is taken. Raises `SlotTaken` (or
    `SlotOff`) with the next free slots, `AlreadyBookedThatDay` or `BeyondHorizon`.
    """
    if slot.day > profile.last_day(now):
        raise BeyondHorizon(profile.last_day(now))
    session = slot.session
    visit = {"patient_id": patient_id, "department_id": session.department.id, "day": slot.day}
    obstacles = _OBSTACLES.first(tx, **visit, session_id=session.id)
    if obstacles.visit_id is not None:
        raise AlreadyBookedThatDay(records.booking(tx, obstacles.visit_id))
    if obstacles.is_off or roster.last_moment(slot, profile.zone) <= now:
        raise SlotOff(alternatives(tx, profile, now, slot))
    _SWEEP.run(tx, now=now, whose=holder)
    until = later(now, profile.hold_s)
    for candidate in _candidates(tx, profile, now, slot):
        row = _TAKE.first(tx, **_row(candidate, patient_id, now, until, holder, channel))
        if row is not None:
            return Hold(row.id, candidate, holder, until)
    raise SlotTaken(alternatives(tx, profile, now, slot))


def renew(tx: Transaction, profile: ClinicProfile, now: datetime, holder: str) -> None:
    """The holder is still there: its hold, if any, lives `profile.hold_s` from now on."""
    tx.execute(_RENEW, {"whose": holder, "until": later(now, profile.hold_s)})


def release_all(tx: Transaction, holder: str) -> None:
    """The holder is gone or has changed its mind: everything it held is free at once."""
    tx.execute(_RELEASE, {"whose": holder})


def release_calls(tx: Transaction) -> None:
    """At start-up: the calls of before are gone, and with them what they held."""
    tx.execute(delete(bookings).where(IS_HELD, bookings.c.holder.startswith("call/")))


def sweep(tx: Transaction, now: datetime) -> int:
    """Free the holds whose time is over; returns how many there were."""
    return tx.execute(delete(bookings).where(IS_HELD, bookings.c.held_until <= now)).rowcount


def alternatives(tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot) -> tuple[Slot, ...]:
    """The next two free slots like this one: same department and kind, same doctor if it had one."""
    session = slot.session
    doctor_id = session.doctor.id if session.doctor else None
    wish = Wish(department_id=session.department.id, kind=session.kind, doctor_id=doctor_id)
    return schedule.next_free(tx, profile, now, wish, after=slot.day)


def _candidates(tx: Transaction, profile: ClinicProfile, now: datetime, slot: Slot) -> Iterator[Slot]:
    """What to try: the slot, and if it is only a number of a series, those still free."""
    yield slot
    if slot.session.is_by_number:
        of_session = schedule.offers(tx, profile, now, slot.day, Wish(department_id=slot.session.department.id))
        yield from (free for offer in of_session if offer.session.id == slot.session.id for free in offer.free)


def _row(
    slot: Slot, patient_id: int | None, now: datetime, until: datetime, holder: str, channel: str
) -> dict[str, Any]:
    session = slot.session
    return {
        "slot_key": slot.key,
        "session_id": session.id,
        "department_id": session.department.id,
        "doctor_id": session.doctor.id if session.doctor else None,
        "kind": session.kind,
        "day": slot.day,
        "begins": slot.begins,
        "queue_number": slot.number,
        "patient_id": patient_id,
        "state": "held",
        "holder": holder,
        "held_until": until,
        "fee_cents": session.fee_cents,
        "channel": channel,
        "created_at": now,
    }
