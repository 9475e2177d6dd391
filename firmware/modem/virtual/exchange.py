"""The exchange: connects two parties, rings, and tells each what became of the call.

Time here is counted in ticks of 10 ms, so that a call takes the same number of samples at any speed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from firmware.audio.port import Sound
from firmware.modem.virtual.tones import ticks

SET_UP_TICKS = ticks(600)  # from the last digit to the first ring
NO_ANSWER_TICKS = ticks(90_000)
TRUNKS = 100


class CallState(StrEnum):
    """How far a call has come."""

    DIALLING = "dialling"
    RINGING = "ringing"
    ANSWERED = "answered"
    BUSY = "busy"
    CONGESTION = "congestion"
    UNOBTAINABLE = "unobtainable"
    ENDED = "ended"


class Standing(StrEnum):
    """Whether a subscriber can be called now."""

    FREE = "free"
    BUSY = "busy"
    NO_PATH = "no path"


class Party(Protocol):
    """A subscriber in a call. A party that is off-hook speaks and hears once a tick."""

    @property
    def number(self) -> str: ...

    @property
    def standing(self) -> Standing: ...

    @property
    def is_off_hook(self) -> bool: ...

    @property
    def call(self) -> Call | None: ...

    def call_changed(self, call: Call, reason: str) -> None:
        """`call.state` is new; `reason` says why, in the field's words, or is empty."""

    def speak(self) -> Sound:
        """The next tick of sound toward the network."""

    def hear(self, sound: Sound | None) -> None:
        """A tick from the other party, or None when there is none to hear: then the network's own tones sound."""

    def tick(self) -> None:
        """10 ms have passed."""


@dataclass(eq=False)
class Call:
    """One attempt of a party to reach a number."""

    caller: Party
    called_number: str
    withheld: bool = False
    callee: Party | None = None
    state: CallState = CallState.DIALLING
    age_ticks: int = 0

    def other(self, party: Party) -> Party | None:
        """Who is at the far end."""
        return self.callee if party is self.caller else self.caller


class Exchange:
    """All calls between the subscribers that `find` knows by number."""

    def __init__(self, find: Callable[[str], Party | None], trunks: int = TRUNKS) -> None:
        self._find = find
        self._trunks = trunks
        self._calls: list[Call] = []

    def knows(self, number: str) -> bool:
        """Whether somebody has this number."""
        return self._find(number) is not None

    def place(self, caller: Party, number: str, withheld: bool = False) -> Call:
        """Begin a call; the number rings, is busy, ... after a moment."""
        call = Call(caller, number, withheld)
        self._calls.append(call)
        return call

    def answer(self, call: Call) -> None:
        """The called party went off-hook."""
        self._change(call, CallState.ANSWERED)

    def leave(self, call: Call, party: Party) -> None:
        """`party` hung up: the call is over for both."""
        self._end(call, "caller hung up" if party is call.caller else "called party hung up")

    def tick(self, parties: Iterable[Party]) -> None:
        """Let 10 ms pass: timers first, then the sound of everybody who is off-hook."""
        for call in list(self._calls):
            self._advance(call)
        listening = [party for party in parties if party.is_off_hook]
        said = {id(party): party.speak() for party in listening}
        for party in listening:
            party.hear(self._from_far_end(party, said))

    def _from_far_end(self, party: Party, said: dict[int, Sound]) -> Sound | None:
        call = party.call
        if call is None or call.state is not CallState.ANSWERED:
            return None
        return said.get(id(call.other(party)))

    def _advance(self, call: Call) -> None:
        call.age_ticks += 1
        if call.state is CallState.DIALLING and call.age_ticks >= SET_UP_TICKS:
            self._route(call)
        elif call.state is CallState.RINGING and call.age_ticks >= NO_ANSWER_TICKS:
            self._end(call, "no answer")

    def _route(self, call: Call) -> None:
        callee = self._find(call.called_number)
        if callee is None:
            self._change(call, CallState.UNOBTAINABLE)
        elif callee is call.caller or callee.standing is Standing.BUSY:
            self._change(call, CallState.BUSY)
        elif callee.standing is Standing.NO_PATH or self._busy_trunks() >= self._trunks:
            self._change(call, CallState.CONGESTION)
        else:
            call.callee = callee
            self._change(call, CallState.RINGING)

    def _busy_trunks(self) -> int:
        return sum(call.callee is not None for call in self._calls)

    def _end(self, call: Call, reason: str) -> None:
        self._calls.remove(call)
        self._change(call, CallState.ENDED, reason)

    def _change(self, call: Call, state: CallState, reason: str = "") -> None:
        call.state = state
        for party in (call.callee, call.caller):
            if party is not None:
                party.call_changed(call, reason)
