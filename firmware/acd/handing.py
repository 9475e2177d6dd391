"""Handing callers on: ask somebody first, three-way, over to a colleague, outside, to a queue, back to the menus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from firmware.acd.errors import (
    ExtensionBusy,
    NoSuchExtension,
    NoTalk,
    TransferLoop,
    TransferToOneself,
    WrongState,
)
from firmware.acd.floor import Consult, Floor, Ringing, Seat
from firmware.acd.records import OFFLINE, READY
from firmware.acd.ringer import Ringer
from firmware.acd.talk import Leg, Talk
from firmware.acd.talking import Talking, far_leg
from firmware.audio.signals import RingBack
from firmware.language.catalogue import Prompt
from firmware.storage.instants import later

MOST_TRANSFERS = 5  # a call that goes round more often is in a circle
CONSULT_RING_S = 30
QUEUE = "queue:"
BACK, MAIN, IDENTIFY = "back", "main", "identify"


@dataclass(frozen=True)
class Requeue:
    """The caller waits again: for a colleague, or in another queue, in their old turn."""

    queue: str
    wished: int | None = None
    is_urgent: bool = False


class Outside(Protocol):
    """Calls to people outside."""

    def consult(self, seat: Seat, talk: Talk, number: str) -> Consult:
        """Call `number`, so that the agent can speak with them; raises a `DeskError`."""

    def hand_over(self, seat: Seat, talk: Talk, number: str) -> None:
        """Call `number` for a caller whom the agent leaves; raises a `DeskError`."""


class Handing:
    """A caller is never put on hold, or let go, for something that can't be done."""

    def __init__(self, floor: Floor, ringer: Ringer, talking: Talking, outside: Outside) -> None:
        self._floor, self._ringer, self._talking, self._outside = floor, ringer, talking, outside

    def consult(self, user_id: int, to: str) -> None:
        """The caller waits while the agent speaks with somebody else first."""
        seat, talk = self._talking.both(user_id)
        if seat.consult is not None or talk.is_away:
            raise WrongState("you are asking somebody already, or the caller is with the menus")
        colleague = self._colleague(seat, to)
        caller = far_leg(talk, seat)
        consult = self._outside.consult(seat, talk, to) if colleague is None else self._ask(seat, talk, colleague)
        if not caller.is_held:
            talk.hold(caller)
            seat.held_since = self._floor.now
        seat.consult = consult
        self._floor.tell_seat(seat)

    def join(self, user_id: int) -> None:
        """Three-way: the caller, the agent and whom they asked."""
        seat, talk = self._talking.both(user_id)
        self._asked(seat)
        seat.consult = None
        caller = talk.caller
        if caller is not None:
            self._talking.unhold(seat, talk, caller)
        self._talking.mark(talk, "joined")
        self._floor.tell_seat(seat)

    def complete(self, user_id: int) -> None:
        """The caller goes to whom the agent asked; the agent is out."""
        seat, talk = self._talking.both(user_id)
        leg, own, caller = self._asked(seat), talk.leg_of(user_id), talk.caller
        if caller is None or own is None:
            raise NoTalk("the caller has gone")
        self._count_transfer(talk)
        seat.consult = None
        self._talking.unhold(seat, talk, caller)
        self._talking.mark(talk, "transferred", leg.name)
        self._talking.leave(seat, talk, own, "transfer")

    def cancel_consult(self, user_id: int) -> None:
        """Back to the caller."""
        seat, talk = self._talking.both(user_id)
        self._talking.drop_consult(seat)
        caller = talk.caller
        if caller is not None and caller.is_held:
            self._talking.unhold(seat, talk, caller)
        self._floor.tell_seat(seat)

    def transfer(self, user_id: int, to: str) -> None:
        """Hand the caller over without a word; nobody there: back into the queue."""
        seat, talk = self._talking.both(user_id)
        caller, own = talk.caller, talk.leg_of(user_id)
        if caller is None or own is None or talk.direction != "in" or talk.is_away:
            raise WrongState("only a caller can be handed over")
        if to.startswith(QUEUE):
            goes = Requeue(self._queue(to))
        else:
            colleague = self._colleague(seat, to)
            if colleague is None:
                self._hand_outside(seat, talk, own, to)
                return
            goes = Requeue(talk.queue or "", colleague.user_id, is_urgent=True)
        self._count_transfer(talk)
        self._talking.mark(talk, "transferred", to)
        self.send(seat, talk, goes)

    def to_flow(self, user_id: int, to: str) -> None:
        """Back to the menus: where the caller left them, or the main menu."""
        seat, talk = self._talking.both(user_id)
        if to not in (BACK, MAIN, IDENTIFY):
            raise ValueError("to is back, main or identify")
        if talk.caller is None or talk.direction != "in" or talk.is_away:
            raise WrongState("only a caller can be sent to the menus")
        if to == IDENTIFY:
            self._send_away(seat, talk, talk.caller)
            return
        self._talking.mark(talk, "to-menu")
        self.send(seat, talk, to)

    def _send_away(self, seat: Seat, talk: Talk, caller: Leg) -> None:
        """The caller keys who they are, unheard by the agent, and comes back by themselves."""
        if seat.consult is not None or len(talk.speakers) > 2:
            raise WrongState("end the call to your colleague first")
        talk.is_away = True
        talk.send_away(caller)
        self._floor.away[talk.call_id] = talk
        self._floor.tell_seat(seat)

    def come_back(self, talk: Talk) -> None:
        """The menus are done with the caller."""
        talk.is_away = False
        if (caller := talk.caller) is not None:
            talk.resume(caller)
        for seat in self._talking.seats(talk):
            self._floor.tell_seat(seat)

    def send(self, seat: Seat, talk: Talk, goes: Requeue | str, by: str = "transfer") -> None:
        """The caller leaves the conversation for somewhere else in the box; their own thread takes them there."""
        talk.caller_goes = goes
        self._talking.drop_consult(seat)
        self._talking.end(talk, by)

    def _hand_outside(self, seat: Seat, talk: Talk, own: Leg, number: str) -> None:
        self._count_transfer(talk)
        self._outside.hand_over(seat, talk, number)
        caller = talk.caller
        if caller is not None:
            talk.hold(caller, self._floor.speaker.sounds([Prompt("desk.one_moment")], talk.language))
        self._talking.mark(talk, "transferred", number)
        self._talking.leave(seat, talk, own, "transfer")

    def _count_transfer(self, talk: Talk) -> None:
        if talk.transfers >= MOST_TRANSFERS:
            raise TransferLoop("this call has been handed round too often: help the caller yourself")
        talk.transfers += 1

    def _queue(self, to: str) -> str:
        key = to.removeprefix(QUEUE)
        if key not in {queue.key for queue in self._floor.settings.queues}:
            raise NoSuchExtension("there is no such queue")
        return key

    def _colleague(self, seat: Seat, to: str) -> Seat | None:
        """Whose extension `to` is; None when it is a number outside."""
        if to == seat.agent.extension:
            raise TransferToOneself("that is you")
        found = next((each for each in self._floor.seats.values() if each.agent.extension == to), None)
        if found is None:
            return None
        if found.state == OFFLINE or not found.has_sound:
            raise NoSuchExtension("they are not at the desk")
        if found.state != READY:
            raise ExtensionBusy("they can't take a call now")
        return found

    def _ask(self, seat: Seat, talk: Talk, colleague: Seat) -> Consult:
        if (own := talk.leg_of(seat.user_id)) is not None:
            own.port.play(RingBack())
        until = later(self._floor.now, CONSULT_RING_S)
        ringing = Ringing([colleague.user_id], until, self._floor.now, talk=talk, asked_by=seat.user_id)
        self._ringer.ring(colleague, ringing)
        return Consult(colleague.agent.extension, colleague.agent.name, ringing=ringing)

    def _asked(self, seat: Seat) -> Leg:
        if seat.consult is None or seat.consult.leg is None:
            raise WrongState("nobody has answered yet")
        return seat.consult.leg
