"""A small network in one process, without pseudo-terminals: time passes when `run` says so."""

from __future__ import annotations

import re
from datetime import datetime
from itertools import count
from pathlib import Path

import numpy as np

from firmware.audio.port import Sound
from firmware.modem.virtual.exchange import Exchange, Party
from firmware.modem.virtual.line import LineModel, LineQuality
from firmware.modem.virtual.phone import LegEvent, Phone
from firmware.modem.virtual.plans import load_plan
from firmware.modem.virtual.ringing import caller_fields
from firmware.modem.virtual.subscriber_line import SubscriberLine
from firmware.modem.virtual.tones import ticks
from firmware.modem.virtual.voice_modem.modem import Modem
from firmware.modem.virtual.voice_modem.profile import load_profile

CLINIC = "02161230001"
PATIENT = "13800000001"
NINE_O_CLOCK = datetime(2026, 3, 2, 9, 0)


class Wire:
    """The cable between a modem and a test that plays the host."""

    def __init__(self) -> None:
        self.is_full = False
        self.received = bytearray()

    def send(self, data: bytes) -> None:
        self.received += data

    def take(self) -> bytes:
        data = bytes(self.received)
        self.received.clear()
        return data


class Rig:
    """One modem on one line, and phones."""

    def __init__(
        self,
        folder: Path,
        model: str = "USR5637",
        country: str = "cn",
        duplex: bool = True,
        trunks: int = 100,
        **quality: float,
    ) -> None:
        self.plan = load_plan(country)
        self.events: list[LegEvent] = []
        self._names = count(1)
        self._folder = folder
        self._parties: dict[str, Party] = {}
        self.exchange = Exchange(self._parties.get, trunks)
        self.line = SubscriberLine(
            CLINIC,
            self.plan,
            self.exchange,
            LineModel(LineQuality(**quality)),
            lambda call: caller_fields(call.caller.number, call.withheld, NINE_O_CLOCK),
        )
        self._parties[CLINIC] = self.line
        self.wire = Wire()
        self.modem = self.line.device = Modem(load_profile(model, duplex), self.line, self.wire)
        self.ask("E0")
        self.ask(f"+GCI={self.plan.t35_code:X}")

    def phone(self, number: str = PATIENT) -> Phone:
        if number not in self._parties:
            self._parties[number] = Phone(
                number, self.plan, self.exchange, self._folder, self._names, self.events.append
            )
        return self._parties[number]

    def run(self, milliseconds: int) -> None:
        """Let time pass."""
        for _ in range(ticks(milliseconds)):
            self.modem.tick()
            for party in self._parties.values():
                party.tick()
            self.exchange.tick(list(self._parties.values()))

    def ask(self, command: str) -> str:
        """What the modem answers to AT`command`, with " | " for line ends."""
        self.wire.take()
        self.modem.feed(f"AT{command}\r".encode())
        return self.heard_text()

    def heard_text(self) -> str:
        """What the modem has said since the last time, as lines."""
        return " | ".join(line for line in re.split(r"[\r\n]+", self.wire.take().decode("latin-1")) if line)

    def events_heard(self) -> str:
        """The shielded events that the modem has sent since the last time."""
        return re.sub(rb"\x10\x10|[^\x10]|\x10(.)", rb"\1", self.wire.take(), flags=re.DOTALL).decode("latin-1")

    def states(self) -> list[str]:
        """What phones were told about their calls."""
        return [event.state for event in self.events]

    def talk(self, phone: Phone) -> None:
        """The phone calls, the modem answers in voice mode."""
        phone.dial(CLINIC)
        self.run(4_000)  # into the gap after the first ring
        self.ask("+FCLASS=8")
        self.ask("+VLS=1")
        self.run(200)

    def heard_by(self, phone: Phone, call: str = "call-1") -> Sound:
        return np.fromfile(self._folder / call / "heard.s16", np.int16)


def bursts_ms(sound: Sound) -> list[int]:
    """The lengths of the stretches of sound, silence, sound, ... to 10 ms, without silence at either end."""
    loud = np.abs(sound[: len(sound) // 80 * 80].reshape(-1, 80)).max(axis=1) > 300
    edges = np.flatnonzero(np.diff(np.concatenate(([False], loud, [False])).astype(int)))
    return [int(length) * 10 for length in np.diff(edges)]


def pitch_hz(sound: Sound) -> int:
    """The strongest frequency."""
    spectrum = np.abs(np.fft.rfft(sound))
    return round(int(np.argmax(spectrum)) * 8000 / len(sound))
