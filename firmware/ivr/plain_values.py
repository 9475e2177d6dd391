"""Typed values as plain data, so that a dialogue's state can be saved between two messages."""

from __future__ import annotations

from datetime import date, time
from typing import assert_never

from firmware.ivr.nodes import Plain
from firmware.language.values import ClockTime, Code, Day, Money, Name, Number, Ordinal, PhoneNumber, Value, Voice


def to_plain(value: Value) -> Plain:
    """`value` as a list of its kind and its parts."""
    match value:
        case Number(count) | Ordinal(count):
            return [type(value).__name__, count]
        case Day(day, today):
            return ["Day", day.isoformat(), today.isoformat() if today else None]
        case ClockTime(moment):
            return ["ClockTime", moment.isoformat("minutes")]
        case Money(cents):
            return ["Money", cents]
        case Code(digits) | PhoneNumber(digits):
            return [type(value).__name__, digits]
        case Name(zh, en):
            return ["Name", zh, en]
        case Voice(text, file, is_private):
            return ["Voice", text, file, is_private]
    assert_never(value)


def from_plain(plain: Plain) -> Value:
    """The value that `to_plain` made `plain` of; raises `ValueError` for anything else."""
    match plain:
        case ["Number", int(count)]:
            return Number(count)
        case ["Ordinal", int(count)]:
            return Ordinal(count)
        case ["Day", str(day), today]:
            return Day(date.fromisoformat(day), date.fromisoformat(str(today)) if today else None)
        case ["ClockTime", str(moment)]:
            return ClockTime(time.fromisoformat(moment))
        case ["Money", int(cents)]:
            return Money(cents)
        case ["Code", str(digits)]:
            return Code(digits)
        case ["PhoneNumber", str(digits)]:
            return PhoneNumber(digits)
        case ["Name", str(zh), str(en)]:
            return Name(zh, en)
        case ["Voice", str(text), str(file), bool(is_private)]:
            return Voice(text, file, is_private)
    raise ValueError("not a plain value")
