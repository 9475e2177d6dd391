"""The desk at its booking pages, and what the clinic's ledger says then."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from firmware.clinic import bookings, holds, records, sample
from firmware.clinic.records import Booking
from firmware.clinic.roster import Slot
from firmware.storage import audit, outbox
from firmware.storage.roster_schema import bookings as rows
from firmware.storage.text_schema import outbox as texts_table
from tests.clinic.visits import P1, TUESDAY, WANG, slot_at
from tests.web.browser import Browser, Reply
from webui.office import Office

P6 = 6  # deceased
TUESDAY_PAGE = "/bookings?day=2026-03-03"


class Clinic:
    """What the tests ask the ledger, and what happens there without a browser."""

    def __init__(self, office: Office) -> None:
        self.office, self.profile = office, sample.profile()

    @property
    def now(self) -> Any:
        return self.office.clock.now()

    def slot(self, at: str, day: Any = TUESDAY, doctor: int = WANG) -> Slot:
        with self.office.ledger.reading() as tx:
            return slot_at(tx, self.profile, self.now, day, at, doctor)

    def phone_books(self, slot: Slot, patient: int = P1, number: str | None = "13800000001") -> Booking:
        with self.office.ledger.transaction() as tx:
            held = holds.hold(tx, self.profile, self.now, slot, patient, holder=f"call/{patient}", channel="voice")
            return bookings.confirm(tx, self.profile, self.now, held.id, holder=f"call/{patient}", number=number)

    def visit(self, booking_id: int) -> Booking:
        with self.office.ledger.reading() as tx:
            return records.booking(tx, booking_id)

    def visits(self) -> list[Booking]:
        with self.office.ledger.reading() as tx:
            keys = tx.execute(select(rows.c.id).where(rows.c.state == "booked")).scalars().all()
            return [records.booking(tx, key) for key in keys]

    def texts(self, state: str = "queued") -> list[str]:
        with self.office.ledger.reading() as tx:
            of_state = select(texts_table.c.body).where(texts_table.c.state == state)
            return list(tx.execute(of_state.order_by(texts_table.c.id)).scalars())

    def send_texts(self) -> int:
        count = 0
        with self.office.ledger.transaction() as tx:
            while text := outbox.claim_next(tx, self.now, "L3"):
                outbox.mark_sent(tx, self.now, text.id)
                count += 1
        return count

    def audited(self) -> list[tuple[str, str]]:
        with self.office.ledger.reading() as tx:
            return [(trace.who, trace.what) for trace in audit.latest(tx)]


def click(desk: Browser, slot: Slot, page: str = TUESDAY_PAGE) -> Reply:
    """The first click: on a free time of the day."""
    shown = desk.get(page)
    assert f'value="{slot.id}"' in shown.body, "the time is offered"
    return desk.send(shown.form("/bookings/hold"), slot=slot.id)


def book(desk: Browser, slot: Slot, patient: int = P1, **fields: str) -> Reply:
    """All three clicks."""
    click(desk, slot, f"/bookings?day={slot.day}")
    chosen = desk.get(f"/bookings/book?slot={slot.id}&patient={patient}")
    return desk.send(chosen.form("/bookings/book"), **fields)
