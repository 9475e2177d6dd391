"""The exchange with its test phone, as far as the pages see them: two control sockets that remember what was asked."""

from __future__ import annotations

import queue
import threading
from datetime import datetime
from typing import Any

from firmware.clock import Clock, Deadline, SystemClock
from firmware.control.channel import ControlServer, Message
from firmware.control.sound import SoundStream
from firmware.storage.folders import Folders

VOICE, TEXT = "02160000001", "13900000001"
WITHIN_REAL_S = 5.0


class Handset:
    """What a test does with it is told by its methods; what the page did stands in its lists."""

    def __init__(self, folders: Folders, clock: Clock) -> None:
        self._clock = clock
        self.is_ready = True
        self.asked: list[str] = []  # of the exchange
        self.dialled: list[Message] = []
        self.pressed: list[str] = []
        self.sent: list[Message] = []
        self.calls: dict[str, str] = {}  # name: state
        self.shown: list[Message] = []
        self.said: queue.Queue[bytes] = queue.Queue()  # frames that came from the browser
        self.stream: SoundStream | None = None
        self._socket = folders.run / "test-phone" / "network.sock"
        exchange = {"test_phone": self._test_phone, "test_phone_off": self._off}
        network = {name: getattr(self, f"_{name}") for name in ("dial", "press", "hang_up", "state", "text", "texts")}
        self._servers = (
            ControlServer(folders.control_socket, exchange).start(),
            ControlServer(self._socket, network, {"sound": self._sound}).start(),
        )

    def close(self) -> None:
        for server in self._servers:
            server.close()

    def box_does(self, call: str, state: str) -> None:
        """The box answers, or hangs up ("ended")."""
        if state == "ended":
            del self.calls[call]
        else:
            self.calls[call] = state

    def shows(self, number: str, body: str, at: datetime) -> None:
        """A text arrives on a phone."""
        self.shown.append({"from": TEXT, "to": number, "body": body, "parts": 1, "at": at.isoformat()})

    def wait_for_listener(self) -> SoundStream:
        """The stream of whoever listens to the call."""
        eventually(lambda: self.stream is not None)
        assert self.stream is not None
        return self.stream

    def _test_phone(self, _: Message) -> Message:
        self.asked.append("test_phone")
        return {"socket": str(self._socket), "voice": VOICE, "text": TEXT, "ready": self.is_ready}

    def _off(self, _: Message) -> Message:
        self.asked.append("test_phone_off")
        return {}

    def _dial(self, request: Message) -> Message:
        self.dialled.append(request)
        name = f"call-{len(self.dialled)}"
        self.calls[name] = "ringing"
        return {"call": name}

    def _press(self, request: Message) -> Message:
        self.pressed.append(request["keys"])
        return {}

    def _hang_up(self, request: Message) -> Message:
        self.calls.pop(request["call"], None)
        return {}

    def _state(self, _: Message) -> Message:
        return {"calls": {name: {"state": state} for name, state in self.calls.items()}}

    def _text(self, request: Message) -> Message:
        self.sent.append(request)
        return {}

    def _texts(self, _: Message) -> Message:
        return {"texts": self.shown}

    def _sound(self, request: Message, stream: SoundStream) -> None:
        if request["call"] not in self.calls:
            raise LookupError("no such call")
        if self.stream is not None:
            self.stream.close()
        self.stream = stream
        while (frame := stream.receive()) is not None:
            self.said.put(frame)


def eventually(holds: Any, within_s: float = WITHIN_REAL_S) -> None:
    """Wait until `holds()` is true."""
    clock = SystemClock()
    deadline = Deadline(clock, within_s)
    while not holds():
        assert not deadline.is_over, "it did not happen in time"
        threading.Event().wait(0.02)
