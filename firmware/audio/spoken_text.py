"""Text made safe for any speech engine."""

from __future__ import annotations

import re

from firmware.audio.errors import SpeechError

LONGEST_TEXT = 1000  # characters of one clip

_MARKUP = re.compile(r"[\[\]<>{}|\\^`~]+")


def plain_text(text: str) -> str:
    """`text` without what an engine would take for markup or control; raises `SpeechError` when nothing is left."""
    printable = "".join(character if character.isprintable() else " " for character in text[:LONGEST_TEXT])
    plain = _MARKUP.sub(" ", printable).strip()
    if not any(character.isalnum() for character in plain):
        raise SpeechError("there is nothing to say in this text")
    return plain
