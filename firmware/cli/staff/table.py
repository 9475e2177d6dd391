"""Aligned columns in a terminal, where a Chinese character is two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def show(headings: Sequence[str], rows: Sequence[Sequence[object]], nothing: str) -> None:
    """Print a table; `nothing` when it has no rows."""
    if not rows:
        print(nothing)
        return
    lines = [[clean(str(cell)) for cell in row] for row in (headings, *rows)]
    widths = [max(map(width, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        print("  ".join(_pad(cell, size) for cell, size in zip(line, widths, strict=True)).rstrip())


def clean(text: str) -> str:
    """Text that came from outside without what could steer the terminal or break the line."""
    return "".join(character if character.isprintable() else " " for character in text)


def width(text: str) -> int:
    """How many columns of the terminal the text takes."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _pad(text: str, size: int) -> str:
    return text + " " * (size - width(text))
