"""What the desk leaves to the clinic: its hours, what becomes of who was not served, and whom the box writes to."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from firmware.acd.floor import Entry, Handed
from firmware.language.catalogue import Prompt
from firmware.language.values import Language
from firmware.staff.agents import Agent


class Missed(Protocol):
    """A caller whom nobody served: still on the line, or known from the ledger."""

    @property
    def call_id(self) -> str: ...
    @property
    def number(self) -> str | None: ...
    @property
    def patient_id(self) -> int | None: ...


class ClinicSide(Protocol):
    """Each may be called with the desk's lock held; none ends a call when the ledger can't be used."""

    def is_open(self) -> bool:
        """Whether people are at the desk now."""

    def note_missed(self, caller: Missed) -> None:
        """A caller gave up before anybody answered, or was cut off: somebody should call them back."""

    def give_up(self, entry: Entry) -> None:
        """A callback reached nobody in all its tries."""

    def ask_by_text(self, caller: Handed, user_id: int) -> None:
        """Ask the caller what they think of the talk with this agent."""

    def greeting(self, agent: Agent, language: Language) -> Prompt:
        """What somebody hears who calls an agent in vain, before the tone."""

    def keep_message(self, call_id: str, asked_by: str, user_id: int, file: Path, seconds: float) -> None:
        """The colleague at extension `asked_by` left a message for an agent who did not answer."""
