"""How a dialogue hands a caller to the desk. Who sits there is none of the dialogue's business."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from firmware.audio.port import Port
from firmware.audio.recorder import CallRecorder
from firmware.ivr.turn import DeskOutcome
from firmware.language.values import Language


@dataclass(frozen=True)
class HandOver:
    """A caller as the desk gets them; `number` in normal form, None when it was withheld."""

    call_id: str
    line: str
    number: str | None
    language: Language
    queue: str
    patient_id: int | None
    port: Port
    recorder: CallRecorder | None


class DeskDoor(Protocol):
    """The way to people."""

    def serve(self, caller: HandOver) -> DeskOutcome | None:
        """Keep the caller until somebody has spoken with them or nobody will, in the call's thread.

        None: they hung up.
        """

    def over(self, call_id: str) -> None:
        """The call has ended, wherever it was."""
