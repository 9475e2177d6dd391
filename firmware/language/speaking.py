"""How values are said: each becomes fragments, and a fragment is what one clip of sound holds.

But for names, all fragments come from a finite set, so that staff can record them and the cache can hold them
before the first call. A fragment without a letter or digit is a short pause.
"""

from __future__ import annotations

from firmware.language import chinese, english
from firmware.language.values import Language, Value

_LANGUAGES = {"zh": (chinese.speak, chinese.all_fragments), "en": (english.speak, english.all_fragments)}


def speak(value: Value, language: Language) -> list[str]:
    """The value as fragments to say one after the other."""
    return _LANGUAGES[language][0](value)


def all_fragments(language: Language) -> list[str]:
    """Every fragment that a value other than a name can bring (pauses left out), each once."""
    return _LANGUAGES[language][1]()


def is_pause(fragment: str) -> bool:
    """Whether a fragment is a short silence."""
    return not any(character.isalnum() for character in fragment)


def voice_for(text: str, language: Language) -> Language:
    """A fragment is spoken by the voice of its script: "For English, press star" by the English one."""
    if any("\u4e00" <= character <= "\u9fff" for character in text):
        return "zh"
    return "en" if any(character.isascii() and character.isalpha() for character in text) else language
