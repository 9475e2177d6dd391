"""What a virtual phone made out in the sound of its call. Positions are samples of the call at 8 kHz."""

from __future__ import annotations

from dataclasses import dataclass

from firmware.language.values import Language


@dataclass(frozen=True)
class Heard:
    """A known clip was spoken, whole or until it was cut off (barge-in); `also`: other texts that sound the same."""

    text: str
    language: Language
    starts_at: int
    ends_at: int
    was_cut: bool = False
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnknownSpeech:
    """Sound that is no known clip and no tone, or a clip cut while several could still have been meant."""

    starts_at: int
    ends_at: int
    could_be: tuple[str, ...] = ()


@dataclass(frozen=True)
class ToneHeard:
    """A tone of the network: ring-back, busy, congestion, unobtainable or dial; once until something else is heard."""

    name: str
    starts_at: int
    ends_at: int


@dataclass(frozen=True)
class Quiet:
    """Nothing was heard for a while after speech: whoever spoke has finished its turn."""

    starts_at: int
    ends_at: int


Sighting = Heard | UnknownSpeech | ToneHeard | Quiet
