"""An agent's page that is gone in the middle of a talk is waited for: the talk is parked, and taken up again."""

from __future__ import annotations

from firmware.acd.floor import Floor, Seat
from firmware.acd.handing import Handing, Requeue
from firmware.acd.talking import Talking
from firmware.language.catalogue import Prompt
from firmware.storage.instants import later


class Parking:
    """A refresh of the page, a crash of the browser, the lid of a laptop."""

    def __init__(self, floor: Floor, talking: Talking, handing: Handing) -> None:
        self._floor, self._talking, self._handing = floor, talking, handing

    def park(self, seat: Seat) -> None:
        """The agent's page is gone in the middle of a talk: the caller hears "one moment" and music."""
        talk = seat.talk
        if talk is None or seat.parked_until is not None:
            return
        seat.parked_until = later(self._floor.now, self._floor.settings.parked_s)
        caller = talk.caller
        seat.is_held_for = caller is not None and not caller.is_held and len(talk.speakers) == 2
        if caller is not None and seat.is_held_for:
            talk.hold(caller, self._floor.speaker.sounds([Prompt("desk.one_moment")], talk.language))
            seat.held_since = self._floor.now
        self._talking.mark(talk, "parked")
        self._floor.tell_seat(seat)

    def unpark(self, seat: Seat) -> None:
        """The page is back: so is the agent. Who was on hold before, or is with the menus, stays there."""
        seat.parked_until = None
        talk = seat.talk
        if talk is not None and seat.is_held_for and (caller := talk.caller) is not None and caller.is_held:
            self._talking.unhold(seat, talk, caller)
        self._floor.tell_seat(seat)

    def end_parked(self) -> None:
        """Nobody came back: the caller goes to the head of the queue."""
        for seat in list(self._floor.seats.values()):
            talk = seat.talk
            if talk is None or seat.parked_until is None or seat.parked_until > self._floor.now:
                continue
            self._talking.drop_consult(seat)
            own = talk.leg_of(seat.user_id)
            if own is not None and len(talk.speakers) > 2:
                self._talking.leave(seat, talk, own, "lost")
            elif talk.caller is not None and talk.direction == "in":
                self._handing.send(seat, talk, Requeue(talk.queue or "", is_urgent=True), "lost")
            else:
                self._talking.end(talk, "lost")
