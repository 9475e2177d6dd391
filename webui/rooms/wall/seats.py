"""Seats and queues as the wall shows them: what the exchange says of the desk, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from firmware.clinic.desk_settings import DeskSettings
from firmware.staff.agents import Agent
from webui.words import Words

OFFLINE = "offline"
SUPERVISION = ("listen", "whisper", "barge")
_LOOKS = {  # tone, icon
    "ready": ("good", "headset"),
    "not-ready": ("quiet", "cup-hot"),
    "ringing": ("busy", "telephone-inbound-fill"),
    "talking": ("busy", "telephone-fill"),
    "wrap-up": ("busy", "pencil-square"),
    OFFLINE: ("quiet", "person-dash"),
}
_FORCED = {"ready": ("not-ready", OFFLINE), "not-ready": ("ready", OFFLINE), "wrap-up": (OFFLINE,)}  # by state

Json = Mapping[str, Any]


@dataclass(frozen=True)
class SeatView:
    """One agent."""

    user_id: int
    name: str
    extension: str
    state: str
    words: str  # the state, with its reason
    tone: str
    symbol: str
    seconds: int | None  # in this state
    number: str  # of who is at the other end
    detail: str  # which queue, held, waiting for the agent's page ...
    call: str  # the journal's name of the call
    talks: int  # today
    missed: int  # in a row
    supervised: str  # who listens, and how
    mine: str  # how this reader takes part in the call: listen, whisper, barge, or ""
    acts: tuple[str, ...]  # other ways of taking part
    can_release: bool
    forced: tuple[str, ...]  # states that the reader may put the agent in


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits."""

    number: str
    seconds: int
    position: int | None
    language: str
    is_callback: bool
    is_ringing: bool  # at an agent
    not_before: datetime | None  # of a callback: the time that was agreed


@dataclass(frozen=True)
class QueueView:
    """One queue with everybody in it."""

    name: str
    callers: tuple[Waiting, ...]
    is_late: bool  # somebody waits for longer than good service allows

    @property
    def longest_s(self) -> int:
        return max((each.seconds for each in self.callers if not each.is_callback), default=0)


@dataclass(frozen=True)
class Wall:
    """How the desk's state is read for one reader; `is_public` hides numbers from who walks past a screen."""

    words: Words
    settings: DeskSettings
    now: datetime
    reader_id: int
    is_public: bool = False

    def seats(self, agents: Iterable[Agent], seats: Iterable[Json], talks: Mapping[int, int]) -> list[SeatView]:
        """Everybody who takes calls: who is in a call first, who is not there last."""
        there = {int(seat["user"]): seat for seat in seats}
        names = {agent.user_id: agent.name for agent in agents}
        views = [self._seat(each, there.get(each.user_id, {}), names, talks.get(each.user_id, 0)) for each in agents]
        order = ("ringing", "talking", "wrap-up", "ready", "not-ready", OFFLINE)
        return sorted(views, key=lambda view: (order.index(view.state), view.extension))

    def queues(self, queues: Iterable[Json]) -> list[QueueView]:
        """Every queue of the clinic; a caller of one that is there no more waits in the first."""
        callers: dict[str, list[Waiting]] = {queue.key: [] for queue in self.settings.queues}
        for queue in queues:
            callers[self.settings.queue(str(queue["key"])).key] += map(self._caller, queue["waiting"])
        limit_s = self.settings.service_level_s
        return [
            QueueView(
                self.words.name(queue.name),
                tuple(callers[queue.key]),
                any(each.seconds > limit_s and not each.is_callback for each in callers[queue.key]),
            )
            for queue in self.settings.queues
        ]

    def _seat(self, agent: Agent, seat: Json, names: Mapping[int, str], talks: int) -> SeatView:
        state = str(seat.get("state", OFFLINE))
        state = state if state in _LOOKS else OFFLINE
        talk, offer = seat.get("talk") or {}, seat.get("offer") or {}
        other = talk or offer
        by = seat.get("supervised_by") or {}
        is_mine = by.get("user") == self.reader_id
        can_join = state == "talking" and agent.user_id != self.reader_id and (is_mine or not by)
        tone, symbol = _LOOKS[state]
        return SeatView(
            user_id=agent.user_id,
            name=agent.name,
            extension=agent.extension,
            state=state,
            words=self._state(state, str(seat.get("reason") or "")),
            tone=tone,
            symbol=symbol,
            seconds=self._seconds(seat.get("since")) if state != OFFLINE else None,
            number=self.number(other.get("number")) if other else "",
            detail=self._detail(talk, offer),
            call=str(talk.get("call") or "") if not self.is_public else "",
            talks=talks,
            missed=int(seat.get("missed_in_a_row") or 0),
            supervised=self._supervised(by, names),
            mine=str(by.get("how", "")) if is_mine else "",
            acts=tuple(how for how in SUPERVISION if not is_mine or how != by.get("how")) if can_join else (),
            can_release=state == "talking",
            forced=_FORCED.get(state, ()),
        )

    def _state(self, state: str, reason: str) -> str:
        told = self.words(f"desk.state.{state}")
        return f"{told} · {self.words.code('desk.reason', reason)}" if state == "not-ready" and reason else told

    def _detail(self, talk: Json, offer: Json) -> str:
        t = self.words
        key = talk.get("queue") or offer.get("queue")
        found = [t.name(self.settings.queue(str(key)).name)] if key else []
        if talk and not key:
            found.append(t.code("wall.direction", str(talk.get("direction", "in"))))
        found += [t(f"wall.{mark}") for mark in ("is_held", "is_parked", "is_recorded") if talk.get(mark)]
        return " · ".join(found)

    def _supervised(self, by: Json, names: Mapping[int, str]) -> str:
        if not by:
            return ""
        who = names.get(int(by["user"]), self.words("wall.somebody"))
        return self.words(f"wall.supervised.{by['how']}", who=who)

    def _caller(self, caller: Json) -> Waiting:
        return Waiting(
            number=self.number(caller.get("number")),
            seconds=max(0, int(caller["since_s"])),
            position=caller.get("position"),
            language=self.words.code("desk.language", str(caller.get("language", ""))),
            is_callback=bool(caller.get("is_callback")),
            is_ringing=caller.get("state") == "ringing",
            not_before=datetime.fromisoformat(caller["not_before"]) if caller.get("not_before") else None,
        )

    def number(self, number: str | None) -> str:
        """A telephone number, as this reader may see it."""
        if not number:
            return self.words("caller.unknown")
        return f"{number[:3]}****{number[-2:]}" if self.is_public and len(number) > 6 else number

    def _seconds(self, since: str | None) -> int | None:
        return max(0, int((self.now - datetime.fromisoformat(since)).total_seconds())) if since else None
