"""Readers of values in set-up documents: each returns the value, or raises `ValueError` saying what it must be."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from datetime import time
from typing import Any

from firmware.language.values import Name

Reader = Callable[[Any], Any]


def fields(document: Any, readers: Mapping[str, Reader], needed: Collection[str] = ()) -> dict[str, Any]:
    """What a document of named values holds, each read; an unknown key is refused with a suggestion."""
    if not isinstance(document, Mapping):
        raise ValueError(f"must be {{key: value, ...}}, not {document!r}")
    for key in document:
        if key not in readers:
            raise ValueError(f"unknown key {key!r}{suggestion(key, readers)}")
    for key in needed:
        if key not in document:
            raise ValueError(f"{key!r} is missing")
    return {key: _read(key, readers[key], value) for key, value in document.items()}


def suggestion(key: object, known: Collection[str]) -> str:
    """What may have been meant."""
    near = difflib.get_close_matches(str(key), known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def name(value: Any) -> Name:
    """A name in both languages, or in one."""
    if not isinstance(value, Mapping) or set(value) - {"zh", "en"} or not value:
        raise ValueError("must be {zh: ..., en: ...}")
    if not all(isinstance(text, str) for text in value.values()):
        raise ValueError("must be text in both languages")
    return Name(value.get("zh", ""), value.get("en", ""))


def time_of_day(value: Any) -> time:
    """A time in quotes."""
    if not isinstance(value, str):  # YAML reads a bare 17:00 as the number 1020
        raise ValueError(f'must be a time in quotes such as "17:00", not {value!r}')
    return time.fromisoformat(value)


def whole(least: int, most: int) -> Reader:
    """A whole number within bounds."""

    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {value!r}")
        return value

    return read


def one_of(*words: str) -> Reader:
    """One of these words."""

    def read(value: Any) -> str:
        if value not in words:
            raise ValueError(f"must be {' or '.join(words)}, not {value!r}")
        return str(value)

    return read


def switch(value: Any) -> bool:
    """On or off."""
    if type(value) is not bool:
        raise ValueError(f"must be true or false, not {value!r}")
    return value


def list_of(read: Reader, most: int) -> Reader:
    """A list without repetitions, as a tuple."""

    def read_all(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, (list, tuple)) or len(value) > most:
            raise ValueError(f"must be a list of at most {most}, not {value!r}")
        found = tuple(_read(f"number {number}", read, each) for number, each in enumerate(value, 1))
        if any(each in found[:at] for at, each in enumerate(found)):
            raise ValueError("the same stands in it twice")
        return found

    return read_all


def _read(key: str, read: Reader, value: Any) -> Any:
    try:
        return read(value)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"{key}: {error}") from error
