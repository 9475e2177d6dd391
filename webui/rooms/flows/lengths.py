"""How long a prompt lasts: recordings are measured, the computer's voice is estimated from the number of letters."""

from __future__ import annotations

from firmware.ivr import recordable
from firmware.ivr.catalogue import prompts
from firmware.ivr.checker import Seconds
from firmware.ivr.recordable import Piece, Spoken
from firmware.language.values import Language
from webui.recordings import StaffRecordings

LETTER_S = {"zh": 0.29, "en": 0.087}  # measured over all shipped prompts as espeak-ng says them
VALUE_S = 1.0  # a name or a number in a gap


def lengths(recordings: StaffRecordings) -> Seconds:
    """For the checker, which warns of a greeting that is too long."""
    by_prompt: dict[str, list[Piece]] = {}
    for piece in recordable.of_prompts():
        by_prompt.setdefault(str(piece.prompt), []).append(piece)

    def seconds(key: str, language: Language) -> float:
        spoken = [piece.spoken[language] for piece in by_prompt.get(key, []) if language in piece.spoken]
        values = len(prompts().gaps(key))
        return sum(_seconds(recordings, each) for each in spoken) + VALUE_S * values

    return seconds


def _seconds(recordings: StaffRecordings, spoken: Spoken) -> float:
    take = recordings.in_use(spoken)
    if take is not None:
        return take.seconds
    return LETTER_S[spoken.voice] * sum(letter.isalnum() for letter in spoken.text)
