"""How a name sounds, in letters: what a person at the desk types to find it.

A surname is read as surnames are (单 is Shan, 曾 is Zeng), whatever the character says elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select, update

from firmware.language.values import Name
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.people_schema import patients

BATCH = 500

_SURNAMES = {
    "万俟": "mo qi", "尉迟": "yu chi", "长孙": "zhang sun", "令狐": "ling hu", "澹台": "tan tai",
    "单": "shan", "曾": "zeng", "解": "xie", "查": "zha", "仇": "qiu", "朴": "piao", "盖": "ge", "区": "ou",
    "种": "chong", "乐": "yue", "翟": "zhai", "缪": "miao", "秘": "bi", "折": "she", "员": "yun", "覃": "qin",
    "隗": "wei", "召": "shao", "卜": "bu", "洗": "xian", "黑": "he", "繁": "po", "薄": "bo", "祭": "zhai",
}  # fmt: skip
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]")
_MAYBE_UMLAUT = re.compile("(?<=[ln])u(?![ao])")
_LATIN = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Reading:
    """The letters of a name without blanks (wangxiuying), and the first of each syllable or word (wxy)."""

    letters: str
    initials: str


def reading(name: Name) -> Reading:
    """Of the Chinese name, or of the other one where there is none."""
    syllables = _syllables(name.zh) if _HAN.search(name.zh) else _words(name.zh or name.en)
    return Reading("".join(syllables)[:200], "".join(each[0] for each in syllables)[:60])


def columns(name: Name) -> dict[str, str]:
    """What a patient's row keeps of the reading."""
    read = reading(name)
    return {"pinyin": read.letters, "initials": read.initials}


def squashed(words: str) -> str:
    """The letters of what somebody typed, as `Reading` has them: "Lü Bu" is lvbu, "Wang, Xiu-ying" wangxiuying."""
    return "".join(_words(words))


def umlauted(letters: str) -> str:
    """With ü (written v) wherever u may stand for it: "lu" is lv, "luo" stays."""
    return _MAYBE_UMLAUT.sub("v", letters)


def is_latin(words: str) -> bool:
    """Whether somebody typed letters, with or without marks, and no characters."""
    return bool(squashed(words)) and not _HAN.search(words)


def fill_missing(ledger: Ledger) -> int:
    """Give those a reading who were registered before there were readings; how many. Short transactions."""
    last, filled = 0, 0
    while True:
        with ledger.transaction() as tx:
            batch = _without_reading(tx, last)
            for patient_id, zh, en in batch:
                tx.execute(update(patients).where(patients.c.id == patient_id).values(columns(Name(zh, en))))
        if not batch:
            return filled
        last, filled = batch[-1][0], filled + len(batch)


def _without_reading(tx: Transaction, last: int) -> list[tuple[int, str, str]]:
    wanted = select(patients.c.id, patients.c.name_zh, patients.c.name_en)
    missing = wanted.where(patients.c.pinyin == "", patients.c.id > last).order_by(patients.c.id).limit(BATCH)
    return [(row.id, row.name_zh, row.name_en) for row in tx.execute(missing)]


def _syllables(chinese: str) -> list[str]:
    from pypinyin import lazy_pinyin  # 0.2 s and 50 MB that the exchange never needs

    for surname, read in _SURNAMES.items():
        if chinese.startswith(surname):
            return [*read.split(), *_words(" ".join(lazy_pinyin(chinese[len(surname) :])))]
    return _words(" ".join(lazy_pinyin(chinese)))


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ü", "v").replace("lyu", "lv").replace("nyu", "nv")
    plain = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return _LATIN.findall(plain.replace("'", ""))
