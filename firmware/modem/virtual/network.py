"""The whole virtual network: lines, phones, exchange and texts, moved on 10 ms at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from firmware.audio.caller_id_tones import CallerIdFields
from firmware.clock import Clock
from firmware.modem.virtual.attachments import Attachment, GsmAttachment, VoiceAttachment
from firmware.modem.virtual.config import LineConfig, NetworkConfig
from firmware.modem.virtual.errors import NotPossible, UnknownCall, UnknownLine
from firmware.modem.virtual.exchange import Call, Exchange, Party
from firmware.modem.virtual.line import LineModel
from firmware.modem.virtual.mobile_line import MobileLine
from firmware.modem.virtual.phone import LegEvent, Phone
from firmware.modem.virtual.plans import load_plan
from firmware.modem.virtual.ringing import caller_fields
from firmware.modem.virtual.subscriber_line import SubscriberLine
from firmware.modem.virtual.text_switch import ShownText, TextSwitch
from firmware.phone_number import NotANumber, normalise

log = logging.getLogger(__name__)

Publish = Callable[..., None]


class VirtualNetwork:
    """All that is in the network; used by one thread."""

    def __init__(self, config: NetworkConfig, run_dir: Path, clock: Clock, publish: Publish) -> None:
        self.clock = clock
        self.attachments: dict[str, Attachment] = {}
        self.phones: dict[str, Phone] = {}
        self.switch = TextSwitch(clock, self._text_arrived)
        self._plan = load_plan(config.country)
        self._zone = ZoneInfo(self._plan.zone)
        self._run_dir = run_dir
        self._sounds = run_dir / "phones" if config.keeps_sound else None
        self._publish = publish
        self._names = count(1)
        self._lines: dict[str, SubscriberLine | MobileLine] = {}
        self._exchange = Exchange(self._find, config.trunks)
        for number in config.phones:
            self.phone(number)
        for line in config.lines:
            self.attachments[line.name] = self._attach(line)

    def phone(self, number: str) -> Phone:
        """The phone with this number; a new subscriber if nobody has it. Raises `NotANumber`, `NotPossible`."""
        key = normalise(number)
        if key in self._lines:
            raise NotPossible("this number belongs to a line")
        if key not in self.phones:
            self.phones[key] = Phone(key, self._plan, self._exchange, self._sounds, self._names, self._call_changed)
        return self.phones[key]

    def phone_in_call(self, call: str) -> Phone:
        """The phone that takes part in `call`; raises `UnknownCall`."""
        for phone in self.phones.values():
            if phone.leg is not None and phone.leg.name == call:
                return phone
        raise UnknownCall(f"there is no call {call!r}")

    def attachment(self, name: str) -> Attachment:
        """What hangs on a line; raises `UnknownLine`."""
        if name not in self.attachments:
            raise UnknownLine(f"there is no line {name!r}; there are {', '.join(self.attachments)}")
        return self.attachments[name]

    def tick(self) -> None:
        """Let 10 ms pass for everybody."""
        now = self.clock.monotonic()
        for attachment in self.attachments.values():
            attachment.tick(now)
        for party in self._parties():
            party.tick()
        self._exchange.tick(self._parties())
        self.switch.tick()

    def close(self) -> None:
        for attachment in self.attachments.values():
            attachment.terminal.unplug()

    def _parties(self) -> Iterator[Party]:
        yield from self._lines.values()
        yield from [phone for phone in self.phones.values() if phone.leg is not None]

    def _find(self, number: str) -> Party | None:
        try:
            key = normalise(number)
        except NotANumber:
            return None
        return self._lines.get(key) or self.phones.get(key)

    def _attach(self, line: LineConfig) -> Attachment:
        link, number = self._run_dir / f"{line.name}.tty", normalise(line.number)
        if line.kind == "gsm":
            mobile = GsmAttachment(line.name, link, number, self.switch)
            self._lines[number] = MobileLine(number, mobile.module, self._exchange)
            return mobile
        subscriber = SubscriberLine(number, self._plan, self._exchange, LineModel(line.quality), self._caller_fields)
        subscriber.caller_id = line.caller_id or self._plan.caller_id
        subscriber.loop_break_ms = self._plan.loop_break_ms if line.loop_break_ms is None else line.loop_break_ms
        self._lines[number] = subscriber
        return VoiceAttachment(line.name, link, line.profile(), subscriber)

    def _caller_fields(self, call: Call) -> CallerIdFields:
        return caller_fields(call.caller.number, call.withheld, self.clock.now().astimezone(self._zone))

    def _call_changed(self, event: LegEvent) -> None:
        self._publish("call", **vars(event))

    def _text_arrived(self, text: ShownText) -> None:
        details: dict[str, Any] = {"to": text.recipient, "from": text.sender, "body": text.body, "parts": text.parts}
        self._publish("text", **details)
