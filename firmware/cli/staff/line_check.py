"""Whether a document of lines could be served, told before the box is started with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from firmware.audio.call_tones import PLANS
from firmware.clock import Clock
from firmware.modem.line import IncomingCall
from firmware.modem.line_setup import LineSetupError, build_line
from firmware.storage.folders import Folders

_NAME = re.compile(r"[A-Za-z0-9_-]{1,20}")  # it is part of a file's name
_PIN = re.compile(r"[0-9]{4,8}", re.ASCII)  # 3GPP TS 31.101 clause 9.3


def check_lines(plain: Any, folders: Folders, clock: Clock) -> dict[str, Any]:
    """The document, which may also be only its list; raises `LineSetupError`."""
    entries = plain.get("lines") if isinstance(plain, dict) and set(plain) == {"lines"} else plain
    if not isinstance(entries, list):
        raise LineSetupError("the file must hold a list of lines: '- {name: L1, kind: voice, device: /dev/ttyACM0}'")
    for entry in entries:
        _check(entry, folders, clock)
    for key in ("name", "device"):
        values = [entry[key] for entry in entries]
        for value in values:
            if values.count(value) > 1:
                raise LineSetupError(f"two lines have the {key} {value}")
    return {"lines": entries}


def missing_devices(document: dict[str, Any]) -> list[str]:
    """The devices that are not plugged in now."""
    return [entry["device"] for entry in document["lines"] if not Path(entry["device"]).exists()]


def _check(entry: Any, folders: Folders, clock: Clock) -> None:
    if not isinstance(entry, dict):
        raise LineSetupError(f"{entry!r} is no line: write {{name: L1, kind: voice, device: /dev/ttyACM0}}")
    build_line(entry, folders, clock, _nobody, _NoInbox(), _nothing)
    name = entry["name"]
    if not _NAME.fullmatch(name):
        raise LineSetupError(f"line {name!r}: a name is up to 20 Latin letters, digits, - and _")
    if entry.get("country", "cn") not in list(PLANS):
        raise LineSetupError(f"line {name}: country is one of {', '.join(PLANS)}, not {entry['country']!r}")
    if entry.get("pin") is not None and not (isinstance(entry["pin"], str) and _PIN.fullmatch(entry["pin"])):
        raise LineSetupError(f"line {name}: pin is 4 to 8 digits in quotes")


def _nobody(call: IncomingCall) -> None:
    """No line is started here, so nobody calls."""


def _nothing() -> None:
    """And no text comes."""


class _NoInbox:
    """Nor is one kept."""

    def keep_part(self, *_: object) -> bool:
        return False

    def keep_unreadable(self, line: str, pdu: str) -> None:
        return

    def keep_report(self, line: str, reference: int, recipient: str, is_delivered: bool) -> None:
        return

    def give_up_waiting(self) -> int:
        return 0
