"""Caller id as sound, by libspandsp: FSK between the first two rings, or keys before the first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from firmware.audio.errors import BadCallerId
from firmware.audio.libspandsp import ffi, library, pointer
from firmware.audio.port import SAMPLE_RATE_HZ, Sound


class CallerIdStandard(IntEnum):
    """How a network tells who calls, numbered as the library does."""

    CLASS = 1  # FSK of Bell 202
    CLIP = 2  # FSK of V.23 (ETSI EN 300 659)
    DTMF = 5  # keys before the first ring


@dataclass(frozen=True)
class CallerIdFields:
    """What a caller id message says."""

    number: str | None = None
    is_withheld: bool = False  # withheld by the caller, or not available
    name: str | None = None
    month_day_time: str | None = None  # MMDDhhmm


_MULTIPLE_FORMAT = 0x80  # ETSI EN 300 659-3 message type
_UNMARKED, _TIME, _NUMBER, _NO_NUMBER, _NAME = 0, 1, 2, 4, 7  # and its parameter types
_DTMF_NUMBER, _DTMF_REASONS = ord("A"), (ord("B"), ord("D"))
_TIME_DIGITS = 8
_NAME_CHARACTERS = 50
_REASON_DIGITS = 2  # D1, D2, D3, B00 and B10 say why there is no number


class CallerIdReceiver:
    """Hears caller id; take a fresh one for every ringing cycle. Either FSK kind is heard by one receiver."""

    def __init__(self, standard: CallerIdStandard) -> None:
        spandsp = library()
        self._standard = standard
        self._messages = messages = list[bytes]()
        self._feed = spandsp.adsi_rx
        self._next_field = spandsp.adsi_next_field
        self._callback = ffi.callback(
            "put_msg_func_t", lambda _user, message, length: messages.append(bytes(ffi.buffer(message, length)))
        )
        state = spandsp.adsi_rx_init(ffi.NULL, standard, self._callback, ffi.NULL)
        self._state = ffi.gc(state, spandsp.adsi_rx_free)

    def feed(self, sound: Sound) -> list[CallerIdFields]:
        """The messages that ended in the next samples; one with a bad checksum is never reported."""
        self._feed(self._state, pointer(sound), len(sound))
        heard = [_caller_id(self._standard, self._fields(message)) for message in self._messages]
        self._messages.clear()
        return heard

    def _fields(self, message: bytes) -> dict[int, str]:
        kind, body, length = ffi.new("uint8_t *"), ffi.new("uint8_t const **"), ffi.new("int *")
        fields: dict[int, str] = {}
        position = -1
        while True:
            position = self._next_field(self._state, message, len(message), position, kind, body, length)
            if position <= 0:
                return fields
            if body[0] != ffi.NULL:
                fields[kind[0]] = bytes(ffi.buffer(body[0], length[0])).decode("latin-1")


def _caller_id(standard: CallerIdStandard, fields: dict[int, str]) -> CallerIdFields:
    time, number = fields.get(_TIME), fields.get(_NUMBER) or fields.get(_DTMF_NUMBER)
    reason = next((fields[kind] for kind in _DTMF_REASONS if kind in fields), "")
    unmarked = fields.get(_UNMARKED, "")
    if unmarked and standard is CallerIdStandard.DTMF:
        number = unmarked
    elif unmarked:  # the single format: time and number in one
        time, number = unmarked[:_TIME_DIGITS], unmarked[_TIME_DIGITS:]
    elif len(reason) > _REASON_DIGITS:
        reason, number = "", reason  # some exchanges begin the number itself with D
    withheld = _NO_NUMBER in fields or bool(reason) or number in ("P", "O")
    return CallerIdFields(None if withheld else number or None, withheld, fields.get(_NAME), time)


class CallerIdSender:
    """Makes the sound of a caller id message."""

    def __init__(self, standard: CallerIdStandard) -> None:
        self._standard = standard
        self._spandsp = library()
        self._state = ffi.gc(self._spandsp.adsi_tx_init(ffi.NULL, standard), self._spandsp.adsi_tx_free)

    def sound(self, caller: CallerIdFields) -> Sound:
        """The message as it goes over the line; raises `BadCallerId`."""
        if self._standard is CallerIdStandard.DTMF:
            message = self._message(ord("C"), _dtmf_fields(caller))
        else:
            message = self._message(_MULTIPLE_FORMAT, _fsk_fields(caller))
        self._spandsp.adsi_tx_put_message(self._state, message, len(message))
        sound = np.zeros(SAMPLE_RATE_HZ * 6, np.int16)
        made = self._spandsp.adsi_tx(self._state, pointer(sound), len(sound))
        return sound[:made]

    def _message(self, kind: int, fields: list[tuple[int, str]]) -> bytes:
        message = ffi.new("uint8_t[]", 256)
        length = self._spandsp.adsi_add_field(self._state, message, -1, kind, ffi.NULL, 0)
        for field, text in fields:
            body = text.encode("ascii")
            length = self._spandsp.adsi_add_field(self._state, message, length, field, body, len(body))
        return bytes(ffi.buffer(message, length))


def _dtmf_fields(caller: CallerIdFields) -> list[tuple[int, str]]:
    if caller.is_withheld or caller.number is None:
        return [(ord("D"), "1")]
    return [(_DTMF_NUMBER, _digits(caller.number, most=20))]


def _fsk_fields(caller: CallerIdFields) -> list[tuple[int, str]]:
    fields = [(_TIME, _digits(caller.month_day_time, most=_TIME_DIGITS))] if caller.month_day_time else []
    if caller.is_withheld or caller.number is None:
        fields.append((_NO_NUMBER, "P" if caller.is_withheld else "O"))
    else:
        fields.append((_NUMBER, _digits(caller.number, most=20)))
    if caller.name:
        if not caller.name.isascii() or len(caller.name) > _NAME_CHARACTERS:
            raise BadCallerId(f"a caller's name is at most {_NAME_CHARACTERS} ASCII characters")
        fields.append((_NAME, caller.name))
    return fields


def _digits(text: str, most: int) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= most):
        raise BadCallerId(f"a caller id is at most {most} digits")
    return text
