"""What a step of a dialogue may use of the clinic, for the length of one turn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from firmware.clinic import calendar
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster import wall_day
from firmware.ivr.catalogue import prompts
from firmware.ivr.nodes import Plain
from firmware.language.catalogue import Prompt
from firmware.language.values import Language, Value
from firmware.phone_number import is_mobile
from firmware.storage.ledger import Transaction
from firmware.storage.outbox import queue_text

VOICE = "voice"
TEXT = "text"

Memory = Mapping[str, Plain]


@dataclass(frozen=True)
class Visit:
    """One turn of one dialogue with one patient: the open transaction, the moment, and who is there."""

    tx: Transaction
    now: datetime  # aware
    profile: ClinicProfile
    channel: str  # VOICE or TEXT
    holder: str  # "call/<id>" or "dialogue/<id>": what holds slots
    number: str | None  # the patient's number, normalised; None when withheld or unknown
    has_desk: bool = False  # people can be spoken to on this channel
    text_line: str | None = None  # the only line that texts to the patient may leave through; None: any

    @property
    def is_test(self) -> bool:
        """Whether staff try the menus: then the number is nobody's, and nothing is learnt of whoever has it."""
        return self.text_line is not None

    @property
    def today(self) -> date:
        """The calendar day at the clinic."""
        return wall_day(self.now, self.profile.zone)

    @property
    def is_open(self) -> bool:
        """Whether people are there to talk to."""
        return calendar.is_open(self.tx, self.profile, self.now)

    def write(self, prompt: Prompt, language: Language) -> None:
        """Queue a text message to the patient, if the number may be a mobile."""
        if self.number and is_mobile(self.number):
            body = prompts().written(prompt, language)
            queue_text(self.tx, self.now, self.number, body, "notice", line=self.text_line)


@dataclass(frozen=True)
class Did:
    """What came of a step."""

    outcome: str
    remember: Mapping[str, Plain] = field(default_factory=dict)
    words: Mapping[str, Value] = field(default_factory=dict)
    says: tuple[Prompt, ...] = ()  # said before what comes next
    language: Language | None = None  # speak this from now on
    achieved: str | None = None  # what the patient got done, for the journal; the count of rounds starts again
    is_news: bool = False  # not what the patient reckoned with: to be heard before the next key counts


@dataclass(frozen=True)
class Step:
    """A step that flows may name: its function, every outcome it can have and the words it gives to prompts."""

    run: Callable[[Visit, Memory], Did]
    outcomes: tuple[str, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """One entry of a list that the patient chooses from."""

    value: Plain
    label: Prompt


Listing = Callable[[Visit, Memory], list[Item | None]]  # None keeps a place (and its key) free
