"""How the texts to patients are worded: as shipped (notices.yaml), or as the clinic has it in its set-up document.

What a text must say (who writes, which day, which code) can't be left out, and it can ask for nothing that is not known
then: a wording that reads well on the screen must never fail when a patient waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any

from firmware.language.catalogue import Catalogue
from firmware.language.values import LANGUAGES, Language

MOST_CHARACTERS = 300
KINDS = ("booked", "moved", "cancelled", "stopped")
SHIPPED = Path(__file__).with_name("notices.yaml")

Wordings = tuple[tuple[str, Language, str], ...]  # (key, language, text): hashable, as a profile's setting must be

_ALWAYS = {"sign", "department", "who", "day", "fee", "last_day", "cut_off"}
_WITH_CODE = _ALWAYS | {"code", "short"}


class BadWording(ValueError):
    """A text can't be worded so; `reason` is empty, too-long, brace, unknown or missing, `gap` the value meant."""

    def __init__(self, reason: str, message: str, gap: str = "") -> None:
        super().__init__(message)
        self.reason, self.gap = reason, gap


def known_gaps(key: str) -> set[str]:
    """The values that a text may hold."""
    gaps = set(_WITH_CODE) if key.startswith(("booked", "moved", "cancel.")) else set(_ALWAYS)
    return gaps | ({"number"} if key.endswith(".number") else {"time"} if key.endswith(".time") else set())


def needed_gaps(key: str) -> set[str]:
    """The values that a text must hold."""
    kind, _, form = key.partition(".")
    if kind not in KINDS or form == "how":
        return {"short"} if key == "cancel.how" else set()
    needed = {"sign", "day"} | ({"code"} if kind in ("booked", "moved") else set())
    return needed | ({form} if kind in ("booked", "moved") else set())


def read(value: Any) -> Wordings:
    """The clinic's wordings from a document `{key: {zh: ..., en: ...}}`; raises `ValueError` saying what is wrong."""
    if not isinstance(value, Mapping):
        raise ValueError("must be {key: {zh: ..., en: ...}}")
    found = []
    for key, texts in value.items():
        if key not in shipped().keys() or not isinstance(texts, Mapping):  # noqa: SIM118 - a catalogue is no mapping
            raise ValueError(f"there is no text {key!r}")
        for language, text in texts.items():
            check(str(key), str(language), text)
            found.append((str(key), str(language), str(text)))
    return tuple(sorted(found))


def check(key: str, language: Language, text: Any) -> None:
    """Raise `BadWording` unless this can be the text `key`."""
    if language not in LANGUAGES or not isinstance(text, str) or not text.strip():
        raise BadWording("empty", f"{key}: write a text in {' or '.join(LANGUAGES)}")
    if len(text) > MOST_CHARACTERS or not text.isprintable():
        raise BadWording("too-long", f"{key}: at most {MOST_CHARACTERS} printable characters in one line")
    try:
        gaps = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError as error:
        raise BadWording("brace", f"{key}: a brace is left alone: write {{day}} for a value") from error
    if unknown := gaps - known_gaps(key):
        raise BadWording("unknown", f"{key}: {{{min(unknown)}}} is not known there", min(unknown))
    if missing := needed_gaps(key) - gaps:
        raise BadWording("missing", f"{key}: {{{min(missing)}}} must be in it", min(missing))


@lru_cache(maxsize=8)
def catalogue(wordings: Wordings) -> Catalogue:
    """Every text, in the clinic's own words where it has some."""
    own: dict[str, dict[Language, str]] = {}
    for key, language, text in wordings:
        own.setdefault(key, {})[language] = text
    return shipped().reworded(own)


@lru_cache(maxsize=1)
def shipped() -> Catalogue:
    """The texts as they come with the box."""
    return Catalogue(SHIPPED)
