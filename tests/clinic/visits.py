"""Short ways to say what tests of the clinic say often."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import select

from firmware.clinic import bookings, holds, schedule
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Transaction
from firmware.storage.text_schema import outbox

TUESDAY = date(2026, 3, 3)
WEDNESDAY = date(2026, 3, 4)

INTERNAL, SURGERY = 1, 2
WANG, LI, ZHAO = 1, 2, 3
P1, P2, P3, P4, P5 = 1, 2, 3, 4, 5
PHONE = {P1: "13800000001", P2: "13800000002", P3: "13800000002", P4: "13800000004", P5: "13800000005"}


def slot_at(
    tx: Transaction, profile: ClinicProfile, now: datetime, day: date, at: str, doctor: int | None = WANG
) -> Slot:
    """The free slot of the doctor at this wall time."""
    free = schedule.free_slots(tx, profile, now, day, Wish(doctor_id=doctor))
    return next(slot for slot in free if slot.begins == time.fromisoformat(at))


def book(
    tx: Transaction,
    profile: ClinicProfile,
    now: datetime,
    slot: Slot,
    patient: int = P1,
    holder: str = "call/1",
    **how: object,
) -> Booking:
    """Hold and confirm."""
    held = holds.hold(tx, profile, now, slot, patient, holder=holder, channel="voice")
    how.setdefault("number", PHONE[patient])
    return bookings.confirm(tx, profile, now, held.id, holder=holder, **how)  # type: ignore[arg-type]


def texts(tx: Transaction, state: str = "queued") -> list[str]:
    """What waits in the outbox, oldest first."""
    return list(tx.execute(select(outbox.c.body).where(outbox.c.state == state).order_by(outbox.c.id)).scalars())
