"""Whom somebody at the desk may call outside: a pure rule over the desk's settings.

Toll fraud lives on spellings, so only numbers of a known shape may be called at all, and what stands behind an area
code is judged like the number itself: 021 168... is as dear as 168...
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from firmware.clinic.desk_settings import PREMIUM, CallClass, DeskSettings
from firmware.phone_number import NotANumber, normalise

_MOBILE = re.compile(r"1(?!79)[3-9][0-9]{9}")  # 179xx are access codes of carriers: what follows is another number
_SUBSCRIBER = re.compile(r"[2-8][0-9]{6,7}")
_SERVICE = re.compile(r"1[0-2][0-9]{1,6}|16[0-9]{1,8}|9[56][0-9]{3,6}|[48]00[0-9]{7}")  # 120, 10086, 95588, 400...
_BEHIND_AREA = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})([0-9]+)")
_ABROAD = re.compile(r"\+[1-9][0-9]{6,14}")


class Rule(StrEnum):
    """What a call is refused by."""

    NO_NUMBER = "no number that can be called from here; one abroad begins with +"
    NO_CLASS = "your class of calls is not there any more: ask whoever manages the desk"
    PREMIUM = "paid information services may not be called"
    FORBIDDEN = "calls to this kind of number are forbidden"
    LONG_DISTANCE = "your class of calls does not reach other areas"
    ABROAD = "your class of calls does not reach other countries"
    NOT_IN_CLASS = "your class of calls does not reach this number"


@dataclass(frozen=True)
class Verdict:
    """Whether a call may be placed, for how long at most, or by which rule not."""

    is_allowed: bool
    longest_s: int = 0  # 0: no limit
    refused_by: Rule | None = None


def may_call(settings: DeskSettings, class_key: str, number: str) -> Verdict:
    """Whether somebody of the class `class_key` may call `number`, however it is written.

    A class's prefixes are of numbers in normal form (`phone_number`): "0" are other areas, "+" other countries.
    """
    try:
        normal = normalise(number)
    except NotANumber:
        return _refused(Rule.NO_NUMBER)
    if normal in settings.emergency_numbers:
        return Verdict(True)
    call_class = next((each for each in settings.call_classes if each.key == class_key), None)
    if call_class is None:
        return _refused(Rule.NO_CLASS)
    readings = _readings(normal)
    if not readings:
        return _refused(Rule.NO_NUMBER)
    if _begins(readings, call_class.forbidden):
        return _refused(Rule.PREMIUM if _begins(readings, PREMIUM) else Rule.FORBIDDEN)
    if not _reaches(call_class, readings):
        return _refused(_beyond(readings))
    return Verdict(True, longest_s=call_class.longest_s)


def _reaches(call_class: CallClass, readings: tuple[str, ...]) -> bool:
    """A service behind an area code must be within the class by itself; a subscriber there need not be."""
    judged = [each for each in readings if each is readings[0] or not _SUBSCRIBER.fullmatch(each)]
    return all(each.startswith(call_class.prefixes) for each in judged)


def _readings(normal: str) -> tuple[str, ...]:
    """The number, and what the exchange of another area would read; nothing when it is of no known shape."""
    if any(shape.fullmatch(normal) for shape in (_ABROAD, _MOBILE, _SUBSCRIBER, _SERVICE)):
        return (normal,)
    area = _BEHIND_AREA.fullmatch(normal)
    if area and (_SUBSCRIBER.fullmatch(area[1]) or _SERVICE.fullmatch(area[1])):
        return normal, area[1]
    return ()


def _begins(readings: tuple[str, ...], prefixes: tuple[str, ...]) -> bool:
    return any(reading.startswith(prefixes) for reading in readings)


def _beyond(readings: tuple[str, ...]) -> Rule:
    """What kind of number it is that a class does not reach."""
    if _begins(readings, PREMIUM):
        return Rule.PREMIUM
    if _begins(readings, ("+",)):
        return Rule.ABROAD
    return Rule.LONG_DISTANCE if readings[0].startswith("0") else Rule.NOT_IN_CLASS


def _refused(rule: Rule) -> Verdict:
    return Verdict(False, refused_by=rule)
