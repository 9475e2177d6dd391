"""The pages' texts in the reader's language."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from firmware.language.catalogue import Catalogue, Prompt
from firmware.language.values import LANGUAGES, Day, Language, Money, Name, Number, Ordinal, Value
from firmware.language.writing import write

DEFAULT_LANGUAGE: Language = "zh"


class Words:
    """All texts of the pages in one language."""

    def __init__(self, catalogue: Catalogue, language: Language) -> None:
        self._catalogue = catalogue
        self._known = frozenset(catalogue.keys())
        self.language = language

    def __call__(self, key: str, **values: Value | str | int) -> str:
        """The text `key` with its values; plain text and whole numbers may be given as they are."""
        typed = {name: _typed(value) for name, value in values.items()}
        return self._catalogue.written(Prompt(key, typed), self.language)

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def code(self, family: str, code: str) -> str:
        """The text of a code word such as a booking's state; one without a text is shown as it is."""
        key = f"{family}.{code}"
        return self(key) if key in self._known else code

    def name(self, name: Name | None) -> str:
        return name.in_language(self.language) if name else ""

    def day(self, day: date, today: date | None = None) -> str:
        return write(Day(day, today), self.language)

    def money(self, cents: int) -> str:
        return write(Money(cents), self.language)

    def number(self, value: int) -> str:
        return write(Number(value), self.language)

    def queue_number(self, value: int) -> str:
        return write(Ordinal(value), self.language)


def _typed(value: Value | str | int) -> Value:
    if isinstance(value, str):
        return Name(value, value)
    return Number(value) if isinstance(value, int) else value


@cache
def page_texts() -> Catalogue:
    """The catalogue of everything the pages say."""
    return Catalogue(*sorted(Path(__file__).with_name("texts").glob("*.yaml")))


def preferred_language(wish: str, accept_language: str) -> Language:
    """The language asked for by hand, else the first of ours among the browser's (RFC 9110, 12.5.4), else Chinese."""
    if wish in LANGUAGES:
        return wish
    ranked = sorted(map(_weighed, accept_language[:200].split(",")), key=lambda pair: -pair[1])
    ours = (tag for tag, weight in ranked if tag in LANGUAGES and weight > 0)
    return next(ours, DEFAULT_LANGUAGE)


def _weighed(part: str) -> tuple[str, float]:
    tag, _, weight = part.partition(";q=")
    try:
        return tag.strip().lower()[:2], float(weight or 1)
    except ValueError:
        return "", 0.0
