"""From a line's set-up document to the driver that serves it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from firmware.clock import Clock
from firmware.modem.gsm.line import GsmLine
from firmware.modem.line import CallHandler, Line
from firmware.modem.text_store import TextStore
from firmware.modem.voice.line import VoiceLine
from firmware.modem.voice.profile import CallerIdKind, LineSettings
from firmware.storage.folders import Folders

VOICE_KEYS = {"name", "kind", "device", "country", "caller_id"}
GSM_KEYS = {"name", "kind", "device", "pin"}


class LineSetupError(Exception):
    """A line's set-up document can't be understood; the message names the line and the key."""


def build_line(
    entry: dict[str, Any],
    folders: Folders,
    clock: Clock,
    on_call: CallHandler,
    inbox: TextStore,
    on_text: Callable[[], None],
) -> Line:
    """The line that `entry` describes, not started yet; raises `LineSetupError`."""
    name, kind, device = (_wanted(entry, key) for key in ("name", "kind", "device"))
    if kind == "voice":
        _refuse_unknown(entry, VOICE_KEYS)
        return VoiceLine(name, Path(device), clock, on_call, _voice_settings(entry))
    if kind == "gsm":
        _refuse_unknown(entry, GSM_KEYS)
        memory = folders.data / f"pin-{name}.json"
        return GsmLine(name, Path(device), clock, inbox, on_text, entry.get("pin"), memory)
    raise LineSetupError(f"line {name}: kind is 'voice' or 'gsm', not {kind!r}")


def _voice_settings(entry: dict[str, Any]) -> LineSettings:
    try:
        return LineSettings(entry.get("country", "cn"), CallerIdKind(entry.get("caller_id", "fsk")))
    except ValueError as error:
        raise LineSetupError(f"line {entry['name']}: {error}") from error


def _wanted(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise LineSetupError(f"line {entry.get('name', '?')}: {key!r} is missing")
    return value


def _refuse_unknown(entry: dict[str, Any], known: set[str]) -> None:
    for key in entry:
        if key not in known:
            raise LineSetupError(f"line {entry['name']}: unknown key {key!r}; known are {', '.join(sorted(known))}")
