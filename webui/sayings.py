"""What the exchange says in English, for readers of Chinese as far as it is known."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import yaml

from firmware.language.values import Language


def in_language(saying: str, language: Language) -> str:
    """The saying for a reader of `language`; as it was said when that is English, or the saying is not known."""
    if language != "zh":
        return saying
    for pattern, chinese in _known():
        if found := pattern.fullmatch(saying):
            return chinese.format(**found.groupdict())
    return saying


@cache
def _known() -> list[tuple[re.Pattern[str], str]]:
    entries = yaml.safe_load(Path(__file__).with_name("sayings.yaml").read_text(encoding="utf-8"))
    return [(re.compile(entry["said"], re.DOTALL), entry["zh"]) for entry in entries]
