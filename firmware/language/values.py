"""Typed values that the box says or writes: each language decides how."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

Language = str  # "zh" (Mandarin, simplified characters) or "en"
LANGUAGES: tuple[Language, ...] = ("zh", "en")


@dataclass(frozen=True)
class Number:
    """A count, spoken as a whole: 12 "twelve"."""

    value: int


@dataclass(frozen=True)
class Ordinal:
    """A queue number: number 7, 7号."""

    value: int


@dataclass(frozen=True)
class Day:
    """A calendar day, spoken with its weekday; `today` lets a language say "tomorrow"."""

    value: date
    today: date | None = None


@dataclass(frozen=True)
class ClockTime:
    """A wall time of day, to the minute."""

    value: time


@dataclass(frozen=True)
class Money:
    """An amount in the smallest unit (fen, cents)."""

    cents: int


@dataclass(frozen=True)
class Code:
    """A booking code or card number: spoken digit by digit in groups, slowly."""

    digits: str


@dataclass(frozen=True)
class PhoneNumber:
    """A telephone number: spoken digit by digit in the country's groups."""

    digits: str


@dataclass(frozen=True)
class Name:
    """A name or other free text of the clinic's own, in each language it has."""

    zh: str
    en: str

    def in_language(self, language: Language) -> str:
        """The text for `language`, else the one there is."""
        wanted, other = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return wanted or other


Value = Number | Ordinal | Day | ClockTime | Money | Code | PhoneNumber | Name
