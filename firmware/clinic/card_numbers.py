"""Card numbers end in a Luhn check digit (ISO/IEC 7812-1 annex B): one wrong or swapped digit is noticed."""

from __future__ import annotations

MOST_DIGITS = 12


def check_digit(digits: str) -> str:
    """The digit that makes `digits` a card number."""
    return str(-_sum(digits + "0") % 10)


def is_valid(number: str) -> bool:
    """Whether `number` is digits and the last of them is the right check digit."""
    return number.isascii() and number.isdigit() and 2 <= len(number) <= MOST_DIGITS and _sum(number) % 10 == 0


def _sum(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total
