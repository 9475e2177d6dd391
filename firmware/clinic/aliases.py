"""The words by which patients who write texts usually name a department or a doctor."""

from __future__ import annotations

import re

from firmware.language.values import Name

_TITLES = ("医生", "大夫", "主任", "医师")
_SMALL_WORDS = frozenset({"dr", "prof", "the", "and", "of", "for"})


def usual_aliases(name: Name) -> str:
    """With blanks between them, as the roster keeps them: 王医生 王大夫 王 wang."""
    return " ".join(dict.fromkeys((*_chinese("".join(name.zh.split())), *_english(name.en))))


def _chinese(name: str) -> tuple[str, ...]:
    for title in _TITLES:
        if (stem := name.removesuffix(title)) != name and stem:
            return name, f"{stem}医生", f"{stem}大夫", stem
    stem = name.removesuffix("科")
    return (name, stem) if stem and stem != name else (name,) if name else ()


def _english(name: str) -> tuple[str, ...]:
    words = re.findall(r"[^\W\d_]+", name.lower())
    return tuple(word for word in words if len(word) > 1 and word not in _SMALL_WORDS)
