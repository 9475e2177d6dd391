"""How many parts a text message takes, and where it is cut.

A text goes in the 7-bit alphabet of 3GPP TS 23.038 when all of it fits there (160 units alone, 153 a part), else in
UCS-2 (70 units alone, 67 a part). Characters of the extension table take two 7-bit units, characters above U+FFFF two
UCS-2 units; neither is ever cut in half.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# 3GPP TS 23.038 clause 6.2.1; the index is the code. Code 27 leads to the extension table and is no character itself.
GSM7_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_ESCAPE = 0x1B
# 3GPP TS 23.038 clause 6.2.1.1
GSM7_EXTENSION = {
    0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€",
}  # fmt: skip

_ONE_SEPTET = frozenset(GSM7_BASIC) - {"\x1b"}
_TWO_SEPTETS = frozenset(GSM7_EXTENSION.values())

_PLAIN = {
    ord(fancy): plain
    for plain, fancies in {
        "'": "‘’‚‛′`´",
        '"': "“”„‟″",
        "-": "‐‑‒–—−•",
        "...": "…",
        " ": "\u00a0\u2002\u2003\u2009\u202f\t",
        "": "\u200b\ufeff",
    }.items()
    for fancy in fancies
}


class Coding(StrEnum):
    """The alphabet in which a text travels."""

    GSM7 = "gsm7"
    UCS2 = "ucs2"


_ALONE = {Coding.GSM7: 160, Coding.UCS2: 70}
_OF_SEVERAL = {Coding.GSM7: 153, Coding.UCS2: 67}  # less the six octets of the concatenation header


class TooManyParts(ValueError):
    """The text takes more parts than the clinic allows; carries both counts."""

    def __init__(self, parts: int, limit: int) -> None:
        super().__init__(f"the text takes {parts} parts, at most {limit} are allowed")
        self.parts = parts
        self.limit = limit


@dataclass(frozen=True)
class Split:
    """A text cut into the parts it will be sent in; `parts` joined are the mended text."""

    coding: Coding
    parts: tuple[str, ...]
    units: int  # of the whole text, in the coding's own units


def mend(text: str) -> str:
    """Halves of emoji that meet become whole; a half that stays alone, which no network carries, becomes U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def split(text: str) -> Split:
    """Cut `text`, mended, as a phone would."""
    text = mend(text)
    coding = coding_of(text)
    units = sum(_width(character, coding) for character in text)
    if units <= _ALONE[coding]:
        return Split(coding, (text,), units)
    return Split(coding, tuple(_cut(text, coding, _OF_SEVERAL[coding])), units)


def parts_of(text: str) -> int:
    """How many parts `text` takes, at least 1."""
    return len(split(text).parts)


def check_parts(text: str, limit: int) -> None:
    """Raise `TooManyParts` if `text` takes more than `limit` parts."""
    if (parts := parts_of(text)) > limit:
        raise TooManyParts(parts, limit)


def coding_of(text: str) -> Coding:
    """The cheapest alphabet that has every character of `text`."""
    fits = all(character in _ONE_SEPTET or character in _TWO_SEPTETS for character in text)
    return Coding.GSM7 if fits else Coding.UCS2


def plainer(text: str) -> str | None:
    """The same text with straight quotes, plain dashes and the like, if that moves it to the cheaper 7-bit alphabet."""
    if coding_of(text) is Coding.GSM7:
        return None
    plain = "".join(c if c in _ONE_SEPTET else c.translate(_PLAIN) for c in text)
    return plain if coding_of(plain) is Coding.GSM7 else None


def room_left(text: str) -> int:
    """How many more units fit before the text takes another part."""
    counted = split(text)
    if len(counted.parts) == 1:
        return _ALONE[counted.coding] - counted.units
    last = sum(_width(character, counted.coding) for character in counted.parts[-1])
    return _OF_SEVERAL[counted.coding] - last


def costly_characters(text: str) -> str:
    """The characters, each once, that keep `text` out of the cheaper 7-bit alphabet."""
    return "".join(dict.fromkeys(c for c in mend(text) if c not in _ONE_SEPTET and c not in _TWO_SEPTETS))


def _width(character: str, coding: Coding) -> int:
    if coding is Coding.GSM7:
        return 2 if character in _TWO_SEPTETS else 1
    return 2 if ord(character) > 0xFFFF else 1


def _cut(text: str, coding: Coding, room: int) -> list[str]:
    parts: list[str] = []
    start = used = 0
    for at, character in enumerate(text):
        width = _width(character, coding)
        if used + width > room:
            parts.append(text[start:at])
            start, used = at, 0
        used += width
    return [*parts, text[start:]]
