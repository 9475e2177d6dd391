"""Texts by key, in every language, with typed values in their gaps.

A catalogue is YAML: `key: {zh: "已预约{day}", en: "Booked for {day}"}`. A text may have a second form for writing:
`key: {zh: ..., en: ..., written: {zh: ..., en: ...}}`. Spoken, a prompt becomes fragments, one per literal part or
value word group, so that each can be a staff recording; written, it becomes one string.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from string import Formatter

import yaml

from firmware.language import speaking, writing
from firmware.language.values import LANGUAGES, Code, Language, Value, Voice


class CatalogueError(Exception):
    """A catalogue lacks a text, or a text and its values do not fit."""


@dataclass(frozen=True)
class Prompt:
    """A text by its key, with the values for its gaps."""

    key: str
    values: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Fragment:
    """A piece of a spoken prompt: what one clip of sound holds.

    `key` names the staff recording that may replace it ("main.welcome", "booked.2" for the second literal part);
    None for the words of a value, which are recorded by their text.
    """

    text: str
    key: str | None = None
    is_to_write_down: bool = field(default=False, compare=False)  # a digit of a code: time to write it follows
    file: str = ""  # somebody's recording of it, see `Voice`
    is_private: bool = False  # for one pair of ears


class Catalogue:
    """All prompts of one or more YAML files."""

    def __init__(self, *files: Path) -> None:
        self._texts: dict[str, dict[str, dict[Language, str]]] = {}
        for file in files:
            self._add(file)

    def reworded(self, own: Mapping[str, Mapping[Language, str]]) -> Catalogue:
        """The same catalogue with other texts for some keys: one text for speaking and writing."""
        other = Catalogue()
        other._texts = dict(self._texts)
        for key, texts in own.items():
            spoken = {**self._forms(key)["spoken"], **texts}
            written = {lang: text for lang, text in self._forms(key)["written"].items() if lang not in texts}
            other._texts[key] = {"spoken": spoken, "written": written}
        return other

    def template(self, key: str, language: Language) -> str:
        """The text as it is written down, with its gaps."""
        return self._forms(key)["written"].get(language) or self._text(key, "spoken", language)

    def keys(self) -> list[str]:
        return sorted(self._texts)

    def missing(self) -> list[tuple[str, Language]]:
        """Every (key, language) that has no text."""
        return [
            (key, lang) for key, forms in self._texts.items() for lang in LANGUAGES if not forms["spoken"].get(lang)
        ]

    def written(self, prompt: Prompt, language: Language) -> str:
        """The prompt as one string for a text message or a screen."""
        parts = []
        for literal, gap in _parts(self.template(prompt.key, language)):
            parts.append(literal)
            if gap:
                parts.append(writing.write(self._value(prompt, gap), language))
        return "".join(parts)

    def fragments(self, prompt: Prompt, language: Language) -> list[Fragment]:
        """The prompt as pieces to speak one after the other."""
        pieces: list[Fragment] = []
        text = self._text(prompt.key, "spoken", language)
        literals = iter(_literals(prompt.key, text))
        for literal, gap in _parts(text):
            if _is_spoken(literal):
                pieces.append(next(literals))
            if gap:
                pieces.extend(_fragments_of(self._value(prompt, gap), language))
        return pieces

    def spoken(self, prompt: Prompt, language: Language) -> str:
        """The prompt as it is spoken, in one line."""
        return joined(self.fragments(prompt, language), language)

    def literals(self, language: Language) -> list[Fragment]:
        """The fixed parts of every spoken prompt."""
        return [
            fragment for key, forms in self._texts.items() if forms["spoken"].get(language)
            for fragment in _literals(key, forms["spoken"][language])
        ]  # fmt: skip

    def gaps(self, key: str) -> set[str]:
        """The names of the values that a prompt needs, in any language and form."""
        texts = [text for form in self._forms(key).values() for text in form.values()]
        return {gap for text in texts for _, gap in _parts(text) if gap}

    def _add(self, file: Path) -> None:
        try:
            loaded = yaml.safe_load(file.read_text(encoding="utf-8"))
        except yaml.MarkedYAMLError as error:
            raise CatalogueError(f"{file.name} cannot be read{_place_of(error)}") from error
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise CatalogueError(f"{file.name} cannot be read: {' '.join(str(error).split())}") from error
        if not isinstance(loaded, dict):
            raise CatalogueError(f"{file.name} holds no prompts")
        for key, entry in loaded.items():
            self._texts[str(key)] = _checked_forms(f"{file.name}: prompt {key!r}", entry)

    def _forms(self, key: str) -> dict[str, dict[Language, str]]:
        if key not in self._texts:
            raise CatalogueError(f"there is no prompt {key!r}")
        return self._texts[key]

    def _text(self, key: str, form: str, language: Language) -> str:
        text = self._forms(key)[form].get(language)
        if not text:
            raise CatalogueError(f"prompt {key!r} has no text in {language!r}")
        return text

    def _value(self, prompt: Prompt, gap: str) -> Value:
        if gap not in prompt.values:
            raise CatalogueError(f"prompt {prompt.key!r} needs a value for {gap!r}")
        return prompt.values[gap]


def _place_of(error: yaml.MarkedYAMLError) -> str:
    """Where the fault shows, and what it is."""
    line = f" at line {error.problem_mark.line + 1}" if error.problem_mark else ""
    return f"{line}: {error.problem or error.context}"


def joined(fragments: Iterable[Fragment], language: Language) -> str:
    """Spoken pieces as one line: Chinese needs no blanks between them."""
    return ("" if language == "zh" else " ").join(fragment.text for fragment in fragments)


def _checked_forms(where: str, entry: object) -> dict[str, dict[Language, str]]:
    """An entry of the file as {"spoken": texts, "written": texts}; raises `CatalogueError` saying where."""
    if not isinstance(entry, dict):
        raise CatalogueError(f"{where} is not a mapping of languages to texts")
    written = entry.get("written") or {}
    spoken = {language: text for language, text in entry.items() if language != "written"}
    for texts in (spoken, written):
        if not isinstance(texts, dict):
            raise CatalogueError(f"{where}: 'written' is not a mapping of languages to texts")
        for language, text in texts.items():
            _check_text(where, language, text)
    return {"spoken": spoken, "written": written}


def _check_text(where: str, language: object, text: object) -> None:
    if language not in LANGUAGES:
        raise CatalogueError(f"{where} has a text in {language!r}; the languages are {', '.join(LANGUAGES)}")
    if not isinstance(text, str):
        raise CatalogueError(f"{where} has no text in {language!r}, but {text!r}")
    try:
        gaps = [gap for _, gap in _parts(text) if gap is not None]
    except ValueError as error:
        raise CatalogueError(f"{where} has a stray brace in {language!r}: {error}") from error
    for gap in gaps:
        if not gap.isidentifier():
            raise CatalogueError(f"{where} has a gap without a proper name in {language!r}: {gap!r}")


def _fragments_of(value: Value, language: Language) -> list[Fragment]:
    if isinstance(value, Voice):
        texts = [value.text] if value.file else value.sentences
        return [Fragment(text, file=value.file, is_private=value.is_private) for text in texts]
    is_row = isinstance(value, Code) and len(value.digits) > 1
    return [Fragment(text, is_to_write_down=is_row and _is_spoken(text)) for text in speaking.speak(value, language)]


@lru_cache(4096)  # a page asks for the same few hundred texts again and again
def _parts(template: str) -> tuple[tuple[str, str | None], ...]:
    return tuple((literal, gap) for literal, gap, _, _ in Formatter().parse(template))


def _literals(key: str, template: str) -> list[Fragment]:
    """The fixed parts of a text: the first is recorded as "key", the second as "key.2"."""
    texts = [literal.strip() for literal, _ in _parts(template) if _is_spoken(literal)]
    return [Fragment(text, key if number == 1 else f"{key}.{number}") for number, text in enumerate(texts, start=1)]


def _is_spoken(literal: str) -> bool:
    return any(character.isalnum() for character in literal)
