"""Typed values that the box says or writes: each language decides how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

Language = str  # "zh" (Mandarin, simplified characters) or "en"
LANGUAGES: tuple[Language, ...] = ("zh", "en")
DEFAULT_LANGUAGE: Language = "zh"  # of whoever has shown no other

GREATEST_NUMBER = 99_999_999  # what the number words of both languages reach
_LONGEST_DIGITS = 32
_SENTENCE_ENDS = re.compile(r"(?<=[。！？；!?;])|(?<=\.)\s|\n")


@dataclass(frozen=True)
class Number:
    """A count, spoken as a whole: 12 "twelve", 2 两."""

    value: int

    def __post_init__(self) -> None:
        _check_range(self.value, -GREATEST_NUMBER, GREATEST_NUMBER)


@dataclass(frozen=True)
class Ordinal:
    """A queue number: number 7, 7号."""

    value: int

    def __post_init__(self) -> None:
        _check_range(self.value, 0, GREATEST_NUMBER)


@dataclass(frozen=True)
class Day:
    """A calendar day, spoken with its weekday; `today` lets a language say "tomorrow", or the year if it differs."""

    value: date
    today: date | None = None

    @property
    def is_in_another_year(self) -> bool:
        return self.today is not None and self.today.year != self.value.year

    @property
    def days_ahead(self) -> int | None:
        """0 today, 1 tomorrow, ...; None when nobody told which day it is."""
        return None if self.today is None else (self.value - self.today).days


@dataclass(frozen=True)
class ClockTime:
    """A wall time of day, to the minute."""

    value: time


@dataclass(frozen=True)
class Money:
    """An amount in the smallest unit (fen, cents)."""

    cents: int

    def __post_init__(self) -> None:
        _check_range(self.cents, -GREATEST_NUMBER * 100 - 99, GREATEST_NUMBER * 100 + 99)


@dataclass(frozen=True)
class Code:
    """A booking code or card number, spoken digit by digit in groups, slowly; or one key, as in "press 2" or "#"."""

    digits: str

    def __post_init__(self) -> None:
        if self.digits not in ("*", "#"):
            _check_digits(self.digits)


@dataclass(frozen=True)
class PhoneNumber:
    """A telephone number, digits with an optional leading "+": spoken digit by digit in the country's groups."""

    digits: str

    def __post_init__(self) -> None:
        _check_digits(self.digits.removeprefix("+"))


@dataclass(frozen=True)
class Name:
    """A name or other free text of the clinic's own, in each language it has."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not (self.zh.strip() or self.en.strip()):
            raise ValueError("a name needs a text in one language at least")

    def in_language(self, language: Language) -> str:
        """The text for `language`, else the one there is."""
        wanted, other = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return wanted.strip() or other.strip()


@dataclass(frozen=True)
class Voice:
    """Somebody's own words: the recording `file` (relative to the folder of messages), `text` where there is none.

    What is private is for one pair of ears: no journal, no event and no recording of the call holds it.
    """

    text: str
    file: str = ""
    is_private: bool = False

    @property
    def sentences(self) -> list[str]:
        """The text in pieces that can be spoken one after the other."""
        return [piece.strip() for piece in _SENTENCE_ENDS.split(self.text) if piece.strip()]


Value = Number | Ordinal | Day | ClockTime | Money | Code | PhoneNumber | Name | Voice


def _check_range(value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise ValueError(f"{value} is not between {least} and {most}")


def _check_digits(digits: str) -> None:
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_DIGITS):
        raise ValueError(f"expected 1 to {_LONGEST_DIGITS} digits")
