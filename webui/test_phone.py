"""The box's one test phone as staff use it: who has it, the call it is in, the texts that it sent.

It belongs to one person at a time. Whoever leaves its page gives it back after a moment, but can still undo what the
test did until somebody else takes it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from firmware.clock import Clock, Deadline
from firmware.control.channel import ControlClient, ControlError
from firmware.control.sound import SoundStream, open_sound
from firmware.staff.records import User
from webui.phone_service import PhoneService
from webui.test_call import TestCall

AWAY_S = 90.0  # browsers let a hidden page speak once a minute
REPLY_TIMEOUT_S = 5.0
MOST_CALLS, MOST_TEXTS = 50, 200  # of one test


class Taken(Exception):
    """Somebody else has the phone: `name`."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has the test phone")
        self.name = name


class OwnNumber(Exception):
    """The test phone can't call from a number of its own line."""


@dataclass(frozen=True)
class PhoneText:
    """A text to the box (`is_ours`) or from it; `number` is the phone's."""

    number: str
    body: str
    at: datetime
    is_ours: bool


@dataclass
class Test:
    """What one person does with the phone."""

    __test__ = False  # no test of ours, whatever its name

    user_id: int
    name: str
    began_at: datetime
    seen: Deadline
    calls: list[TestCall] = field(default_factory=list)
    texts: list[PhoneText] = field(default_factory=list)

    @property
    def call(self) -> TestCall | None:
        """The newest call, over or not."""
        return self.calls[-1] if self.calls else None

    @property
    def is_calling(self) -> bool:
        return self.call is not None and not self.call.is_over

    @property
    def is_going_on(self) -> bool:
        return self.is_calling or not self.seen.is_over


@dataclass(frozen=True)
class _Reached:
    socket: Path
    voice: str
    text: str


class TestPhone:
    """Safe from every request's thread; asks the exchange for the phone whenever it is needed."""

    __test__ = False

    def __init__(self, service: PhoneService, clock: Clock) -> None:
        self._service, self._clock = service, clock
        self._lock = threading.Lock()
        self._dialling = threading.Lock()
        self._test: Test | None = None
        self._reached: _Reached | None = None

    # ---- who has it ----

    def held_by_another(self, user: User) -> str | None:
        """The name of somebody else who has it now."""
        test = self._test
        return test.name if test and test.user_id != user.id and test.is_going_on else None

    def test_of(self, user: User) -> Test | None:
        """What this person did with it last, until somebody else takes it; being asked for it keeps it theirs."""
        test = self._test
        if test is None or test.user_id != user.id:
            return None
        test.seen = Deadline(self._clock, AWAY_S)
        return test

    def take(self, user: User) -> Test:
        """It is this person's from now on; raises `Taken`."""
        with self._lock:
            if name := self.held_by_another(user):
                raise Taken(name)
            test = self.test_of(user)
            if test is None:
                seen = Deadline(self._clock, AWAY_S)
                test = self._test = Test(user.id, user.name, self._clock.now(), seen)
            return test

    def put_back(self, user: User) -> None:
        """Hang up, and let others have it."""
        with self._lock:
            test = self.test_of(user)
            if test is not None:
                if test.call is not None:
                    test.call.hang_up()
                self._test = self._reached = None
        if test is not None:
            self._service.tell("test_phone_off")

    # ---- what it does ----

    def is_ready(self) -> bool:
        """Begin to put it there, or keep it; whether it can be used. Raises `ControlError`."""
        reply = self._service.ask_slowly("test_phone")
        self._reached = _Reached(Path(reply["socket"]), reply["voice"], reply["text"])
        return bool(reply["ready"])

    def dial(self, test: Test, number: str, *, is_withheld: bool) -> TestCall:
        """Call the box from `number`; an older call is hung up. Raises `ControlError` or `OwnNumber`."""
        with self._dialling:
            reached = self._reach()
            if number in (reached.voice, reached.text):
                raise OwnNumber
            for call in self._ask("state")["calls"]:  # one that a web process before this one has left, too
                self._ask("hang_up", call=call)
            reply = self._ask("dial", **{"from": number, "to": reached.voice, "withheld": is_withheld})
            call = TestCall(reply["call"], number, is_withheld, self._clock, self._ask, self._keep_alive)
            test.calls = [*test.calls, call][-MOST_CALLS:]
        call.follow()
        return call

    def listen(self, call: TestCall) -> SoundStream:
        """The call's sound, both ways; whoever had it before loses it. Raises `ControlError`."""
        return open_sound(self._reach().socket, REPLY_TIMEOUT_S, call=call.name)

    def send_text(self, test: Test, number: str, body: str) -> None:
        """Text the box from `number`; raises `ControlError` or `OwnNumber`."""
        reached = self._reach()
        if number in (reached.voice, reached.text):
            raise OwnNumber
        self._ask("text", **{"from": number, "to": reached.text, "body": body})
        test.texts = [*test.texts, PhoneText(number, body, self._clock.now(), True)][-MOST_TEXTS:]

    def texts(self, test: Test) -> list[PhoneText]:
        """What was texted either way in this test, in order; what came as far as the network still knows it."""
        received = [
            PhoneText(each["to"], each["body"], at, False)
            for each in self._received()
            if (at := datetime.fromisoformat(each["at"])) >= test.began_at
        ]
        return sorted([*test.texts, *received], key=lambda text: text.at)[-MOST_TEXTS:]

    def _received(self) -> list[dict[str, Any]]:
        if self._reached is None:
            return []
        try:
            found: list[dict[str, Any]] = self._ask("texts")["texts"]
        except ControlError:
            return []  # it was put away, with the texts on it
        return found

    def _reach(self) -> _Reached:
        if self._reached is None:
            self.is_ready()
        assert self._reached is not None  # noqa: S101 - is_ready raises or sets it
        return self._reached

    def _ask(self, verb: str, **details: Any) -> dict[str, Any]:
        client = ControlClient(self._reach().socket, REPLY_TIMEOUT_S)
        try:
            return client.ask(verb, **details)
        finally:
            client.close()

    def _keep_alive(self) -> None:
        self._service.tell("test_phone")
