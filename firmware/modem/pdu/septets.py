"""The 7-bit default alphabet of 3GPP TS 23.038 as numbers, and seven-bit codes packed into octets."""

from __future__ import annotations

from collections.abc import Sequence

from firmware.sms_parts import GSM7_BASIC, GSM7_ESCAPE, GSM7_EXTENSION

_CODES: dict[str, tuple[int, ...]] = {
    **{character: (code,) for code, character in enumerate(GSM7_BASIC) if code != GSM7_ESCAPE},
    **{character: (GSM7_ESCAPE, code) for code, character in GSM7_EXTENSION.items()},
}


def to_codes(text: str) -> list[int]:
    """The codes of `text`; raises `KeyError` with the first character that the alphabet lacks."""
    return [code for character in text for code in _CODES[character]]


def to_text(codes: Sequence[int]) -> str:
    """The text of `codes`. As 23.038 clause 6.2.1 asks, an escape to an unknown code shows the code's plain character;
    an escape with nothing after it shows nothing."""
    characters: list[str] = []
    table: dict[int, str] = {}
    for code in codes:
        if code == GSM7_ESCAPE:
            table = GSM7_EXTENSION
            continue
        characters.append(table.get(code, GSM7_BASIC[code]))
        table = {}
    return "".join(characters)


def pack(codes: Sequence[int], skip_bits: int = 0) -> bytes:
    """Seven-bit codes as octets, first code lowest, after `skip_bits` zero bits (23.038 clause 6.1.2.1)."""
    value = 0
    for at, code in enumerate(codes):
        value |= code << (skip_bits + 7 * at)
    return value.to_bytes((skip_bits + 7 * len(codes) + 7) // 8, "little")


def unpack(octets: bytes, count: int) -> list[int]:
    """The first `count` seven-bit codes of octets; bits beyond the end count as zero."""
    value = int.from_bytes(octets, "little")
    return [value >> 7 * at & 0x7F for at in range(count)]
