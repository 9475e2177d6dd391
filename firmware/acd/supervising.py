"""A supervisor in an agent's conversation: listens, whispers, barges in; ends calls and changes agents' states."""

from __future__ import annotations

from firmware.acd.errors import NoSound, NoTalk, WrongState
from firmware.acd.floor import Floor, Notice, Seat
from firmware.acd.records import OFFLINE, RINGING, TALKING, WRAP_UP
from firmware.acd.ringer import Ringer, nothing, signed_in
from firmware.acd.seating import Seating
from firmware.acd.talk import LegKind, Supervision
from firmware.acd.talking import Talking
from firmware.storage.instants import later

FORCED_READY, FORCED_NOT_READY, FORCED_OUT, RELEASED = "forced-ready", "forced-not-ready", "forced-out", "released"


class Supervising:
    """Who may do this is the web UI's business; that a supervisor is no ghost is this one's: agents are told."""

    def __init__(self, floor: Floor, seating: Seating, ringer: Ringer, talking: Talking) -> None:
        self._floor, self._seating, self._ringer, self._talking = floor, seating, ringer, talking

    def join(self, user_id: int, agent_id: int, how: Supervision) -> None:
        """Take part in an agent's conversation, or change how."""
        own, agent = self._floor.seat(user_id), signed_in(self._floor, agent_id)
        if agent.talk is None:
            raise NoTalk("they are in no call")
        if own is agent or own.talk is not None:
            raise WrongState("end your own call first")
        if own.sound is None or own.sound.is_lost:
            raise NoSound("your page has no sound")
        if own.supervises is not None and own.supervises[0] != agent_id:
            self.leave(user_id)
        own.sound.takes_sound = how is not Supervision.LISTEN
        leg = agent.talk.leg_of(user_id)
        if leg is None:
            agent.talk.join(LegKind.SUPERVISOR, own.agent.extension, own.sound.port, nothing, user_id, how)
        else:
            agent.talk.supervise(leg, how)
        own.supervises = agent_id, how
        if how is Supervision.BARGE:
            for each in agent.talk.legs:
                each.party.beep()
        self._floor.tell_seat(own)
        self._floor.tell_seat(agent)

    def leave(self, user_id: int) -> None:
        """Out of the conversation again."""
        own = self._floor.seat(user_id)
        if own.supervises is not None:
            self._floor.dismiss(own)

    def end_lost(self) -> None:
        """A supervisor whose page is gone, or who has signed out, hears nobody any more: nobody is told they do."""
        for own in self._floor.seats.values():
            if own.supervises is not None and not self._is_there(own):
                detail = f"{own.agent.extension}, {self._floor.seats[own.supervises[0]].agent.extension}"
                self._floor.dismiss(own)
                self._floor.book.trail("supervision ended", detail)

    def _is_there(self, own: Seat) -> bool:
        floor = self._floor
        is_back_in_time = own.lost_since is None or later(own.lost_since, floor.settings.parked_s) > floor.now
        return own.state != OFFLINE and (own.has_sound or is_back_in_time)

    def release(self, agent_id: int, by: str, reason: str = "") -> None:
        """End an agent's call; they are told by whom and why."""
        agent = signed_in(self._floor, agent_id)
        if agent.talk is None:
            raise NoTalk("they are in no call")
        agent.notice = Notice(RELEASED, by, reason)
        self._floor.book.note(agent.talk.call_id, f"released by {by} {reason}".strip())
        self._talking.end(agent.talk, "supervisor")

    def force(self, agent_id: int, state: str, by: str, reason: str = "") -> None:
        """Make an agent ready, not ready, or sign them out, for a reason; a call must be over first."""
        agent = signed_in(self._floor, agent_id)
        if agent.state == TALKING:
            raise WrongState("they are in a call: end it first")
        if agent.state == RINGING and agent.ringing is not None:
            self._ringer.reject(agent_id)
        match state:
            case "ready":
                if agent.state == WRAP_UP:
                    raise WrongState("they are still writing down the last call")
                agent.notice = Notice(FORCED_READY, by, reason)
                self._seating.ready(agent_id, by, reason)
            case "not-ready":
                agent.notice = Notice(FORCED_NOT_READY, by, reason)
                self._seating.not_ready(agent_id, reason or "other", by)
            case "offline":
                agent.notice = Notice(FORCED_OUT, by, reason)
                self._seating.sign_out(agent_id, by, reason)
            case _:
                raise ValueError(f"state is ready, not-ready or {OFFLINE}")
        self._floor.tell_seat(agent)
