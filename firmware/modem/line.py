"""What the rest of the firmware sees of a phone line; each driver is one file beside this one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from firmware.audio.port import Port

TEST_LINE, TEST_TEXT_LINE = "test", "test-text"  # the test phone's: no line of a clinic has one of these names


def text_line_of(line: str) -> str | None:
    """Through which line the texts must leave that a dialogue on `line` causes; None: any line of the clinic.

    A test must never text a patient, so its texts stay in the test phone's own network.
    """
    return TEST_TEXT_LINE if line in (TEST_LINE, TEST_TEXT_LINE) else None


class LineState(StrEnum):
    """What a line is doing."""

    STARTING = "starting"
    IDLE = "idle"
    RINGING = "ringing"
    BUSY = "busy"
    FAULT = "fault"


@dataclass(frozen=True)
class CallerId:
    """Who calls, as the network told it."""

    number: str | None  # as received, digits with an optional leading "+"; None when not told
    withheld: bool = False


class IncomingCall(Protocol):
    """A call that rings on a line and has not been answered yet, or is up."""

    line_name: str
    caller: CallerId

    def answer(self) -> Port:
        """Seize the line and give its sound; raises `CallerGone` or another `LineError`."""

    def hang_up(self) -> None:
        """Release the line; harmless when it is released already."""


class OutgoingCall(Protocol):
    """A call that the box places; the line is kept for it until it is over or given up."""

    line_name: str
    number: str  # the digits as they are dialled

    def connect(self) -> Port:
        """Dial, wait until the far end has answered, and give its sound.

        Raises `NotReached` (`Busy`, `NoAnswer`, `NumberInvalid`, `NoDialTone`, `LineInUse`), `CallCancelled`, or
        another `LineError` when the device fails. On a line of copper an answer is a guess: a voice, a pole change, or
        silence where the next ring should be; an announcement of the network counts as a voice.
        """

    def hang_up(self) -> None:
        """Give the call up or release it, from any thread; harmless when it is over already."""


class CallHandler(Protocol):
    """What a line calls when it rings, once per call, in the line's own thread: return quickly."""

    def __call__(self, call: IncomingCall) -> None: ...


@dataclass(frozen=True)
class LineStatus:
    """A line at this moment, for people."""

    name: str
    kind: str  # "voice", "gsm"
    state: LineState
    detail: str = ""  # what is wrong, or the model; never patients' data
    signal_dbm: int | None = None
    operator_registered: bool | None = None


class Line(Protocol):
    """A phone line: started once, works until stopped, heals itself after faults."""

    name: str

    def start(self) -> None:
        """Begin to work in the line's own thread; returns at once, also when the device is absent."""

    def stop(self) -> None:
        """Release the device and end the thread."""

    def status(self) -> LineStatus:
        """What the line is doing now."""

    @property
    def can_dial(self) -> bool:
        """Whether `dial` would be given the line now."""

    def dial(self, number: str) -> OutgoingCall:
        """Keep the line for a call to `number`; `connect` then dials.

        Raises `LineInUse`, `NumberInvalid`, or `CantDial` on a line that never places calls.
        """
