"""The service centre of the virtual network: takes texts in, stamps them, delivers them, reports on them.

A number behind which a module is attached gets PDUs; every other number is a mobile phone that shows whole texts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Protocol

from firmware.clock import Clock
from firmware.modem.pdu.message import Concat, Deliver, StatusReport, Submit, encode_deliver, encode_status_report
from firmware.phone_number import NotANumber, international, normalise
from firmware.sms_parts import mend, split

SERVICE_CENTRE = "+8613800210500"
ZONE = timezone(timedelta(hours=8))
TRANSIT_S = 0.3
RETRY_S = 30.0  # how long the network waits before it tries a module again that was full or away
_DELIVERED, _UNREACHABLE = 0x00, 0x46  # TP-ST; 0x46: validity period expired (23.040 clause 9.2.3.15)


class Mobile(Protocol):
    """A module on the air."""

    number: str

    def take(self, pdu: bytes) -> bool:
        """Store a DELIVER or STATUS-REPORT; False when there is no room or nobody home: the network tries again."""


class Air(Protocol):
    """The network as a module sees it."""

    def attach(self, mobile: Mobile) -> None:
        """From now on `mobile.number` is reached through `mobile`."""

    def submit(self, sender: str, message: Submit) -> None:
        """Take over a text; its `reference` comes back in the report."""


@dataclass(frozen=True)
class ShownText:
    """A whole text as a phone shows it."""

    sender: str
    recipient: str
    body: str
    parts: int
    shown_at: datetime


@dataclass
class _Phone:
    shown: list[ShownText] = field(default_factory=list)
    waiting: dict[tuple[str, int, int], dict[int, str]] = field(default_factory=dict)


@dataclass
class _Pending:
    due: float
    mobile: Mobile
    pdu: bytes


class TextSwitch:
    """Driven by one thread: `tick` delivers what is due. `on_text` hears every text that a phone shows."""

    def __init__(self, clock: Clock, on_text: Callable[[ShownText], None] | None = None) -> None:
        self._clock = clock
        self._on_text = on_text
        self._mobiles: dict[str, Mobile] = {}
        self._phones: dict[str, _Phone] = {}
        self._pending: deque[_Pending] = deque()
        self._stamps: dict[tuple[str, str, int], datetime] = {}
        self._next_reference = 0
        self.unreachable: set[str] = set()

    def attach(self, mobile: Mobile) -> None:
        self._mobiles[_key(mobile.number)] = mobile

    def tick(self) -> None:
        """Deliver what is due; what a module refuses is tried again later, and nothing overtakes on one module."""
        now = self._clock.monotonic()
        stuck: set[str] = set()
        for pending in list(self._pending):
            number = pending.mobile.number
            if pending.due > now or number in stuck:
                stuck.add(number)
            elif pending.mobile.take(pending.pdu):
                self._pending.remove(pending)
            else:
                pending.due = now + RETRY_S
                stuck.add(number)

    def submit(self, sender: str, message: Submit) -> None:
        """A module or phone sends one part; delivered, and reported on if wished."""
        stamp = self._stamp()
        recipient = _key(message.recipient)
        is_reached = recipient not in self.unreachable
        if is_reached:
            self._forward(sender, recipient, message, stamp)
        if message.wants_report and (origin := self._mobiles.get(_key(sender))):
            status = _DELIVERED if is_reached else _UNREACHABLE
            report = StatusReport(message.reference, message.recipient, stamp, stamp, status)
            self._queue(origin, encode_status_report(report, SERVICE_CENTRE))

    def deliver(
        self,
        sender: str,
        recipient: str,
        body: str,
        reference: int | None = None,
        service_time: datetime | None = None,
    ) -> None:
        """A phone sends a whole text. The same `reference` again makes a second copy of the first text, with its
        service-centre time: what networks do when an acknowledgement got lost."""
        reference = self._new_reference() if reference is None else reference % 256
        stamp = service_time or self._stamps.get((sender, body, reference)) or self._stamp()
        self._stamps[sender, body, reference] = stamp
        parts = split(body).parts
        for number, part in enumerate(parts, start=1):
            concat = Concat(reference, len(parts), number) if len(parts) > 1 else None
            self._forward(sender, _key(recipient), Submit(recipient, part, concat=concat), stamp)

    def received(self, number: str | None = None) -> list[ShownText]:
        """Every text that the phone `number`, or any phone, has shown, oldest first."""
        if number is not None:
            return list(self._phone(_key(number)).shown)
        everywhere = [text for phone in self._phones.values() for text in phone.shown]
        return sorted(everywhere, key=lambda text: text.shown_at)

    def _forward(self, sender: str, recipient: str, message: Submit, stamp: datetime) -> None:
        if mobile := self._mobiles.get(recipient):
            delivery = Deliver(international(_key(sender)), message.body or "", stamp, concat=message.concat)
            self._queue(mobile, encode_deliver(delivery, SERVICE_CENTRE))
        else:
            self._show(sender, recipient, message)

    def _show(self, sender: str, recipient: str, message: Submit) -> None:
        phone, concat = self._phone(recipient), message.concat or Concat(0, 1, 1)
        key = (sender, concat.reference, concat.total)
        parts = phone.waiting.setdefault(key, {})
        parts[concat.sequence] = message.body or ""
        if len(parts) < concat.total:
            return
        del phone.waiting[key]
        body = mend("".join(parts[number] for number in sorted(parts)))
        text = ShownText(_key(sender), recipient, body, concat.total, self._clock.now())
        phone.shown.append(text)
        if self._on_text:
            self._on_text(text)

    def _queue(self, mobile: Mobile, pdu: bytes) -> None:
        self._pending.append(_Pending(self._clock.monotonic() + TRANSIT_S, mobile, pdu))

    def _phone(self, number: str) -> _Phone:
        return self._phones.setdefault(number, _Phone())

    def _stamp(self) -> datetime:
        return self._clock.now().astimezone(ZONE).replace(microsecond=0)

    def _new_reference(self) -> int:
        self._next_reference = (self._next_reference + 1) % 256
        return self._next_reference


def _key(number: str) -> str:
    """One subscriber has one key; a name (a bank, a carrier) is its own."""
    try:
        return normalise(number)
    except NotANumber:
        return number
