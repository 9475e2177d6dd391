"""One conversation: who takes part in it and who of them hears whom.

Every change is made with the desk's lock held. Who may hear whom follows from one rule, `_hears`; the edges of the
bridge are drawn anew after each change, so that no act can leave a forgotten ear behind.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from firmware.audio.bridge import Bridge, Party
from firmware.audio.music import MusicSource, music
from firmware.audio.player import PromptSource
from firmware.audio.port import Port, Sound
from firmware.audio.recorder import CallRecorder
from firmware.language.values import Language


class LegKind(StrEnum):
    """What somebody is in a conversation."""

    CALLER = "caller"  # the patient, whoever called whom
    AGENT = "agent"
    OUTSIDE = "outside"  # a doctor on a mobile telephone
    SUPERVISOR = "supervisor"


class Supervision(StrEnum):
    """How a supervisor takes part."""

    LISTEN = "listen"  # hears everybody, is heard by nobody
    WHISPER = "whisper"  # is heard by the agent alone
    BARGE = "barge"  # is heard by everybody


@dataclass(eq=False)
class Leg:
    """One participant."""

    kind: LegKind
    name: str  # the extension or the number
    port: Port
    party: Party
    hang_up: Callable[[], None]
    user_id: int | None = None
    is_held: bool = False
    is_muted: bool = False
    supervision: Supervision | None = None


@dataclass(eq=False)
class Talk:
    """A conversation from its first word to its last, through holds, transfers and conferences."""

    call_id: str
    direction: str  # in, out, inside
    number: str | None  # the patient's, or whom the agent called
    language: Language
    began_at: datetime
    queue: str | None = None
    entry_id: int | None = None
    recorder: CallRecorder | None = None
    transfers: int = 0
    line: str = ""
    is_off_record: bool = False  # paused by a rule: see recorded.follow_rules
    is_leaving_message: bool = False  # for a colleague who did not answer
    is_away: bool = False  # the caller is with the menus
    pending: Callable[[], None] | None = None  # gives up the call to who has not answered yet
    legs: list[Leg] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    caller_goes: object = None  # where the caller goes when it is over: see talking.Requeue; None: nowhere
    ended_by: str = ""  # caller, agent, transfer, supervisor, lost
    bridge: Bridge = field(default_factory=Bridge)
    hold_music: Callable[[], MusicSource] = music
    _last_agent: int | None = None

    def join(
        self,
        kind: LegKind,
        name: str,
        port: Port,
        hang_up: Callable[[], None],
        user_id: int | None = None,
        supervision: Supervision | None = None,
    ) -> Leg:
        """Somebody takes part from now on."""
        leg = Leg(kind, name, port, self.bridge.join(port), hang_up, user_id, supervision=supervision)
        self.legs.append(leg)
        if kind is LegKind.AGENT:
            self._last_agent = user_id
        self._wire()
        return leg

    def leave(self, leg: Leg) -> None:
        """Somebody takes part no more; their port is silent."""
        if leg in self.legs:
            self.legs.remove(leg)
            _part(leg)
            self._wire()

    def hold(self, leg: Leg, first: list[list[Sound]] | None = None) -> None:
        """Music for `leg`, after the prompt `first`; nobody hears them meanwhile."""
        leg.is_held = True
        self._wire()
        if first:
            leg.port.play(PromptSource(first, stops_at_key=False))
        else:
            leg.port.play(self.hold_music())

    def send_away(self, leg: Leg) -> None:
        """The menus have `leg` for a moment: nobody hears them, and what they hear is the menus' business."""
        leg.is_held = True
        self._wire()
        leg.port.withdraw(leg.party)

    def resume(self, leg: Leg) -> None:
        """Back among the others."""
        leg.is_held = False
        leg.party.resume()
        self._wire()

    def mute(self, leg: Leg, on: bool) -> None:
        """Nobody hears `leg`, which hears them; or again."""
        leg.is_muted = on
        self._wire()

    def prompt_ended(self, leg: Leg) -> None:
        """What was played to `leg` is over: back to the music, or to the others."""
        if leg.is_held:
            leg.port.play(self.hold_music())
        else:
            leg.party.resume()

    def supervise(self, leg: Leg, how: Supervision) -> None:
        """Change how a supervisor takes part."""
        leg.supervision = how
        self._wire()

    def end(self, by: str) -> list[Leg]:
        """It is over for everybody; who took part."""
        legs, self.legs = self.legs, []
        for leg in legs:
            _part(leg)
        self.ended_by = self.ended_by or by
        self.over.set()
        return legs

    def leg_of(self, user_id: int) -> Leg | None:
        """The part that an agent or supervisor has in it."""
        return next((leg for leg in self.legs if leg.user_id == user_id), None)

    @property
    def last_agent(self) -> int | None:
        """Who of the desk took part last."""
        return self._last_agent

    @property
    def caller(self) -> Leg | None:
        return next((leg for leg in self.legs if leg.kind is LegKind.CALLER), None)

    @property
    def speakers(self) -> list[Leg]:
        """Who takes part as themselves, without supervisors."""
        return [leg for leg in self.legs if leg.kind is not LegKind.SUPERVISOR]

    def _wire(self) -> None:
        for listener in self.legs:
            for speaker in self.legs:
                if listener is speaker:
                    continue
                if _hears(listener, speaker):
                    listener.party.hear(speaker.party)
                else:
                    listener.party.ignore(speaker.party)


def _part(leg: Leg) -> None:
    """A page's port outlives the talk: what was played to whoever was on hold must not."""
    leg.party.leave()
    if leg.is_held and leg.user_id is not None:
        leg.port.stop()


def _hears(listener: Leg, speaker: Leg) -> bool:
    if listener.is_held or speaker.is_held or speaker.is_muted:
        return False
    match speaker.supervision:
        case Supervision.LISTEN:
            return False
        case Supervision.WHISPER:
            return listener.kind is LegKind.AGENT
    return True
