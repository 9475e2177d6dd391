"""A supervisor in an agent's conversation: listens, whispers, barges in; ends calls and changes agents' states."""

from __future__ import annotations

from firmware.acd.errors import NoSound, NoTalk, WrongState
from firmware.acd.floor import Floor, Notice
from firmware.acd.records import OFFLINE, RINGING, TALKING, WRAP_UP
from firmware.acd.ringer import Ringer, nothing, signed_in
from firmware.acd.seating import Seating
from firmware.acd.talk import LegKind, Supervision
from firmware.acd.talking import Talking

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
        if own.supervises is None:
            return
        agent = self._floor.seats.get(own.supervises[0])
        if agent is not None and agent.talk is not None and (leg := agent.talk.leg_of(user_id)) is not None:
            agent.talk.leave(leg)
        self._floor.dismiss(own)
        if agent is not None:
            self._floor.tell_seat(agent)

    def release(self, agent_id: int, by: str) -> None:
        """End an agent's call."""
        agent = signed_in(self._floor, agent_id)
        if agent.talk is None:
            raise NoTalk("they are in no call")
        agent.notice = Notice(RELEASED, by)
        self._talking.end(agent.talk, "supervisor")

    def force(self, agent_id: int, state: str, by: str) -> None:
        """Make an agent ready, not ready, or sign them out; a call must be over first."""
        agent = signed_in(self._floor, agent_id)
        if agent.state == TALKING:
            raise WrongState("they are in a call: end it first")
        if agent.state == RINGING and agent.ringing is not None:
            self._ringer.reject(agent_id)
        match state:
            case "ready":
                if agent.state == WRAP_UP:
                    raise WrongState("they are still writing down the last call")
                agent.notice = Notice(FORCED_READY, by)
                self._seating.ready(agent_id, by)
            case "not-ready":
                agent.notice = Notice(FORCED_NOT_READY, by)
                self._seating.not_ready(agent_id, "other", by)
            case "offline":
                agent.notice = Notice(FORCED_OUT, by)
                self._seating.sign_out(agent_id, by)
            case _:
                raise ValueError(f"state is ready, not-ready or {OFFLINE}")
        self._floor.tell_seat(agent)
