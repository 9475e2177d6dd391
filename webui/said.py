"""What a prompt says, outside a call: with the names of the values that only a call knows, such as [day]."""

from __future__ import annotations

from functools import cache

from firmware.ivr.catalogue import prompts
from firmware.language.catalogue import CatalogueError, Prompt
from firmware.language.values import LANGUAGES, Language, Name, Value
from webui.words import Words, page_texts


@cache
def said(key: str, language: Language, *, is_written: bool = False) -> str:
    """The text of a prompt, spoken or as it is written; the key itself when there is no text."""
    catalogue = prompts()
    try:
        values: dict[str, Value] = {gap: _named(gap) for gap in catalogue.gaps(key)}
        prompt = Prompt(key, values)
        text = catalogue.written(prompt, language) if is_written else catalogue.spoken(prompt, language)
    except CatalogueError:
        return key
    return text.strip().replace(" .", ".").replace(" ,", ",")


def _named(gap: str) -> Name:
    zh, en = (Words(page_texts(), language).code("prompts.value", gap) for language in LANGUAGES)
    return Name(f"〔{zh}〕", f"[{en}]")
