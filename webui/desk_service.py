"""The exchange's desk as the pages see it: what an agent does at their seat, and the seat's sound.

Who asks is told by the session alone; a page never names its user.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from firmware.control.channel import ControlError
from firmware.control.sound import SoundStream, open_sound
from webui.phone_service import PhoneService

SOUND_TIMEOUT_S = 5.0

Seat = dict[str, Any]  # as the exchange tells it
SIGNED_OUT: Seat = {
    "state": "offline", "since": None, "reason": "", "device": "browser", "has_sound": False,
    "offer": None, "talk": None, "consult": None, "wrap_up": None, "supervised_by": None, "notice": None,
}  # fmt: skip


@dataclass(frozen=True)
class Queue:
    """A queue now: how many wait in it, and the longest of them."""

    key: str
    waiting: int
    longest_s: int


@dataclass(frozen=True)
class Desk:
    """All seats that are taken, and the queues."""

    seats: tuple[Seat, ...]
    queues: tuple[Queue, ...]


@dataclass(frozen=True)
class Headset:
    """A headset that is plugged into the box: what the exchange and what people call it, and whose extension has it."""

    card: str
    name: str
    used_by: str | None


class DeskService:
    """Everything raises `NotRunning` while the exchange is away, and `Refused` with the reason's kind."""

    def __init__(self, phone: PhoneService) -> None:
        self._phone = phone

    def seat(self, user_id: int) -> Seat:
        """The seat of somebody who takes calls, signed in or not."""
        return self.act("seat", user_id)

    def act(self, verb: str, user_id: int, **details: Any) -> Seat:
        """Do at the seat what the verb says; how the seat is then."""
        seat: Seat | None = self._phone.ask(verb, user=user_id, **details)["seat"]
        return seat or SIGNED_OUT

    def leave(self, user_id: int) -> None:
        """Whoever goes home takes no calls. In a call, or while the exchange is away, the seat finds out by itself."""
        try:
            self.act("sign_out", user_id)
        except ControlError:
            pass  # most people have no seat

    def desk(self) -> Desk:
        """Who sits there, and who waits."""
        reply = self._phone.ask("desk")
        return Desk(tuple(reply["seats"]), tuple(_queue(each) for each in reply["queues"]))

    def headsets(self) -> list[Headset]:
        """Those that are plugged into the box now."""
        return [Headset(**each) for each in self._phone.ask("headsets")["headsets"]]

    def sound(self, user_id: int) -> SoundStream:
        """The seat's microphone and ear; whoever had them before has them no more."""
        return open_sound(self._phone.socket, SOUND_TIMEOUT_S, user=user_id)


def _queue(queue: dict[str, Any]) -> Queue:
    waits = [int(each["since_s"]) for each in queue["waiting"]]
    return Queue(queue["key"], len(waits), max(waits, default=0))
