"""How a number is dialled on a line of one country: its digits and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.modem.errors import NumberInvalid
from firmware.phone_number import NotANumber, normalise


@dataclass(frozen=True)
class _Prefixes:
    own_code: str
    trunk: str  # before a number of the own country
    international: str  # before the code of another


_PREFIXES = {
    "cn": _Prefixes("86", "0", "00"),
    "us": _Prefixes("1", "1", "011"),
    "de": _Prefixes("49", "0", "00"),
}


def digits_to_dial(number: str, country: str) -> str:
    """The digits for `number` as a person writes it, however hostile; raises `NumberInvalid`."""
    try:
        normal = normalise(number)
    except NotANumber as error:
        raise NumberInvalid("this is no telephone number") from error
    if not normal.startswith("+"):
        return normal
    prefixes = _PREFIXES[country]
    if normal.startswith("+" + prefixes.own_code):
        return prefixes.trunk + normal[1 + len(prefixes.own_code) :]
    return prefixes.international + normal[1:]
