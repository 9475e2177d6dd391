"""A form for the telephone lines: what the box has found plugged in, beside what is set up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webui.forms import Form

KINDS = ("voice", "gsm")
COUNTRIES = ("cn", "us", "de")  # whose busy tones the box knows
CALLER_IDS = ("fsk", "dtmf")
MOST_NAME = 20
_NAME = re.compile(r"[A-Za-z0-9_-]{1,20}")
_PIN = re.compile(r"[0-9]{4,8}")
_INTERFACE = re.compile(r"-if([0-9]{2})(-port[0-9]+)?$")
_COMMANDS_INTERFACE = "02"  # of a SIMCom module: where it takes commands

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class LineRow:
    """One device: found, set up as a line, or both. The SIM card's PIN is never shown again."""

    device: str
    description: str
    is_there: bool
    is_used: bool
    name: str
    kind: str
    country: str
    caller_id: str
    has_pin: bool
    number: str = ""  # under which the line is called


def rows(found: Sequence[Entry], document: Entry | None) -> list[LineRow]:
    """The lines that are set up, then the other devices; a box without lines is offered its devices as such."""
    lines = list((document or {}).get("lines", ()))
    there = {str(each["path"]): each for each in found}
    set_up = {str(line["device"]) for line in lines}
    known = [_known(line, there.get(str(line["device"]))) for line in lines]
    free = [each for path, each in there.items() if path not in set_up]
    proposed = {str(each["path"]) for each in _proposed(free)} if not lines else set()
    names = {row.name for row in known}
    for each in free:
        row = _found(each, str(each["path"]) in proposed, names)
        names.add(row.name)
        known.append(row)
    return known


def read_lines(form: Form, shown: Sequence[LineRow], document: Entry | None) -> dict[str, Any]:
    """The document that the form describes; look at `form.errors` before you use it.

    Only devices that were shown can be used: an address of a device that came with the form is never believed.
    """
    before = {str(line["device"]): line for line in (document or {}).get("lines", ())}
    lines = []
    for number, row in enumerate(shown, 1):
        if form.flag(f"line-{number}-use") and form.raw(f"line-{number}-device") == row.device:
            lines.append(_line(form, f"line-{number}", row.device, before.get(row.device, {})))
    names = [line["name"] for line in lines]
    for number in range(1, len(shown) + 1):
        if names.count(form.raw(f"line-{number}-name").strip()) > 1:
            form.refuse(f"line-{number}-name", "line_form.twice")
    return {"lines": lines}


def _line(form: Form, row: str, device: str, before: Entry) -> dict[str, Any]:
    name = form.text(f"{row}-name", MOST_NAME)
    if name and not _NAME.fullmatch(name):
        form.refuse(f"{row}-name", "line_form.name")
    kind = form.choice(f"{row}-kind", KINDS)
    line = {"name": name, "kind": kind, "device": device}
    if number := form.phone(f"{row}-number", needed=False):
        line["number"] = number
    if kind == "voice":
        country = form.choice(f"{row}-country", COUNTRIES)
        return {**line, "country": country, "caller_id": form.choice(f"{row}-caller_id", CALLER_IDS)}
    pin = form.secret(f"{row}-pin").strip()
    if pin and not _PIN.fullmatch(pin):
        form.refuse(f"{row}-pin", "line_form.pin")
    kept = pin or before.get("pin")
    return {**line, "pin": kept} if kept else line


def _known(line: Entry, found: Entry | None) -> LineRow:
    return LineRow(
        str(line["device"]),
        str(found["description"]) if found else "",
        found is not None,
        True,
        str(line["name"]),
        str(line["kind"]),
        str(line.get("country", COUNTRIES[0])),
        str(line.get("caller_id", CALLER_IDS[0])),
        "pin" in line,
        str(line.get("number", "")),
    )


def _found(device: Entry, is_proposed: bool, names: set[str]) -> LineRow:
    name = next(f"L{number}" for number in range(1, len(names) + 2) if f"L{number}" not in names)
    path, description = str(device["path"]), str(device.get("description", ""))
    kind = str(device.get("kind") or KINDS[0])
    return LineRow(path, description, True, is_proposed, name, kind, COUNTRIES[0], CALLER_IDS[0], False)


def _proposed(found: Sequence[Entry]) -> list[Entry]:
    """Of each thing plugged in that is known to be a modem, the one way to speak to it."""
    best: dict[str, Entry] = {}
    for device in found:
        if device.get("kind") in KINDS:
            path = str(device["path"])
            whole, interface = _INTERFACE.sub("", path), _INTERFACE.search(path)
            if whole not in best or (interface and interface[1] == _COMMANDS_INTERFACE):
                best[whole] = device
    return list(best.values())
