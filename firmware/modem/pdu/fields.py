"""Fields that text-message PDUs share: addresses, time stamps, coding schemes, user-data headers (3GPP TS 23.040)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

from firmware.modem.errors import LineError
from firmware.modem.pdu import septets

ADDRESS_SEMI_OCTETS = 20  # clause 9.1.2.5: an address value has at most 10 octets
_DIGITS = "0123456789*#abc"  # clause 9.1.2.3; 15 fills up
_TON_INTERNATIONAL, _TON_ALPHANUMERIC = 1, 5
_ISDN = 1  # numbering plan
_QUARTER_H = timedelta(minutes=15)


class PduError(LineError):
    """The octets are no text-message PDU, or the text does not fit one."""


class Alphabet(StrEnum):
    """How user data is to be read."""

    GSM7 = "gsm7"
    OCTETS = "octets"  # 8-bit data, or compressed: no text that a person could read
    UCS2 = "ucs2"


@dataclass(frozen=True)
class Concat:
    """This message is part `sequence` of `total` of the message that its sender numbered `reference`."""

    reference: int
    total: int
    sequence: int
    is_wide: bool = False  # 16-bit reference (clause 9.2.3.24.8) instead of 8-bit (9.2.3.24.1)


class Reader:
    """Takes fields off the front of a PDU."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def take(self, count: int) -> bytes:
        taken = self._octets[self._at : self._at + count]
        if len(taken) < count:
            raise PduError("the PDU ends in the middle of a field")
        self._at += count
        return taken

    def octet(self) -> int:
        return self.take(1)[0]

    def rest(self) -> bytes:
        return self._octets[self._at :]


def read_address(reader: Reader) -> str:
    """A number with "+" if international, or the name of an alphanumeric sender (clause 9.1.2.5)."""
    length = reader.octet()
    if length > ADDRESS_SEMI_OCTETS:
        raise PduError(f"an address of {length} semi-octets")
    kind = reader.octet() >> 4 & 7
    value = reader.take((length + 1) // 2)
    if kind == _TON_ALPHANUMERIC:
        return septets.to_text(septets.unpack(value, length * 4 // 7)).rstrip("\r\0")
    digits = read_digits(value)[:length]
    return "+" + digits if kind == _TON_INTERNATIONAL and digits else digits


def read_digits(value: bytes) -> str:
    """Semi-octet digits, low half first; fill at the end is dropped, elsewhere it is an error."""
    halves = [half for octet in value for half in (octet & 15, octet >> 4)]
    while halves and halves[-1] == 15:
        halves.pop()
    if 15 in halves:
        raise PduError("a filler between the digits of an address")
    return "".join(_DIGITS[half] for half in halves)


def write_address(address: str) -> bytes:
    """An address field; whatever is not "+" and digits travels as an alphanumeric sender."""
    if re.fullmatch(r"\+?[0-9*#]+", address, re.ASCII):
        digits = address.removeprefix("+")
        kind = _TON_INTERNATIONAL if address.startswith("+") else 0
        return _address(len(digits), kind, write_digits(digits))
    try:
        codes = septets.to_codes(address)
    except KeyError as error:
        raise PduError("a sender's name outside the 7-bit alphabet") from error
    return _address((len(codes) * 7 + 3) // 4, _TON_ALPHANUMERIC, septets.pack(codes))


def write_digits(digits: str) -> bytes:
    """Semi-octet digits, filled with 15 to whole octets."""
    halves = [_DIGITS.index(digit) for digit in digits] + [15] * (len(digits) % 2)
    return bytes(low | high << 4 for low, high in zip(halves[::2], halves[1::2], strict=True))


def _address(length: int, kind: int, value: bytes) -> bytes:
    if length > ADDRESS_SEMI_OCTETS:
        raise PduError(f"an address of {length} semi-octets")
    plan = 0 if kind == _TON_ALPHANUMERIC else _ISDN
    return bytes((length, 0x80 | kind << 4 | plan)) + value


def read_time(stamp: bytes) -> datetime | None:
    """A service-centre time stamp (clause 9.2.3.11); None for one that no calendar knows (some networks send zeros)."""
    year, month, day, hour, minute, second = ((octet & 15) * 10 + (octet >> 4) for octet in stamp[:6])
    quarters = (stamp[6] & 7) * 10 + (stamp[6] >> 4)
    offset = _QUARTER_H * (-quarters if stamp[6] & 8 else quarters)
    try:
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=timezone(offset))
    except ValueError:
        return None


def write_time(moment: datetime) -> bytes:
    """A time stamp of an aware `moment`, in its own zone, to the second."""
    quarters = round((moment.utcoffset() or timedelta()) / _QUARTER_H)
    moment = moment.astimezone(timezone(_QUARTER_H * quarters))
    numbers = (moment.year % 100, moment.month, moment.day, moment.hour, moment.minute, moment.second, abs(quarters))
    stamp = bytearray(number % 10 << 4 | number // 10 for number in numbers)
    stamp[6] |= 8 if quarters < 0 else 0
    return bytes(stamp)


def alphabet_of(scheme: int) -> Alphabet:
    """What a data coding scheme says of the alphabet (23.038 clause 4); reserved values mean the 7-bit alphabet."""
    group = scheme >> 4
    if group < 8:
        if scheme & 0x20:
            return Alphabet.OCTETS  # compressed
        return {1: Alphabet.OCTETS, 2: Alphabet.UCS2}.get(scheme >> 2 & 3, Alphabet.GSM7)
    if group == 14:
        return Alphabet.UCS2
    return Alphabet.OCTETS if group == 15 and scheme & 4 else Alphabet.GSM7


def class_of(scheme: int) -> int | None:
    """The message class, 0 (shown at once, not stored) to 3, if the coding scheme names one."""
    has_class = scheme >> 4 == 15 or (scheme < 0x80 and scheme & 0x10)
    return scheme & 3 if has_class else None


def read_concat(header: bytes) -> Concat | None:
    """The concatenation element of a user-data header; others, and impossible ones, are passed over (9.2.3.24)."""
    reader, found = Reader(header), None
    while reader.rest():
        kind, value = reader.octet(), reader.take(reader.octet())
        if (kind, len(value)) in ((0, 3), (8, 4)):
            concat = Concat(int.from_bytes(value[:-2]), value[-2], value[-1], is_wide=kind == 8)
            found = concat if 1 <= concat.sequence <= concat.total else found
    return found


def write_concat(concat: Concat) -> bytes:
    """A user-data header, with its length, that holds the concatenation element."""
    kind, width = (8, 2) if concat.is_wide else (0, 1)
    try:
        value = concat.reference.to_bytes(width) + bytes((concat.total, concat.sequence))
    except (OverflowError, ValueError) as error:
        raise PduError("a concatenation reference or count out of range") from error
    return bytes((len(value) + 2, kind, len(value))) + value
