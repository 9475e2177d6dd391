"""How long rows of digits are cut into groups that people can follow."""

from __future__ import annotations

_SHORT = 4  # a row up to here is one group
_SHORT_AREA_CODES = ("010", "02")  # all other area codes of mainland China have four digits


def code_groups(digits: str) -> list[str]:
    """482913 -> 482 913; 12345678 -> 1234 5678; the last group is never a single digit."""
    if len(digits) <= _SHORT:
        return [digits]
    size = 4 if len(digits) % 4 == 0 else 3
    groups = _cut(digits, size)
    if len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def phone_groups(digits: str) -> list[str]:
    """As people in mainland China group them: mobiles 138 0000 0001, land lines 021 6123 0001."""
    if len(digits) == 11 and digits.startswith("1"):
        return [digits[:3], digits[3:7], digits[7:]]
    if digits.startswith("0") and len(digits) > 8:
        area = 3 if digits.startswith(_SHORT_AREA_CODES) else 4
        return [digits[:area], *_subscriber_groups(digits[area:])]
    return _subscriber_groups(digits)


def _subscriber_groups(digits: str) -> list[str]:
    """From the right in fours, so that the first group is the short one: 612 3000, 8 8888 8888."""
    if len(digits) <= _SHORT + 1:
        return [digits]
    head = len(digits) % 4
    return ([digits[:head]] if head else []) + _cut(digits[head:], 4)


def _cut(digits: str, size: int) -> list[str]:
    return [digits[start : start + size] for start in range(0, len(digits), size)]
