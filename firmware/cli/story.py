"""What happens on the virtual network and in the ledger, told line by line: for people and for programs."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from firmware.clock import Clock
from firmware.storage.call_schema import voice_messages
from firmware.storage.ledger import Ledger
from firmware.storage.roster_schema import booking_events, bookings, departments, doctors


class Teller:
    """Prints one line for each thing that happens: when, what kind, and what."""

    def __init__(self, clock: Clock, zone: ZoneInfo, as_json: bool = False, out: TextIO | None = None) -> None:
        self._clock, self._zone = clock, zone
        self._as_json = as_json
        self._out = out or sys.stdout

    def headline(self, text: str) -> None:
        """A title between two parts of a story; programs don't need it."""
        if not self._as_json:
            print(f"\n== {text} ==", file=self._out, flush=True)

    def tell(self, kind: str, text: str, **details: Any) -> None:
        """`kind` is a word such as heard, pressed, stored, texted."""
        at = self._clock.now().astimezone(self._zone)
        if self._as_json:
            line = json.dumps({"at": _iso(at), "kind": kind, "text": text, **details}, ensure_ascii=False)
        else:
            line = f"{at:%H:%M:%S}  {kind:<9} {text}"
        print(line, file=self._out, flush=True)


@dataclass
class LedgerWatch:
    """Tells what was stored since the watch began."""

    ledger: Ledger
    teller: Teller
    booking_event: int = 0
    message: int = 0

    def __post_init__(self) -> None:
        with self.ledger.reading() as tx:
            self.booking_event = tx.execute(select(func.max(booking_events.c.id))).scalar() or 0
            self.message = tx.execute(select(func.max(voice_messages.c.id))).scalar() or 0

    def look(self) -> None:
        """Tell what is new."""
        with self.ledger.reading() as tx:
            events = tx.execute(_EVENTS.where(booking_events.c.id > self.booking_event)).all()
            messages = tx.execute(select(voice_messages).where(voice_messages.c.id > self.message)).all()
        for event in events:
            self.booking_event = event.id
            what = f"{event.what}: {event.day} {event.begins:%H:%M} {event.department} {event.doctor or ''}".rstrip()
            self.teller.tell(
                "stored", f"{what}, number {event.queue_number}, code {event.code}", booking=event.booking_id
            )
        for message in messages:
            self.message = message.id
            self.teller.tell("stored", f"voice message of {message.seconds} s", voice_message=message.id)


_EVENTS = (
    select(
        booking_events.c.id,
        booking_events.c.what,
        booking_events.c.booking_id,
        bookings.c.day,
        bookings.c.begins,
        bookings.c.queue_number,
        bookings.c.code,
        departments.c.name_zh.label("department"),
        doctors.c.name_zh.label("doctor"),
    )
    .join(bookings, bookings.c.id == booking_events.c.booking_id)
    .join(departments, departments.c.id == bookings.c.department_id)
    .outerjoin(doctors, doctors.c.id == bookings.c.doctor_id)
    .order_by(booking_events.c.id)
)


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
