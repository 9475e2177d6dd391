"""Text-message PDUs (3GPP TS 23.040) as octets: no port, no thread, no clock.

Whatever the octets, decoding returns a message or raises `PduError`. A PDU here begins with the service-centre
address, as modules want and give it in AT+CMGS, +CMGL and +CMGR (27.005 clause 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from firmware.modem.pdu import septets
from firmware.modem.pdu.fields import (
    Alphabet,
    Concat,
    PduError,
    Reader,
    alphabet_of,
    class_of,
    read_address,
    read_concat,
    read_time,
    write_address,
    write_concat,
    write_digits,
    write_time,
)
from firmware.sms_parts import Coding, coding_of, split

__all__ = [
    "Concat", "Deliver", "Outcome", "PduError", "StatusReport", "Submit", "decode_received", "decode_submit",
    "encode_deliver", "encode_status_report", "encode_submit", "from_hex", "submits_of", "tpdu_octets",
]  # fmt: skip

PDU_OCTETS = 176 + 12  # the longest TPDU (SUBMIT-REPORT aside) and the longest service-centre address, rounded up
USER_DATA_OCTETS = 140
USER_DATA_SEPTETS = 160
PARTS = 255  # one octet counts them

_DELIVER, _SUBMIT, _STATUS_REPORT = 0, 1, 2  # TP-MTI, clause 9.2.3.1
_NO_MORE_MESSAGES = 0x04
_RELATIVE_VALIDITY = 0x10
_WANTS_REPORT = 0x20
_HAS_HEADER = 0x40
_VALIDITY_OCTETS = {0x00: 0, 0x10: 1, 0x08: 7, 0x18: 7}  # by TP-VPF
_THREE_DAYS = 0xA9  # TP-VP: 166 + days; a clinic's text that comes later only confuses
_SCHEMES = {Coding.GSM7: 0x00, Coding.UCS2: 0x08}


class Outcome(StrEnum):
    """What a status report says of a text."""

    DELIVERED = "delivered"
    TRYING = "trying"
    FAILED = "failed"


@dataclass(frozen=True)
class Deliver:
    """A text that came in."""

    sender: str  # "+" and digits, digits, or a name
    body: (
        str | None
    )  # None: not a text (8-bit data); may begin or end with half an emoji whose rest is in the next part
    service_time: datetime | None  # when the service centre had it; None if it told nonsense
    service_stamp: str = ""  # the same as 14 hex digits, as received
    concat: Concat | None = None
    message_class: int | None = None
    protocol: int = 0  # TP-PID; 0x41-0x47 replace an earlier message of the sender


@dataclass(frozen=True)
class StatusReport:
    """What became of a text that was sent."""

    reference: int  # TP-MR of the text, 0-255
    recipient: str
    service_time: datetime | None
    ended_at: datetime | None
    status: int  # TP-ST

    @property
    def outcome(self) -> Outcome:
        """Clause 9.2.3.15: below 0x20 done, below 0x40 still trying, else given up."""
        if self.status < 0x20:
            return Outcome.DELIVERED
        return Outcome.TRYING if self.status < 0x40 else Outcome.FAILED


@dataclass(frozen=True)
class Submit:
    """A text on its way out."""

    recipient: str
    body: str | None
    wants_report: bool = True
    concat: Concat | None = None
    reference: int = 0  # TP-MR; modules put their own


def from_hex(line: str) -> bytes:
    """The octets that a module printed as hex digits."""
    if len(line) > 2 * PDU_OCTETS or not line.isascii() or not line.isalnum():
        raise PduError("not a line of hex digits")
    try:
        return bytes.fromhex(line)
    except ValueError as error:
        raise PduError("not a line of hex digits") from error


def tpdu_octets(pdu: bytes) -> int:
    """The length that AT+CMGS wants: octets after the service-centre address."""
    return len(pdu) - 1 - pdu[0]


def submits_of(recipient: str, body: str, reference: int, wants_report: bool = True) -> list[bytes]:
    """The PDUs of a whole text, cut where a phone would; `reference` (0-255) ties the parts together."""
    parts = split(body)
    if len(parts.parts) > PARTS:
        raise PduError(f"a text of {len(parts.parts)} parts")
    if len(parts.parts) == 1:
        return [encode_submit(Submit(recipient, parts.parts[0], wants_report))]
    return [
        encode_submit(
            Submit(recipient, part, wants_report, Concat(reference, len(parts.parts), number)), coding=parts.coding
        )
        for number, part in enumerate(parts.parts, start=1)
    ]


def encode_submit(message: Submit, coding: Coding | None = None) -> bytes:
    """A SUBMIT, to be sent through the service centre that the SIM names."""
    if message.body is None:
        raise PduError("a text without a body")
    coding = coding or coding_of(message.body)
    first = _SUBMIT | _RELATIVE_VALIDITY
    first |= (_WANTS_REPORT if message.wants_report else 0) | (_HAS_HEADER if message.concat else 0)
    head = bytes((0, first, message.reference)) + write_address(message.recipient)
    return head + bytes((0, _SCHEMES[coding], _THREE_DAYS)) + _user_data(message.body, message.concat, coding)


def encode_deliver(message: Deliver, service_centre: str = "", coding: Coding | None = None) -> bytes:
    """A DELIVER as a module stores it; `message.service_time` must be known."""
    if message.body is None or message.service_time is None:
        raise PduError("a delivery needs a body and a time")
    coding = coding or coding_of(message.body)
    first = _DELIVER | _NO_MORE_MESSAGES | (_HAS_HEADER if message.concat else 0)
    scheme = _SCHEMES[coding] | (0 if message.message_class is None else 0x10 | message.message_class)
    head = _service_centre(service_centre) + bytes((first,)) + write_address(message.sender)
    middle = bytes((message.protocol, scheme)) + write_time(message.service_time)
    return head + middle + _user_data(message.body, message.concat, coding)


def encode_status_report(report: StatusReport, service_centre: str = "") -> bytes:
    """A STATUS-REPORT as a module stores it; both of its times must be known."""
    if report.service_time is None or report.ended_at is None:
        raise PduError("a status report needs both times")
    head = _service_centre(service_centre) + bytes((_STATUS_REPORT | _NO_MORE_MESSAGES, report.reference))
    times = write_time(report.service_time) + write_time(report.ended_at)
    return head + write_address(report.recipient) + times + bytes((report.status,))


def decode_received(pdu: bytes) -> Deliver | StatusReport | Submit:
    """What lies in a module's storage: something received, or a text of its own that was stored."""
    reader = _body_of(pdu)
    first = reader.octet()
    kind = first & 3
    if kind == _DELIVER:
        return _read_deliver(first, reader)
    if kind == _STATUS_REPORT:
        return _read_status_report(reader)
    if kind == _SUBMIT:
        return _read_submit(first, reader)
    raise PduError("a reserved message type")


