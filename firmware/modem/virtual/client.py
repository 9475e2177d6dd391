"""The virtual network as its users see it: phones that call, press, speak, listen and text.

Every wait has a deadline in box seconds and raises `DidNotHappen` with what happened instead.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from firmware.audio.port import Sound
from firmware.clock import Clock, Deadline
from firmware.control.channel import ControlClient, Message
from firmware.control.sound import SoundStream, open_sound
from firmware.threads import Worker

SOCKET = "network.sock"
ANSWER_WITHIN_S = 10.0  # real seconds
MOST_WAIT_S = 0.5  # real seconds between two looks at the deadline: the shared clock may jump


class DidNotHappen(AssertionError):
    """Something that was waited for did not happen in time; the message says what did."""


@dataclass(frozen=True)
class Pressed:
    """One key as it was pressed: where its tone lies in what the phone said."""

    key: str
    starts_at_sample: int
    ends_at_sample: int


class Network:
    """A connection to the network that runs in `run_dir`; raises `NotRunning` when none does."""

    def __init__(self, run_dir: Path, clock: Clock) -> None:
        self.run_dir = run_dir
        self.clock = clock
        self._requests = ControlClient(run_dir / SOCKET)
        self._listener = ControlClient(run_dir / SOCKET)
        self._events: list[Message] = []
        self._changed = threading.Condition()
        stream = self._listener.events()
        self._worker = Worker("network events", lambda _: self._listen(stream)).start()

    def close(self) -> None:
        self._listener.close()
        self._requests.close()
        self._worker.stop()

    def __enter__(self) -> Network:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, verb: str, **details: Any) -> Message:
        """One request as it is; raises `Refused`."""
        return self._requests.ask(verb, **details)

    def phone(self, number: str) -> Phone:
        """The phone with this number."""
        self.ask("subscriber", number=number)
        return Phone(self, number)

    def fault(self, line: str, what: str, on: bool = True, **details: Any) -> None:
        """Switch a fault of a line's device: mute, garble, unplug, late (late_s=3.0), lose-unsolicited, none."""
        self.ask("fault", line=line, what=what, on=on, **details)

    def set_line(self, line: str, **quality: Any) -> None:
        """Change how a line sounds: gain_db, noise_dbm0, echo_db (None: none), caller_id."""
        self.ask("set_line", line=line, **quality)

    def restart(self, line: str) -> None:
        """Switch a line's device off and on."""
        self.ask("restart", line=line)

    def state(self) -> Message:
        return self.ask("state")

    def terminal(self, line: str) -> Path:
        """What a driver opens to reach the device on `line`."""
        return self.run_dir / f"{line}.tty"

    def wait_for(self, what: str, matches: Callable[[Message], bool], within_s: float, start: int = 0) -> Message:
        """The first event from number `start` on that matches; raises `DidNotHappen` with `what` after `within_s`."""
        deadline = Deadline(self.clock, within_s)
        with self._changed:
            position = start
            while True:
                while position < len(self._events):
                    if matches(self._events[position]):
                        return self._events[position]
                    position += 1
                if deadline.is_over:
                    raise DidNotHappen(f"{what} did not happen within {within_s} s; there was {self._events[start:]}")
                self._changed.wait(min(MOST_WAIT_S, self.clock.real_s(deadline.remaining_s)))

    @property
    def event_count(self) -> int:
        """How many events there have been: a `start` for `wait_for`."""
        return len(self._events)

    def events_since(self, start: int) -> list[Message]:
        """The events from number `start` on."""
        with self._changed:
            return self._events[start:]

    def _listen(self, stream: Any) -> None:
        for event in stream:
            with self._changed:
                self._events.append(event)
                self._changed.notify_all()


class Phone:
    """A person's telephone."""

    def __init__(self, network: Network, number: str) -> None:
        self.number = number
        self._network = network
        self._seen = network.event_count

    def dial(self, number: str, withheld: bool = False) -> PhoneCall:
        """Call `number`."""
        reply = self._network.ask("dial", **{"from": self.number, "to": number, "withheld": withheld})
        return PhoneCall(self._network, reply["call"])

    def wait_for_ring(self, within_s: float = 15.0) -> str | None:
        """Wait until this phone rings; who calls."""
        event = self._network.wait_for(
            f"a call to {self.number}",
            lambda event: event["event"] == "call" and event["number"] == self.number and event["state"] == "ringing",
            within_s,
            self._seen,
        )
        self._seen = self._network.event_count
        far: str | None = event["far_number"]
        return far

    def answer(self) -> PhoneCall:
        """Take the call that rings."""
        return PhoneCall(self._network, self._network.ask("answer", number=self.number)["call"])

    def switch(self, on: bool) -> None:
        """Switch the phone off or on: off, it can't be reached."""
        self._network.ask("subscriber", number=self.number, reachable=on)

    def text(self, to: str, body: str, **details: Any) -> None:
        """Send a text; `reference` and `service_time` as the network's request takes them."""
        self._network.ask("text", **{"from": self.number, "to": to, "body": body, **details})

    def texts(self) -> list[Message]:
        """Every text this phone has received: from, to, body, parts."""
        texts: list[Message] = self._network.ask("texts", number=self.number)["texts"]
        return texts

    def wait_for_texts(self, count: int = 1, within_s: float = 15.0) -> list[Message]:
        """Wait until at least `count` texts have been received."""
        while len(texts := self.texts()) < count:
            seen = self._network.event_count
            if len(texts := self.texts()) >= count:
                break
            self._network.wait_for(f"a text to {self.number}", lambda event: event["event"] == "text", within_s, seen)
        return texts


class PhoneCall:
    """One call, as the phone takes part in it."""

    def __init__(self, network: Network, name: str) -> None:
        self.name = name
        self._network = network

    @property
    def heard_file(self) -> Path:
        """Raw 16-bit samples at 8 kHz; sample 0 is when the phone went off-hook."""
        return self._network.run_dir / "phones" / self.name / "heard.s16"

    @property
    def said_file(self) -> Path:
        return self.heard_file.with_name("said.s16")

    def heard(self) -> Sound:
        """All that the phone has heard so far."""
        return np.fromfile(self.heard_file, "<i2").astype(np.int16)

    def said(self) -> Sound:
        return np.fromfile(self.said_file, "<i2").astype(np.int16)

    def wait_for(self, *states: str, within_s: float = 15.0) -> Message:
        """Wait until the call is in one of `states` (ringing, answered, busy, congestion, unobtainable, ended)."""
        return self._network.wait_for(
            f"{self.name} {' or '.join(states)}",
            lambda event: event["event"] == "call" and event["call"] == self.name and event["state"] in states,
            within_s,
        )

    def press(self, keys: str, tone_ms: int = 80, gap_ms: int = 80) -> list[Pressed]:
        """Press keys, after whatever this phone is still saying."""
        reply = self._network.ask("press", call=self.name, keys=keys, tone_ms=tone_ms, gap_ms=gap_ms)
        return [Pressed(**key) for key in reply["keys"]]

    def speak(self, file: Path) -> Message:
        """Say a WAV file (8 kHz, mono, 16 bit), after whatever this phone is still saying."""
        return self._network.ask("speak", call=self.name, file=str(file.resolve()))

    def sound(self) -> SoundStream:
        """The live sound: what the phone hears comes out, what is sent the phone says."""
        return open_sound(self._network.run_dir / SOCKET, ANSWER_WITHIN_S, call=self.name)

    def hang_up(self) -> None:
        self._network.ask("hang_up", call=self.name)
