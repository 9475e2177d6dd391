"""Who calls, from what the modem says between rings: +VCID=1 lines, +VCID=2 packets and MESG tags.

Packets as in ETSI EN 300 659-3 and Telcordia GR-30: type 04 (single message) or 80 (multiple), length, data,
two's complement check sum. Modems give them with or without the sum.
"""

from __future__ import annotations

import re

from firmware.modem.line import CallerId

_SINGLE, _MULTIPLE = 0x04, 0x80
_NUMBER, _NO_NUMBER = 0x02, 0x04
_DATE_LENGTH = 8  # MMDDHHMM before the number of a single message
_WITHHELD = ("P", "PRIVATE")
_UNAVAILABLE = ("O", "OUTOFAREA")

_FIELD = re.compile(r"(DATE|TIME|NMBR|NAME|MESG)\s*=\s*(.*)", re.IGNORECASE)
_PACKET = re.compile(r"(?:[0-9A-F]{2}){4,260}", re.IGNORECASE)
_PHONE_NUMBER = re.compile(r"\+?[0-9]{1,24}")
_PUNCTUATION = re.compile(r"[\s()./-]")


def read_line(text: str) -> CallerId | None:
    """The caller that one line names; None when the line is no part of a caller id or does not say who."""
    field = _FIELD.fullmatch(text.strip())
    if field is None:
        return read_packet(text) if _PACKET.fullmatch(text.strip()) else None
    name, value = field[1].upper(), field[2].strip()
    if name == "NMBR":
        return _caller(value)
    return _read_tag(value) if name == "MESG" else None


def read_packet(text: str) -> CallerId | None:
    """The caller in a whole packet in hexadecimal; None when it is damaged or says nothing."""
    if not _PACKET.fullmatch(text.strip()):
        return None
    packet = bytes.fromhex(text.strip())
    kind, length, body = packet[0], packet[1], packet[2:]
    if len(body) < length or (len(body) > length and sum(packet[: length + 3]) & 0xFF):
        return None
    if kind == _SINGLE:
        return _caller(body[_DATE_LENGTH:length].decode("ascii", "replace"))
    return _read_fields(body[:length]) if kind == _MULTIPLE else None


def _read_fields(body: bytes) -> CallerId | None:
    """Tag, length, data, repeated: the number, or the reason why there is none."""
    while len(body) >= 2:
        tag, length = body[0], body[1]
        if tag in (_NUMBER, _NO_NUMBER):
            return _caller(body[2 : 2 + length].decode("ascii", "replace"))
        body = body[2 + length :]
    return None


def _read_tag(value: str) -> CallerId | None:
    """One field of a multiple message that the modem did not know: tag, length, data, perhaps a sum, in hex."""
    if not re.fullmatch(r"(?:[0-9A-Fa-f]{2}){3,260}", value):
        return None
    return _read_fields(bytes.fromhex(value))


def _caller(text: str) -> CallerId | None:
    value = _PUNCTUATION.sub("", text).upper()
    if value in _WITHHELD:
        return CallerId(None, withheld=True)
    if value in _UNAVAILABLE:
        return CallerId(None)
    return CallerId(value) if _PHONE_NUMBER.fullmatch(value) else None