def decode_submit(pdu: bytes) -> Submit:
    """A SUBMIT, as a module gets it from the box."""
    reader = _body_of(pdu)
    first = reader.octet()
    if first & 3 != _SUBMIT:
        raise PduError("not a text to be sent")
    return _read_submit(first, reader)


def _body_of(pdu: bytes) -> Reader:
    if len(pdu) > PDU_OCTETS:
        raise PduError(f"a PDU of {len(pdu)} octets")
    reader = Reader(pdu)
    reader.take(reader.octet())
    return reader


def _read_deliver(first: int, reader: Reader) -> Deliver:
    sender = read_address(reader)
    protocol, scheme = reader.octet(), reader.octet()
    stamp = reader.take(7)
    body, concat = _read_user_data(reader, scheme, has_header=bool(first & _HAS_HEADER))
    return Deliver(sender, body, read_time(stamp), stamp.hex(), concat, class_of(scheme), protocol)


def _read_status_report(reader: Reader) -> StatusReport:
    reference, recipient = reader.octet(), read_address(reader)
    times = read_time(reader.take(7)), read_time(reader.take(7))
    return StatusReport(reference, recipient, *times, status=reader.octet())


def _read_submit(first: int, reader: Reader) -> Submit:
    reference, recipient = reader.octet(), read_address(reader)
    scheme = reader.take(2)[1]
    reader.take(_VALIDITY_OCTETS[first & 0x18])
    body, concat = _read_user_data(reader, scheme, has_header=bool(first & _HAS_HEADER))
    return Submit(recipient, body, bool(first & _WANTS_REPORT), concat, reference)


def _read_user_data(reader: Reader, scheme: int, has_header: bool) -> tuple[str | None, Concat | None]:
    alphabet = alphabet_of(scheme)
    length = reader.octet()
    is_packed = alphabet is Alphabet.GSM7
    if length > (USER_DATA_SEPTETS if is_packed else USER_DATA_OCTETS):
        raise PduError(f"user data of {length} units")
    data = reader.take((length * 7 + 7) // 8 if is_packed else length)
    header = Reader(data).take(data[0] + 1) if has_header and data else b""
    concat = read_concat(header[1:])
    if is_packed:
        header_septets = (len(header) * 8 + 6) // 7
        return septets.to_text(septets.unpack(data, length)[header_septets:]), concat
    return _read_octets(data[len(header) :], alphabet), concat


def _read_octets(data: bytes, alphabet: Alphabet) -> str | None:
    if alphabet is Alphabet.OCTETS:
        return None
    return data[: len(data) // 2 * 2].decode("utf-16-be", "surrogatepass")


def _user_data(body: str, concat: Concat | None, coding: Coding) -> bytes:
    header = write_concat(concat) if concat else b""
    if coding is Coding.UCS2:
        data = header + body.encode("utf-16-be", "surrogatepass")
        length = len(data)
    else:
        data, length = _packed(header, body)
    if len(data) > USER_DATA_OCTETS:
        raise PduError(f"a part of {len(data)} octets")
    return bytes((length,)) + data


def _packed(header: bytes, body: str) -> tuple[bytes, int]:
    header_septets = (len(header) * 8 + 6) // 7
    try:
        codes = septets.to_codes(body)
    except KeyError as error:
        raise PduError("a character outside the 7-bit alphabet") from error
    body_bits = septets.pack(codes, skip_bits=header_septets * 7 - len(header) * 8)
    return header + body_bits, header_septets + len(codes)


def _service_centre(number: str) -> bytes:
    if not number:
        return b"\0"
    value = bytes((0x91 if number.startswith("+") else 0x81,)) + write_digits(number.removeprefix("+"))
    return bytes((len(value),)) + value
