"""What a voice modem does by itself for a while: dial, send tones, wait for a carrier.

Each is a generator that is resumed once a tick and returns the result code it ends with.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from typing import Protocol

import numpy as np

from firmware.audio.port import Sound
from firmware.audio.spandsp import KEYS, DtmfSender
from firmware.modem.virtual.plans import CountryPlan
from firmware.modem.virtual.sound_queue import SoundQueue
from firmware.modem.virtual.tones import samples, sines, ticks
from firmware.modem.virtual.voice_modem.commands import BadCommand
from firmware.modem.virtual.voice_modem.line_signals import ToneSignals
from firmware.modem.virtual.voice_modem.settings import Settings

Job = Generator[None, None, str]

DIAL_TONE_WAIT_S = 5.0
TONE_LEVEL_DBM0 = -13.0
LONGEST_TONE_10MS = 3000
DIAL_DIGIT_MS = 95
_TONE_ITEM = re.compile(r"\[(\d*),(\d*),(\d+)\]|\{([0-9A-D*#]),(\d+)\}|([0-9A-D*#!])")


class DiallingModem(Protocol):
    """What dialling needs of the modem."""

    tones: SoundQueue
    signals: ToneSignals
    plan: CountryPlan

    @property
    def settings(self) -> Settings: ...

    @property
    def is_in_voice_mode(self) -> bool: ...

    def on_hook(self) -> None: ...


def dial(modem: DiallingModem, text: str) -> Job:
    """Wait for dial tone, dial, and judge by the sound what became of it (+VRA, +VRN of V.253)."""
    yield from _pause(modem.settings.register("S6"))
    if modem.settings.basic("X") in (2, 4) and not (yield from _hears(modem, "dial", DIAL_TONE_WAIT_S)):
        modem.on_hook()
        return "NO DIALTONE"
    digits = "".join(key for key in text if key in KEYS)
    modem.tones.add(DtmfSender(DIAL_DIGIT_MS, DIAL_DIGIT_MS).sound(digits))
    yield from _until_sent(modem)
    if text.endswith(";"):
        return "OK"
    return (yield from _judge(modem))


def wait_for_carrier(modem: DiallingModem) -> Job:
    """Nobody at the far end is a modem."""
    yield from _pause(modem.settings.register("S7"))
    modem.on_hook()
    return "NO CARRIER"


def send_tones(modem: DiallingModem, sound: Sound) -> Job:
    modem.tones.add(sound)
    yield from _until_sent(modem)
    return "OK"


def tones_of(text: str, default_10ms: int) -> Sound:
    """The sound that +VTS asks for: keys, {key,duration}, [f1,f2,duration]; durations in 10 ms. Raises `BadCommand`."""
    parts: list[Sound] = []
    position = 0
    while position < len(text):
        item = _TONE_ITEM.match(text, position)
        if item is None or text[item.end() : item.end() + 1] not in ("", ","):
            raise BadCommand("+VTS takes keys, {key,duration} and [f1,f2,duration]")
        parts.append(_tone(item, default_10ms))
        position = item.end() + 1
    if not parts:
        raise BadCommand("+VTS without a tone")
    return np.concatenate(parts)


def _tone(item: re.Match[str], default_10ms: int) -> Sound:
    first, second, duration, timed_key, key_duration, key = item.groups()
    if not 1 <= int(duration or key_duration or default_10ms) <= LONGEST_TONE_10MS:
        raise BadCommand("no tone is so short or so long")
    if duration is not None:
        frequencies = tuple(hz for hz in (int(first or 0), int(second or 0)) if hz)
        count = samples(int(duration) * 10)
        return sines(frequencies, TONE_LEVEL_DBM0, count) if frequencies else np.zeros(count, np.int16)
    if key == "!":
        return np.zeros(samples(500), np.int16)  # a hook flash: this exchange takes no notice
    return DtmfSender(int(key_duration or default_10ms) * 10, 70).sound(timed_key or key)


def _judge(modem: DiallingModem) -> Job:
    """Follow the call-progress tones until it is clear, or S7 seconds are over."""
    gone_ticks = ticks(modem.settings.value("+VRA") * 100)
    never_ticks = ticks(modem.settings.value("+VRN") * 1000)
    rang, since = False, 0
    for _ in range(ticks(modem.settings.register("S7") * 1000)):
        yield
        present, since = modem.signals.present, since + 1
        if present == "busy":
            modem.on_hook()
            return "BUSY"
        if present == "ring_back":
            rang, since = True, ticks(modem.plan.ring_back.cadence_ms[-1])  # it is missed only after its own gap
        elif modem.is_in_voice_mode and since >= (gone_ticks if rang else never_ticks):
            return "OK"
    modem.on_hook()
    return "NO ANSWER" if modem.is_in_voice_mode else "NO CARRIER"


def _hears(modem: DiallingModem, tone: str, within_s: float) -> Generator[None, None, bool]:
    for _ in range(ticks(within_s * 1000)):
        if modem.signals.present == tone:
            return True
        yield
    return False


def _pause(seconds: float) -> Generator[None, None, None]:
    for _ in range(ticks(seconds * 1000)):
        yield


def _until_sent(modem: DiallingModem) -> Generator[None, None, None]:
    while not modem.tones.is_empty:
        yield
