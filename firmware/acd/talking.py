"""What an agent does with the conversation they have: hold, hang up, ask a colleague, hand over, three-way."""

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
from firmware.acd.floor import Consult, Floor, Notice, Ringing, Seat
from firmware.acd.records import OFFLINE, READY
from firmware.acd.ringer import Ringer
from firmware.acd.talk import Leg, LegKind, Talk
from firmware.audio import signals
from firmware.language.catalogue import Prompt
from firmware.storage.instants import later

MOST_TRANSFERS = 5  # a call that goes round more often is in a circle
CONSULT_RING_S = 30
KEYS = frozenset("0123456789*#ABCD")
MOST_KEYS = 32
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


class Talking:
    """Each act is checked against what the agent really has: a page may show something old, or lie."""

    def __init__(self, floor: Floor, ringer: Ringer, outside: Outside) -> None:
        self._floor, self._ringer, self._outside = floor, ringer, outside

    # ---- hold, keys, the end ----

    def hold(self, user_id: int) -> None:
        seat, talk = self._both(user_id)
        leg = far_leg(talk, seat)
        if not leg.is_held:
            talk.hold(leg)
            seat.held_since = self._floor.now
            self._mark(talk, "held")
            self._floor.tell_seat(seat)

    def resume(self, user_id: int) -> None:
        seat, talk = self._both(user_id)
        if seat.consult is not None:
            raise WrongState("end the call to your colleague first")
        leg = far_leg(talk, seat)
        if leg.is_held and not talk.is_away:
            self._unhold(seat, talk, leg)
            self._floor.tell_seat(seat)

    def digits(self, user_id: int, keys: str) -> None:
        """Send keys to the far end."""
        seat, talk = self._both(user_id)
        if not keys or len(keys) > MOST_KEYS or not set(keys) <= KEYS:
            raise ValueError("keys are 0-9, * and #")
        leg = far_leg(talk, seat)
        if leg.is_held:
            raise WrongState("the caller is on hold")
        leg.port.play(signals.keys(keys))

    def record(self, user_id: int, on: bool) -> None:
        """Go on recording, or pause."""
        seat, talk = self._both(user_id)
        if talk.recorder is None or talk.recorder.is_refused:
            raise WrongState("this call is not recorded")
        if on:
            talk.recorder.resume()
        else:
            talk.recorder.pause()
        self._floor.tell_seat(seat)

    def hang_up(self, user_id: int, by: str = "agent") -> None:
        """The agent's part ends; where two others remain they go on."""
        seat, talk = self._both(user_id)
        self._drop_consult(seat)
        own = talk.leg_of(user_id)
        if own is not None and len(talk.speakers) > 2:
            self._leave(seat, talk, own, by)
        else:
            self.end(talk, by)

    def end(self, talk: Talk, by: str) -> None:
        """The conversation is over for everybody."""
        seats = [self._floor.seats[leg.user_id] for leg in talk.legs if leg.user_id in self._floor.seats]
        for leg in talk.end(by):
            leg.hang_up()
        for seat in seats:
            self._drop_consult(seat)
            if seat.talk is talk:
                self._floor.after_talk(seat, talk, by)
            else:
                self._floor.dismiss(seat)

    def leg_gone(self, talk: Talk, leg: Leg) -> None:
        """Somebody who is no agent hung up."""
        if leg not in talk.legs:
            return
        talk.leave(leg)
        asker = next((seat for seat in self._seats(talk) if seat.consult and seat.consult.leg is leg), None)
        if asker is not None:
            asker.consult, asker.notice = None, Notice("hung-up", leg.name)
            self._floor.tell_seat(asker)
        if len(talk.speakers) < 2:
            self.end(talk, "caller" if leg.kind is LegKind.CALLER else "outside")

    # ---- asking a colleague, handing over ----

    def consult(self, user_id: int, to: str) -> None:
        """The caller waits while the agent speaks with somebody else first."""
        seat, talk = self._both(user_id)
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
        seat, talk = self._both(user_id)
        self._asked(seat)
        seat.consult = None
        caller = talk.caller
        if caller is not None:
            self._unhold(seat, talk, caller)
        self._mark(talk, "joined")
        self._floor.tell_seat(seat)

    def complete(self, user_id: int) -> None:
        """The caller goes to whom the agent asked; the agent is out."""
        seat, talk = self._both(user_id)
        leg, own, caller = self._asked(seat), talk.leg_of(user_id), talk.caller
        if caller is None or own is None:
            raise NoTalk("the caller has gone")
        self._count_transfer(talk)
        seat.consult = None
        self._unhold(seat, talk, caller)
        self._mark(talk, "transferred", leg.name)
        self._leave(seat, talk, own, "transfer")

    def cancel_consult(self, user_id: int) -> None:
        """Back to the caller."""
        seat, talk = self._both(user_id)
        self._drop_consult(seat)
        caller = talk.caller
        if caller is not None and caller.is_held:
            self._unhold(seat, talk, caller)
        self._floor.tell_seat(seat)

    def transfer(self, user_id: int, to: str) -> None:
        """Hand the caller over without a word; nobody there: back into the queue."""
        seat, talk = self._both(user_id)
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
        self._mark(talk, "transferred", to)
        self._send(seat, talk, goes)

    def to_flow(self, user_id: int, to: str) -> None:
        """Back to the menus: where the caller left them, or the main menu."""
        seat, talk = self._both(user_id)
        if to not in (BACK, MAIN, IDENTIFY):
            raise ValueError("to is back, main or identify")
        if talk.caller is None or talk.direction != "in" or talk.is_away:
            raise WrongState("only a caller can be sent to the menus")
        if to == IDENTIFY:
            self._send_away(seat, talk, talk.caller)
            return
        self._mark(talk, "to-menu")
        self._send(seat, talk, to)

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
        for seat in self._seats(talk):
            self._floor.tell_seat(seat)

    # ---- pages that are gone ----

    def park(self, seat: Seat) -> None:
        """The agent's page is gone in the middle of a talk: the caller hears "one moment" and music."""
        talk = seat.talk
        if talk is None or seat.parked_until is not None:
            return
        seat.parked_until = later(self._floor.now, self._floor.settings.parked_s)
        if (caller := talk.caller) is not None and not caller.is_held and len(talk.speakers) == 2:
            talk.hold(caller, self._floor.speaker.sounds([Prompt("desk.one_moment")], talk.language))
            seat.held_since = self._floor.now
        self._floor.tell_seat(seat)

    def unpark(self, seat: Seat) -> None:
        """The page is back: so is the agent."""
        seat.parked_until = None
        talk = seat.talk
        if talk is not None and seat.consult is None and (caller := talk.caller) is not None and caller.is_held:
            self._unhold(seat, talk, caller)
        self._floor.tell_seat(seat)

    def end_parked(self) -> None:
        """Nobody came back: the caller goes to the head of the queue."""
        for seat in list(self._floor.seats.values()):
            talk = seat.talk
            if talk is None or seat.parked_until is None or seat.parked_until > self._floor.now:
                continue
            self._drop_consult(seat)
            own = talk.leg_of(seat.user_id)
            if own is not None and len(talk.speakers) > 2:
                self._leave(seat, talk, own, "lost")
            elif talk.caller is not None and talk.direction == "in":
                self._send(seat, talk, Requeue(talk.queue or "", is_urgent=True), "lost")
            else:
                self.end(talk, "lost")

    # ---- inside ----

    def _both(self, user_id: int) -> tuple[Seat, Talk]:
        seat = self._floor.seat(user_id)
        return seat, self._floor.talk_of(seat)

    def _seats(self, talk: Talk) -> list[Seat]:
        return [seat for seat in self._floor.seats.values() if seat.talk is talk]

    def _unhold(self, seat: Seat, talk: Talk, leg: Leg) -> None:
        talk.resume(leg)
        if seat.held_since is not None:
            seat.held_s += (self._floor.now - seat.held_since).total_seconds()
            seat.held_since = None
        self._mark(talk, "resumed")

    def _leave(self, seat: Seat, talk: Talk, own: Leg, by: str) -> None:
        """The agent goes, the others stay."""
        talk.leave(own)
        own.hang_up()
        self._dismiss_supervisors(seat, talk)
        self._floor.after_talk(seat, talk, by)
        for other in self._seats(talk):
            self._floor.tell_seat(other)

    def _dismiss_supervisors(self, seat: Seat, talk: Talk) -> None:
        """They were there for this agent."""
        for other in self._floor.seats.values():
            if other.supervises is not None and other.supervises[0] == seat.user_id:
                if (leg := talk.leg_of(other.user_id)) is not None:
                    talk.leave(leg)
                self._floor.dismiss(other)

    def _send(self, seat: Seat, talk: Talk, goes: Requeue | str, by: str = "transfer") -> None:
        """The caller leaves the conversation for somewhere else in the box; their own thread takes them there."""
        talk.caller_goes = goes
        self._drop_consult(seat)
        self.end(talk, by)

    def _hand_outside(self, seat: Seat, talk: Talk, own: Leg, number: str) -> None:
        self._count_transfer(talk)
        self._outside.hand_over(seat, talk, number)
        caller = talk.caller
        if caller is not None:
            talk.hold(caller, self._floor.speaker.sounds([Prompt("desk.one_moment")], talk.language))
        self._mark(talk, "transferred", number)
        self._leave(seat, talk, own, "transfer")

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
        until = later(self._floor.now, CONSULT_RING_S)
        ringing = Ringing([colleague.user_id], until, self._floor.now, talk=talk, asked_by=seat.user_id)
        self._ringer.ring(colleague, ringing)
        return Consult(colleague.agent.extension, colleague.agent.name, ringing=ringing)

    def _asked(self, seat: Seat) -> Leg:
        if seat.consult is None or seat.consult.leg is None:
            raise WrongState("nobody has answered yet")
        return seat.consult.leg

    def _drop_consult(self, seat: Seat) -> None:
        consult, seat.consult = seat.consult, None
        if consult is None:
            return
        if consult.ringing is not None:
            self._ringer.withdraw(consult.ringing, "gone")
        if consult.cancel is not None:
            consult.cancel()
        talk = seat.talk
        if consult.leg is None or talk is None or consult.leg not in talk.legs:
            return
        leg = consult.leg
        talk.leave(leg)
        leg.hang_up()
        if (colleague := self._floor.seats.get(leg.user_id or 0)) is not None and colleague.talk is talk:
            self._floor.after_talk(colleague, talk, "agent")

    def _mark(self, talk: Talk, kind: str, detail: str = "") -> None:
        if talk.recorder is not None:
            talk.recorder.mark(kind, detail)
        self._floor.book.note(talk.call_id, f"{kind} {detail}".strip())


def far_leg(talk: Talk, seat: Seat) -> Leg:
    """Whom the agent speaks with: the caller, else whoever else is there; raises `NoTalk`."""
    if talk.caller is not None:
        return talk.caller
    for leg in talk.speakers:
        if leg.user_id != seat.user_id:
            return leg
    raise NoTalk("nobody else is there")
