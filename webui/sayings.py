"""What the exchange says in English, for readers of Chinese as far as it is known, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from firmware.language.values import Language


@dataclass(frozen=True)
class _Known:
    said: re.Pattern[str]
    chinese: str
    advice: Mapping[Language, str]


def in_language(saying: str, language: Language) -> str:
    """The saying for a reader of `language`; as it was said when that is English, or the saying is not known."""
    if language != "zh":
        return saying
    known, found = _find(saying)
    return known.chinese.format(**found.groupdict()) if known and found else saying


def advice(saying: str, language: Language) -> str:
    """What a person can do about it; "" when nothing is known."""
    known, _ = _find(saying)
    return known.advice.get(language, "") if known else ""


def _find(saying: str) -> tuple[_Known, re.Match[str]] | tuple[None, None]:
    for known in _all():
        if found := known.said.fullmatch(saying):
            return known, found
    return None, None


@cache
def _all() -> list[_Known]:
    entries = yaml.safe_load(Path(__file__).with_name("sayings.yaml").read_text(encoding="utf-8"))
    return [_Known(re.compile(entry["said"], re.DOTALL), entry["zh"], entry.get("do", {})) for entry in entries]
