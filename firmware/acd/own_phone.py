"""Agents away from the desk: their own telephone rings, and a key says that it is them and no answering machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from firmware.acd.floor import Floor, Notice, Ringing, Seat
from firmware.acd.outside import OutsideCall, Silent
from firmware.acd.ringer import Ringer
from firmware.acd.talk import Talk
from firmware.acd.talking import Talking
from firmware.audio.player import PromptSource
from firmware.audio.port import Port
from firmware.language.catalogue import Prompt
from firmware.language.values import DEFAULT_LANGUAGE

TAKES = "1"
MOST_SAID = 6  # on a line of copper the first may be said into the ringing


class Phones(Protocol):
    """Who placed the call."""

    ringer: Ringer
    talking: Talking

    @property
    def floor(self) -> Floor: ...

    def keep(self, seat: Seat) -> None:
        """The agent's own telephone rings no more."""

    def listens(
        self, seat: Seat, talk: Talk, port: Port, hang_up: Callable[[], None], give_up: Callable[[], None] | None
    ) -> None:
        """The agent hears it ring in `talk`."""


class OwnPhone(Silent):
    """What both have in common: `prompt` is said a few times, then it is nobody."""

    prompt: str

    def __init__(self, phones: Phones, seat: Seat) -> None:
        self._phones, self._seat = phones, seat
        self._has_taken = False
        self._times_said = 0

    def up(self, call: OutsideCall, port: Port) -> None:
        language = self._seat.agent.language or DEFAULT_LANGUAGE
        said = self._phones.floor.speaker.sounds([Prompt(self.prompt)], language)
        port.play(PromptSource(said, stops_at_key=False))
        self._times_said += 1

    def said(self, call: OutsideCall) -> None:
        if self._has_taken or call.port is None:
            return
        if self._times_said < MOST_SAID:
            self.up(call, call.port)
        else:
            call.hang_up()

    def key(self, call: OutsideCall, key: str) -> None:
        with self._phones.floor.lock:
            if self._has_taken or key != TAKES or call.port is None or not self.is_wanted:
                return
            self._has_taken = True
            self.take(call, call.port)

    def failed(self, call: OutsideCall, why: str) -> None:
        self._missed()

    def gone(self, call: OutsideCall, why: str) -> None:
        with self._phones.floor.lock:
            if self._has_taken and self._seat.talk is not None:
                self._phones.talking.hang_up(self._seat.user_id)
        self._missed()

    def _missed(self) -> None:
        with self._phones.floor.lock:
            if not self._has_taken and self.is_wanted:
                self.missed()

    @property
    def is_wanted(self) -> bool:
        """With the lock held: whether the call still means anything."""
        raise NotImplementedError

    def take(self, call: OutsideCall, port: Port) -> None:
        """With the lock held: the agent is there."""
        raise NotImplementedError

    def missed(self) -> None:
        """With the lock held: the agent is not there."""
        raise NotImplementedError


class OwnRing(OwnPhone):
    """A caller, or a colleague, rings at the agent."""

    prompt = "desk.press_one"

    def __init__(self, phones: Phones, seat: Seat, ringing: Ringing) -> None:
        super().__init__(phones, seat)
        self._ringing = ringing

    @property
    def is_wanted(self) -> bool:
        return self._seat.ringing is self._ringing

    def take(self, call: OutsideCall, port: Port) -> None:
        self._phones.keep(self._seat)
        self._phones.ringer.answer(self._seat.user_id, port, call.hang_up)

    def missed(self) -> None:
        self._phones.keep(self._seat)
        self._phones.ringer.miss(self._seat, self._ringing)


class OwnDial(OwnPhone):
    """The agent has dialled, and is called first: `go` then calls whom they dialled."""

    prompt = "desk.press_one_to_call"

    def __init__(
        self, phones: Phones, seat: Seat, talk: Talk, go: Callable[[], object], give_up: Callable[[], None]
    ) -> None:
        super().__init__(phones, seat)
        self._talk, self._go, self._give_up = talk, go, give_up

    @property
    def is_wanted(self) -> bool:
        return self._seat.talk is self._talk

    def take(self, call: OutsideCall, port: Port) -> None:
        self._phones.listens(self._seat, self._talk, port, call.hang_up, self._give_up)
        self._go()

    def missed(self) -> None:
        self._seat.notice = Notice("own-phone")
        self._phones.talking.end(self._talk, "agent")
