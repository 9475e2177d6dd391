"""How values are written in a text message or on a screen: short."""

from __future__ import annotations

from firmware.language import chinese, english
from firmware.language.values import Language, Value

_LANGUAGES = {"zh": chinese.write, "en": english.write}


def write(value: Value, language: Language) -> str:
    """The value as it stands in a text."""
    return _LANGUAGES[language](value)
