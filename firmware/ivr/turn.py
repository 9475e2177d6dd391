"""What passes between the dialogue machine and the channel that carries a dialogue out.

The machine says what to say and what it waits for; the channel answers with what the patient did. Neither knows
how the other works: a turn can be spoken, texted or shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from firmware.language.catalogue import Prompt


@dataclass(frozen=True)
class Option:
    """One numbered choice of a menu."""

    key: str  # one of 0-9 or *
    label: Prompt
    spoken: bool = True  # False: the key works but is not announced (for example 0 on every menu)


@dataclass(frozen=True)
class Patience:
    """How long the voice channel waits, in seconds of sound after the prompt has ended."""

    first_digit_s: float = 8.0
    between_digits_s: float = 4.0


@dataclass(frozen=True)
class WantKey:
    """Wait for one key out of `options`."""

    options: tuple[Option, ...]


@dataclass(frozen=True)
class WantDigits:
    """Wait for a number: `#` ends it, so does its `most`-th digit."""

    least: int
    most: int
    secret: bool = False  # a PIN: kept nowhere; the recording holds silence where any number is keyed


@dataclass(frozen=True)
class WantRecording:
    """Record the caller after the prompts until `#`, silence, hang-up or the limit; a private message is for its box
    only, so that no recording of the call holds it."""

    at_most_s: float
    is_private: bool = False


@dataclass(frozen=True)
class WantDesk:
    """Hand the patient to the desk: whoever waits in `queue` speaks with a person there, or learns that nobody can."""

    queue: str


@dataclass(frozen=True)
class Finished:
    """The dialogue is over: the voice channel hangs up after the prompts."""


Want = WantKey | WantDigits | WantRecording | WantDesk | Finished


@dataclass(frozen=True)
class Turn:
    """One turn of the box: say the prompts in order, then wait for `want`."""

    node: str  # "flow.node", for the journal and the line's status
    says: tuple[Prompt, ...]
    want: Want
    patience: Patience = field(default_factory=Patience)
    is_news: bool = False  # the answer was not taken as expected: what was keyed ahead was meant for something else


class DeskOutcome(StrEnum):
    """How a patient comes back from the desk; who hangs up there does not come back."""

    SERVED = "served"  # somebody spoke with them; nothing is left to say
    UNAVAILABLE = "unavailable"  # closed, nobody there, too many wait
    MESSAGE = "message"  # they would rather leave a message
    BACK = "back"  # to the menu, where they left it
    MAIN = "main"  # to the main menu
    IDENTIFY = "identify"  # to say who they are by keys, and then back to whom they speak with


@dataclass(frozen=True)
class Keys:
    """The patient keyed (or texted) these; for `WantDigits` without the ending `#`."""

    keys: str


@dataclass(frozen=True)
class Nothing:
    """Nothing came within the patience."""


@dataclass(frozen=True)
class Recorded:
    """The patient spoke: where the sound is and how long it lasts."""

    file: Path
    seconds: float


@dataclass(frozen=True)
class DeskEnded:
    """What became of a patient who was handed to the desk."""

    how: DeskOutcome


Answer = Keys | Nothing | Recorded | DeskEnded
