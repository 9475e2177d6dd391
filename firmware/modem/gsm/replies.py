"""What the answers of a GSM module mean; pure functions over lines. Whatever the lines, they return, never raise."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

_CMGL = re.compile(r"\+CMGL: ?([0-9]{1,5}),([0-9]?),.*?,?([0-9]{1,3})")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_CREG = re.compile(r"\+C(?:G|E)?REG: ?[0-9],([0-9]{1,2})(?:,.*)?")
_CSQ = re.compile(r"\+CSQ: ?([0-9]{1,3}),.*")
_CPIN = re.compile(r"\+CPIN: ?(.+)")
_SPIC = re.compile(r"\+SPIC: ?([0-9]+)[, ].*")
_CPMS = re.compile(r"\+CPMS: ?([0-9]+),([0-9]+).*")
_CNMI = re.compile(r"\+CNMI: ?(.+)")
_CMGS = re.compile(r"\+CMGS: ?([0-9]{1,3})(?:,.*)?")
_ERROR_CODE = re.compile(r"\+CM[ES] ERROR: ?([0-9]+)")
_NOTICE = re.compile(r'\+C(?:MTI|DSI): ?"[A-Z]{2}",[0-9]+')

_REGISTERED = (1, 5, 6, 7, 9, 10)  # 27.007 clause 7.2: home, roaming, the same for texts only, the same without CSFB
_RECEIVED = ("0", "1")  # 27.005 clause 3.1: received unread, received read; 2 and 3 are texts of the module's own


@dataclass(frozen=True)
class Stored:
    """A received PDU at an index of a module's storage."""

    index: int
    octets: int  # of the PDU without its service centre, as the module counts
    pdu: str  # hex digits


def stored_texts(lines: list[str]) -> list[Stored]:
    """The answer to AT+CMGL=4. An entry whose second line is no PDU is left out: the next sweep sees it again."""
    found = []
    for head, pdu in pairwise(lines):
        entry = _CMGL.fullmatch(head)
        if entry and (entry[2] in _RECEIVED) and _HEX.fullmatch(pdu):
            found.append(Stored(int(entry[1]), int(entry[3]), pdu))
    return found


def is_registered(lines: list[str]) -> bool:
    """Whether AT+CREG? or AT+CEREG? says that texts can be sent."""
    return any(int(stat) in _REGISTERED for stat in _all(_CREG, lines))


def signal_dbm(lines: list[str]) -> int | None:
    """AT+CSQ: -113 dBm and 2 dB a step; None for 99, not known (27.007 clause 8.5)."""
    rssi = _first(_CSQ, lines)
    return None if rssi is None or int(rssi) > 31 else -113 + 2 * int(rssi)


def pin_state(lines: list[str]) -> str:
    """AT+CPIN?: "READY", "SIM PIN", "SIM PUK", ... ("" if it said nothing)."""
    return _first(_CPIN, lines) or ""


def pin_tries(lines: list[str]) -> int | None:
    """AT+SPIC: how often the PIN may still be wrong."""
    tries = _first(_SPIC, lines)
    return None if tries is None else int(tries)


def storage_use(lines: list[str]) -> tuple[int, int] | None:
    """AT+CPMS="..": places used, and all places, of the storage that is read from."""
    match = next((m for m in map(_CPMS.fullmatch, lines) if m), None)
    return None if match is None else (int(match[1]), int(match[2]))


def notice_settings(lines: list[str]) -> str | None:
    """AT+CNMI?: the settings without blanks."""
    settings = _first(_CNMI, lines)
    return None if settings is None else settings.replace(" ", "")


def sent_reference(lines: list[str]) -> int | None:
    """The reference in the answer to a PDU; None if it was no success."""
    reference = _first(_CMGS, lines)
    return None if reference is None or lines[-1] != "OK" else int(reference) % 256


def error_code(line: str) -> int | None:
    """The number in +CME ERROR or +CMS ERROR."""
    match = _ERROR_CODE.fullmatch(line)
    return int(match[1]) if match else None


def tells_of_text(line: str) -> bool:
    """Whether an unsolicited line says that a text or a report has been stored."""
    return _NOTICE.fullmatch(line) is not None


def _all(pattern: re.Pattern[str], lines: list[str]) -> list[str]:
    return [match[1] for match in map(pattern.fullmatch, lines) if match]


def _first(pattern: re.Pattern[str], lines: list[str]) -> str | None:
    return next(iter(_all(pattern, lines)), None)
