"""Reads what a dialogue remembers, with its type."""

from __future__ import annotations

from firmware.ivr.visit import Memory


def number_in(memory: Memory, name: str) -> int | None:
    """The whole number remembered as `name`, also if it was keyed."""
    value = memory.get(name)
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def word_in(memory: Memory, name: str) -> str | None:
    """The text remembered as `name`."""
    value = memory.get(name)
    return value if isinstance(value, str) and value else None


def words_in(memory: Memory, name: str) -> list[str]:
    """The list of texts remembered as `name`."""
    value = memory.get(name)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def needed(memory: Memory, name: str) -> int:
    """The number that an earlier step must have left; a flow that comes here without it is wrong."""
    value = number_in(memory, name)
    if value is None:
        raise LookupError(f"this step needs {name!r}")
    return value


def language_of(memory: Memory) -> str:
    return str(memory["language"])
