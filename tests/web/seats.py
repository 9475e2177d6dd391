"""The exchange's desk as far as the pages see it: a control socket with seats that a test sets up as it likes."""

from __future__ import annotations

import queue
from datetime import timedelta
from typing import Any

from firmware.clock import Clock
from firmware.control.channel import ControlServer, Message
from firmware.control.sound import SoundStream
from firmware.storage.folders import Folders

VERBS = (
    "seat", "sign_in", "sign_out", "ready", "not_ready", "wrapped_up", "more_time", "answer", "reject", "hang_up",
    "hold", "resume", "digits", "dial", "consult", "join", "complete", "cancel_consult", "transfer", "to_flow",
    "pick_up", "record", "mute",
)  # fmt: skip
CALLER = "13800000001"


class Seats:
    """What a test does with it is told by its methods; what the pages asked stands in `asked`."""

    def __init__(self, folders: Folders, clock: Clock) -> None:
        self._clock = clock
        self.seats: dict[int, Message] = {}
        self.waiting: list[Message] = []
        self.headsets: list[Message] = []  # at the box
        self.asked: list[tuple[str, Message]] = []
        self.refusals: dict[str, Exception] = {}  # by verb
        self.streams: list[SoundStream] = []
        self.said: queue.Queue[bytes] = queue.Queue()  # frames that came from a browser
        handlers: Any = {verb: lambda request, verb=verb: self._own(verb, request) for verb in VERBS}
        handlers |= {
            "desk": self._desk,
            "headsets": lambda _: {"headsets": self.headsets},
            "status": lambda _: {"lines": []},
        }
        self.server = ControlServer(folders.control_socket, handlers, {"sound": self._sound}).start()

    def close(self) -> None:
        self.server.close()

    def sits(self, user_id: int, state: str = "ready", **more: Any) -> None:
        """Somebody's seat, from now on; open pages are told."""
        self.seats[user_id] = {
            "user": user_id, "extension": "8001", "name": "Desk", "state": state, "reason": "", "device": "browser",
            "since": self._clock.now().isoformat(), "has_sound": False, "offer": None, "talk": None, "consult": None,
            "wrap_up": None, "missed_in_a_row": 0, "supervises": None, "supervised_by": None, "notice": None, **more,
        }  # fmt: skip
        self.server.publish("seat", user=user_id)

    def offers(self, user_id: int, **more: Any) -> None:
        offer = {
            "entry": 1, "call": "call-1", "queue": "reception", "number": CALLER, "language": "zh", "patient": None,
            "is_callback": False, "asked_by": None, "waited_s": 42.0, "seconds_left": 13.0, **more,
        }  # fmt: skip
        self.sits(user_id, "ringing", offer=offer)

    def talks(self, user_id: int, consult: Message | None = None, **more: Any) -> None:
        talk = {
            "call": "call-1", "number": CALLER, "direction": "in", "since": self._ago(65), "language": "zh",
            "queue": "reception", "entry": 1, "is_connected": True, "is_held": False, "held_since": None,
            "is_parked": False,
            "is_muted": False, "is_recorded": True, "is_paused": False,
            "parties": [_party("caller", CALLER), _party("agent", "8001", user_id)], **more,
        }  # fmt: skip
        self.sits(user_id, "talking", talk=talk, consult=consult, has_sound=True)

    def _ago(self, seconds: float) -> str:
        return (self._clock.now() - timedelta(seconds=seconds)).isoformat()

    def _own(self, verb: str, request: Message) -> Message:
        if verb != "seat":
            self.asked.append((verb, request))
        if verb in self.refusals:
            raise self.refusals[verb]
        return {"seat": self.seats.get(request["user"])}

    def _desk(self, _: Message) -> Message:
        queues = [{"key": "reception", "waiting": self.waiting}]
        return {"seats": list(self.seats.values()), "queues": queues, "closed_now": False}

    def _sound(self, request: Message, stream: SoundStream) -> None:
        if "sound" in self.refusals:
            raise self.refusals["sound"]
        if self.streams:
            self.streams[-1].close()
        self.streams.append(stream)
        while (frame := stream.receive()) is not None:
            self.said.put(frame)


def _party(kind: str, name: str, user_id: int | None = None) -> Message:
    return {"kind": kind, "name": name, "user": user_id, "is_held": False}
