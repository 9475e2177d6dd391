"""Telephone numbers: how they are kept, what may be dialled, and how they are written for the network.

The normal form, under which two writings of one number are equal: mainland numbers as a person in the country dials
them ("13800000001", "02161230001", "10086"), all others with "+" and country code ("+14155550100").
"""

from __future__ import annotations

import re
import unicodedata

COUNTRY_CODE = "86"

_SEPARATORS = re.compile(r"[\s\-‐-―/.()·\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_NUMBER = re.compile(r"\+?[0-9]{3,15}", re.ASCII)  # ITU-T E.164: at most 15 digits
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_MOBILE_WITH_PREFIX = re.compile(rf"(?:\+?{COUNTRY_CODE}|0)(1[3-9][0-9]{{9}})")
_SERVICE = re.compile(r"1[0-9]{2,5}|9[56][0-9]{3,6}|106[0-9]{8,}|[48]00[0-9]{7}")  # 110, 10086, 95588, 106.., 400..
_AREA_AND_SUBSCRIBER = re.compile(r"0((?:10|2[0-9])[0-9]{8}|(?![48]00)[3-9][0-9]{2}[0-9]{7,8})")


class NotANumber(ValueError):
    """The text is no telephone number that could be kept or dialled."""


def normalise(number: str) -> str:
    """The normal form of a number as a person or a network wrote it; raises `NotANumber`."""
    digits = _SEPARATORS.sub("", unicodedata.normalize("NFKC", number))
    if not _NUMBER.fullmatch(digits):
        raise NotANumber("a telephone number has 3 to 15 digits and at most a leading +")
    if digits.startswith("00"):
        digits = "+" + digits.lstrip("0")
    if prefixed := _MOBILE_WITH_PREFIX.fullmatch(digits):
        return prefixed[1]
    if digits.startswith("+" + COUNTRY_CODE):
        return _national(digits[1 + len(COUNTRY_CODE) :])
    if not _NUMBER.fullmatch(digits):
        raise NotANumber("too few digits after the prefix")
    return digits


def is_diallable(number: str) -> bool:
    """Whether `number` may be handed to a modem as it stands: digits with at most a leading "+", nothing else."""
    return _NUMBER.fullmatch(number) is not None


def international(number: str) -> str:
    """How a number in normal form is written for the mobile network: "+" and country code, but service numbers as
    they are (they exist only inside the country)."""
    if _MOBILE.fullmatch(number):
        return f"+{COUNTRY_CODE}{number}"
    if landline := _AREA_AND_SUBSCRIBER.fullmatch(number):
        return f"+{COUNTRY_CODE}{landline[1]}"
    return number


def is_service(number: str) -> bool:
    """Whether a number in normal form is a public service's, which exists only inside the country: 120, 10086."""
    return _SERVICE.fullmatch(number) is not None


def is_mobile(number: str) -> bool:
    """Whether a number in normal form may be a mobile; of other countries nothing is known, so they may."""
    return number.startswith("+") or _MOBILE.fullmatch(number) is not None


def _national(subscriber: str) -> str:
    """A mainland number as dialled inside the country, from its digits after the country code."""
    if _SERVICE.fullmatch(subscriber):
        return subscriber
    if _AREA_AND_SUBSCRIBER.fullmatch("0" + subscriber):
        return "0" + subscriber
    raise NotANumber(f"no number of country {COUNTRY_CODE} has these digits")
