"""What a person means by a text, in both languages: a number, a word of the menu, a command, a whole wish. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from firmware.ivr.turn import Answer, Keys, Want, WantDigits, WantKey
from firmware.ivr.turn import Nothing as NoAnswer
from firmware.language.values import Language

MOST_CHARACTERS = 200  # nobody answers a menu with more

_DIGITS = dict(zip("零〇一二两三四五六七八九", "001223456789", strict=True))
_ORDINALS = {
    "one": "1", "first": "1", "two": "2", "second": "2", "three": "3", "third": "3", "four": "4", "fourth": "4",
    "five": "5", "fifth": "5", "six": "6", "sixth": "6",
}  # fmt: skip
_YES = {
    "好", "好的", "是", "是的", "对", "对的", "确认", "可以", "行", "嗯", "要", "同意",
    "y", "yes", "yep", "yeah", "yup", "ok", "okay", "sure", "confirm", "correct",
}  # fmt: skip
_NO = {"不", "不要", "不是", "不对", "不行", "否", "no", "nope", "n", "重选", "换一个"}
_BACK = {"返回", "上一步", "back"}
_PERSON = {"人工", "人工服务", "转人工", "person", "human", "operator", "agent"}
_REPEAT = {"重发", "再说一遍", "repeat", "again"}
_NUMBERED = re.compile(r"(?:第|选|选择|我选|no|number|option|#)?([0-9])(?:个|号|项|th|st|nd|rd)?")


@dataclass(frozen=True)
class Command:
    """Words that begin something: book, cancel, mine, person, help or stop; `rest` is what stood behind them."""

    name: str
    rest: str = ""


_COMMANDS: dict[str, tuple[str, ...]] = {
    "stop": ("退订", "td", "t", "stop", "unsubscribe"),
    "help": ("帮助", "help", "?", "菜单", "menu"),
    "mine": ("查询", "我的预约", "查询预约", "mine", "my bookings", "bookings"),
    "cancel": ("取消预约", "取消", "cancel"),
    "book": ("预约挂号", "我要挂号", "我想挂号", "挂号", "预约", "book", "booking", "appointment"),
    "person": ("人工服务", "转人工", "人工"),
}
LEAST_HAN, LEAST_WORDS = 5, 3  # of a text that says something: 您好 and "hello" do not
_ALONE = ("stop", "help", "mine", "person")  # these mean something only without more words


def plain(text: str) -> str:
    """The text in one form: half-width, lower case, single blanks, no punctuation at its ends."""
    flat = unicodedata.normalize("NFKC", text[:MOST_CHARACTERS]).lower()
    shown = "".join(character if character.isprintable() else " " for character in flat)
    return re.sub(r"\s+", " ", shown).strip(" .,!;:。，！；：、~\"'“”‘’()[]【】")


def read_command(text: str) -> Command | None:
    """The command that the text begins with, if any."""
    words = plain(text) or ("?" if "?" in unicodedata.normalize("NFKC", text) else "")
    for name, phrases in _COMMANDS.items():
        for phrase in phrases:
            rest = _after(words, phrase)
            if rest is not None and not (rest and name in _ALONE):
                return Command(name, rest)
    return None


def read_code(text: str) -> str | None:
    """The booking code (six digits, or its first four) in the text, if there is exactly one number."""
    numbers = re.findall(r"[0-9]+", plain(text).replace(" ", ""))
    return numbers[0] if len(numbers) == 1 and len(numbers[0]) in (4, 6) else None


def read_answer(text: str, want: Want, labels: Mapping[str, str]) -> Answer:
    """What the text answers to a question; `labels` are the written choices by key. What fits nothing is kept as it
    is, so that the question can say that it does not understand."""
    words = plain(text)
    if isinstance(want, WantDigits):
        return Keys(_digits_of(words) or words)
    if not isinstance(want, WantKey):
        return NoAnswer()
    listed = [option.key for option in want.options if option.spoken]
    key = _number(words) or _special(words)
    if key is None and len(listed) == 2:
        key = listed[0] if words in _YES else listed[1] if words in _NO else None
    return Keys(key or _labelled(words, labels) or words)


def written_in(text: str) -> Language | None:
    """The language that a person shows to write in; None for what anybody may write ("OK", "TD", "12")."""
    words = plain(text)
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in words)
    english = re.findall(r"[a-z]{2,}", words)
    if chinese:
        return "zh" if chinese >= sum(map(len, english)) else None
    command = read_command(text)
    begins_something = bool(english) and command is not None and command.name != "stop"
    return "en" if begins_something or len(english) >= 2 else None


def is_an_answer(text: str) -> bool:
    """Whether this means something only after a question: a number, yes or no."""
    words = plain(text)
    return bool(_number(words) or _digits_of(words)) or words in _YES | _NO


def says_something(text: str) -> bool:
    """Whether the text is more than a greeting or a stray word, so that somebody should read it."""
    han = sum("\u4e00" <= character <= "\u9fff" for character in text)
    return han >= LEAST_HAN or len(text.split()) >= LEAST_WORDS


def _after(words: str, phrase: str) -> str | None:
    if not words.startswith(phrase):
        return None
    rest = words[len(phrase) :]
    if phrase.isascii() and phrase[-1].isalnum() and rest[:1].isalnum() and not rest[0].isdigit():
        return None  # "cancelled" is not "cancel"
    return rest.strip(" .,:+#-。，：")


def _number(words: str) -> str | None:
    digits = "".join(_DIGITS.get(character, character) for character in words.replace(" ", ""))
    match = _NUMBERED.fullmatch(digits)
    if match:
        return match[1]
    return "*" if words == "*" else _ORDINALS.get(words.removeprefix("the ").removesuffix(" one"))


def _special(words: str) -> str | None:
    for meanings, key in ((_BACK, "*"), (_PERSON, "0"), (_REPEAT, "9")):
        if words in meanings:
            return key
    return None


def _labelled(words: str, labels: Mapping[str, str]) -> str | None:
    if len(words) < 2:
        return None
    exact = [key for key, label in labels.items() if plain(label) == words]
    inside = [key for key, label in labels.items() if words in plain(label)]
    found = exact or inside
    return found[0] if len(found) == 1 else None


def _digits_of(words: str) -> str | None:
    digits = "".join(_DIGITS.get(character, character) for character in words)
    digits = re.sub(r"[\s\-年生.]", "", digits)
    return digits if digits.isdecimal() and digits.isascii() else None
