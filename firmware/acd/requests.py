"""What pages may ask of the desk, over the control socket. The web UI vouches for who asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from firmware.acd import view
from firmware.acd.desk import Desk
from firmware.acd.talk import Supervision
from firmware.control.channel import Handler, Message

LONGEST_WORD = 100


class BadRequest(ValueError):
    """A request lacks something or holds something of the wrong kind; the message names it."""


class Requests:
    """Each handler runs in the thread of who asks, with the desk's lock held."""

    def __init__(self, desk: Desk, close_now: Callable[[bool, int], None], is_closed_now: Callable[[], bool]) -> None:
        self._desk, self._close_now, self._is_closed_now = desk, close_now, is_closed_now

    def handlers(self) -> dict[str, Handler]:
        """By verb."""
        desk, talking = self._desk, self._desk.talking
        own: dict[str, Callable[..., object]] = {
            "seat": lambda user: None,
            "sign_in": desk.seating.sign_in,
            "sign_out": desk.seating.sign_out,
            "ready": desk.seating.ready,
            "not_ready": desk.seating.not_ready,
            "wrapped_up": desk.seating.wrapped_up,
            "more_time": desk.seating.more_time,
            "answer": desk.ringer.answer,
            "reject": desk.ringer.reject,
            "pick_up": desk.ringer.pick_up,
            "hang_up": talking.hang_up,
            "hold": talking.hold,
            "resume": talking.resume,
            "mute": talking.mute,
            "digits": talking.digits,
            "record": talking.record,
            "dial": desk.dialling.dial,
            "consult": desk.handing.consult,
            "join": desk.handing.join,
            "complete": desk.handing.complete,
            "cancel_consult": desk.handing.cancel_consult,
            "transfer": desk.handing.transfer,
            "to_flow": desk.handing.to_flow,
            "listen": lambda user, agent: desk.supervising.join(user, agent, Supervision.LISTEN),
            "whisper": lambda user, agent: desk.supervising.join(user, agent, Supervision.WHISPER),
            "barge": lambda user, agent: desk.supervising.join(user, agent, Supervision.BARGE),
            "leave": lambda user, agent: desk.supervising.leave(user),
        }
        others: dict[str, Handler] = {
            "desk": self.desk,
            "headsets": self.headsets,
            "release": self.release,
            "force": self.force,
            "closed_now": self.closed_now,
        }
        return {**{verb: self._own(act, _DETAILS.get(verb, {})) for verb, act in own.items()}, **others}

    def desk(self, _: Message) -> Message:
        """The whole desk"""
        with self._desk.floor.lock:
            return view.desk(self._desk.floor, self._is_closed_now())

    def headsets(self, _: Message) -> Message:
        """The headsets that are plugged into the box, and who has which"""
        with self._desk.floor.lock:
            return {"headsets": [view.headset(each) for each in self._desk.headsets.all()]}

    def release(self, request: Message) -> Message:
        """agent, by, reason -> end that agent's call"""
        details = _word(request, "by"), _maybe(request, "reason")
        with self._desk.floor.lock:
            self._desk.supervising.release(_number(request, "agent"), *details)
        return {}

    def force(self, request: Message) -> Message:
        """agent, state, by -> make an agent ready, not-ready or offline"""
        details = _word(request, "state"), _word(request, "by"), _maybe(request, "reason")
        with self._desk.floor.lock:
            self._desk.supervising.force(_number(request, "agent"), *details)
        return {}

    def closed_now(self, request: Message) -> Message:
        """user, on -> nobody takes calls until people open again, or the next opening"""
        self._close_now(_switch(request, "on"), _number(request, "user"))
        return {}

    def _own(self, act: Callable[..., object], details: dict[str, Callable[[Message, str], Any]]) -> Handler:
        """A request about one's own seat, answered with the seat as it is then."""

        def handle(request: Message) -> Message:
            user_id = _number(request, "user")
            given = [read(request, name) for name, read in details.items()]
            with self._desk.floor.lock:
                act(user_id, *given)
                seat = self._desk.floor.seats.get(user_id)
                return {"seat": view.seat(self._desk.floor, seat) if seat else None}

        return handle


def _number(request: Message, name: str) -> int:
    value = request.get(name)
    if type(value) is not int or value < 0:
        raise BadRequest(f"{name} is a number")
    return value


def _word(request: Message, name: str) -> str:
    value = request.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_WORD:
        raise BadRequest(f"{name} is a text of up to {LONGEST_WORD} characters")
    return value


def _maybe(request: Message, name: str) -> str:
    return _word(request, name) if request.get(name) else ""


def _switch(request: Message, name: str) -> bool:
    value = request.get(name)
    if type(value) is not bool:
        raise BadRequest(f"{name} is true or false")
    return value


_DETAILS: dict[str, dict[str, Callable[[Message, str], Any]]] = {
    "sign_in": {"device": _word, "card": _maybe},
    "not_ready": {"reason": _word},
    "pick_up": {"extension": _word},
    "digits": {"keys": _word},
    "record": {"on": _switch},
    "mute": {"on": _switch},
    "dial": {"number": _word, "purpose": _maybe},
    "consult": {"to": _word},
    "transfer": {"to": _word},
    "to_flow": {"to": _word},
    "listen": {"agent": _number},
    "whisper": {"agent": _number},
    "barge": {"agent": _number},
    "leave": {"agent": _number},
}
