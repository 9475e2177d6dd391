"""From the set-up document of the lines to the drivers that serve them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware.audio.call_tones import PLANS
from firmware.clock import Clock
from firmware.modem.gsm.line import GsmLine
from firmware.modem.line import TEST_LINE, TEST_TEXT_LINE, CallHandler, Line
from firmware.modem.text_store import TextStore
from firmware.modem.voice.line import VoiceLine
from firmware.modem.voice.profile import CallerIdKind, LineSettings
from firmware.phone_number import NotANumber, normalise
from firmware.storage.folders import Folders

EXAMPLE = "{name: L1, kind: voice, device: /dev/ttyACM0}"
_VOICE_KEYS = ("name", "kind", "device", "country", "caller_id", "number")
_GSM_KEYS = ("name", "kind", "device", "pin", "number")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,20}")  # it is part of a file's name
_PIN = re.compile(r"[0-9]{4,8}", re.ASCII)  # 3GPP TS 31.101 clause 9.3

Entry = dict[str, Any]


class LineSetupError(Exception):
    """The set-up of the lines can't be understood; the message names the line and the key."""


@dataclass(frozen=True)
class VoiceSetup:
    """A line on a voice modem."""

    name: str
    device: Path
    settings: LineSettings
    number: str | None = None  # under which the line is called, in normal form


@dataclass(frozen=True)
class GsmSetup:
    """A line on a GSM module."""

    name: str
    device: Path
    pin: str | None
    number: str | None = None


LineSetup = VoiceSetup | GsmSetup


def read_lines(document: Any) -> list[LineSetup]:
    """The lines that a document `{"lines": [...]}` describes; touches no device. Raises `LineSetupError`."""
    if not isinstance(document, dict) or set(document) != {"lines"} or not isinstance(document["lines"], list):
        raise LineSetupError(f"lines is a list of lines: '- {EXAMPLE}'")
    lines = [_read_line(entry) for entry in document["lines"]]
    _refuse_twins("name", [line.name for line in lines])
    _refuse_twins("device", [str(line.device) for line in lines])
    return lines


def build_line(
    setup: LineSetup,
    folders: Folders,
    clock: Clock,
    on_call: CallHandler,
    inbox: TextStore,
    on_text: Callable[[], None],
) -> Line:
    """The line that `setup` describes, not started yet."""
    if isinstance(setup, VoiceSetup):
        return VoiceLine(setup.name, setup.device, clock, on_call, setup.settings)
    return GsmLine(setup.name, setup.device, clock, inbox, on_text, setup.pin, folders.pin_memory(setup.name))


def _read_line(entry: Any) -> LineSetup:
    if not isinstance(entry, dict):
        raise LineSetupError(f"{entry!r} is no line: write {EXAMPLE}")
    name, kind, device = (_text(entry, key) for key in ("name", "kind", "device"))
    if not _NAME.fullmatch(name):
        raise LineSetupError(f"line {name!r}: a name is up to 20 Latin letters, digits, - and _")
    if name in (TEST_LINE, TEST_TEXT_LINE):
        raise LineSetupError(f"line {name!r}: this name is the test phone's; give the line another one")
    if not Path(device).is_absolute():
        raise LineSetupError(f"line {name}: device is a whole path such as /dev/ttyACM0, not {device!r}")
    if kind == "voice":
        _refuse_unknown(entry, _VOICE_KEYS)
        return VoiceSetup(name, Path(device), LineSettings(_country(entry), _caller_id(entry)), _number(entry))
    if kind == "gsm":
        _refuse_unknown(entry, _GSM_KEYS)
        return GsmSetup(name, Path(device), _pin(entry), _number(entry))
    raise LineSetupError(f"line {name}: kind is 'voice' or 'gsm', not {kind!r}")


def _text(entry: Entry, key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise LineSetupError(f"line {entry.get('name', '?')}: {key!r} is missing")
    return value


def _country(entry: Entry) -> str:
    country = entry.get("country", "cn")
    if not isinstance(country, str) or country not in PLANS:
        raise LineSetupError(f"line {entry['name']}: country is one of {', '.join(PLANS)}, not {country!r}")
    return country


def _caller_id(entry: Entry) -> CallerIdKind:
    try:
        return CallerIdKind(entry.get("caller_id", "fsk"))
    except ValueError as error:
        known, given = ", ".join(CallerIdKind), entry["caller_id"]
        raise LineSetupError(f"line {entry['name']}: caller_id is one of {known}, not {given!r}") from error


def _pin(entry: Entry) -> str | None:
    pin = entry.get("pin")
    if pin is None or (isinstance(pin, str) and _PIN.fullmatch(pin)):
        return pin
    raise LineSetupError(f"line {entry['name']}: pin is 4 to 8 digits in quotes")


def _number(entry: Entry) -> str | None:
    number = entry.get("number")
    if number is None:
        return None
    try:
        return normalise(str(number))
    except NotANumber as error:
        raise LineSetupError(f"line {entry['name']}: number is the line's telephone number, not {number!r}") from error


def _refuse_unknown(entry: Entry, known: tuple[str, ...]) -> None:
    for key in entry:
        if key not in known:
            raise LineSetupError(f"line {entry['name']}: unknown key {key!r}; known are {', '.join(sorted(known))}")


def _refuse_twins(key: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise LineSetupError(f"two lines have the {key} {value}")
