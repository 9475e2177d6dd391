"""What a prompt says, outside a call: with dots for the values that only the call knows."""

from __future__ import annotations

from firmware.ivr.catalogue import prompts
from firmware.language.catalogue import CatalogueError, Prompt
from firmware.language.values import Language, Name, Value

DOTS = Name("…", "…")


def said(key: str, language: Language, *, is_written: bool = False) -> str:
    """The text of a prompt, spoken or as it is written; the key itself when there is no text."""
    catalogue = prompts()
    try:
        dots: dict[str, Value] = dict.fromkeys(catalogue.gaps(key), DOTS)
        prompt = Prompt(key, dots)
        text = catalogue.written(prompt, language) if is_written else catalogue.spoken(prompt, language)
    except CatalogueError:
        return key
    return text.strip()
