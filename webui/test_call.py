"""One call from the test phone: how far it is, and its end when nobody listens any more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from firmware.clock import Clock, Deadline
from firmware.control.channel import ControlError
from firmware.threads import Worker

LOOK_REAL_S = 0.25
UNATTENDED_S = 10.0  # a page that was reloaded is back by then
KEEP_ALIVE_S = 60.0

DIALLING, ANSWERED, ENDED = "dialling", "answered", "ended"  # the network has more; the page shows each as it is

Ask = Callable[..., dict[str, Any]]


class TestCall:
    """Followed by a thread of its own until it ends.

    `ask` asks the test phone's network; `keep` tells the box that the phone is in use.
    """

    __test__ = False  # no test, whatever its name

    def __init__(
        self,
        name: str,
        number: str,
        is_withheld: bool,
        clock: Clock,
        ask: Ask,
        keep: Callable[[], None],
    ) -> None:
        self.name, self.number, self.is_withheld = name, number, is_withheld
        self.began_at = clock.now()
        self.answered_at: datetime | None = None
        self.state = DIALLING
        self.is_lost = False  # it was hung up because nobody listened
        self.journal_id: str | None = None
        self._clock, self._ask, self._keep = clock, ask, keep
        self._lock = threading.Lock()
        self._listeners = 0
        self._left = Deadline(clock, UNATTENDED_S)

    def follow(self) -> None:
        """Begin to watch it."""
        Worker("test call", self._follow, on_death=self._broke).start()

    @property
    def is_over(self) -> bool:
        return self.state == ENDED

    @property
    def seconds(self) -> float:
        """How long it has been answered."""
        return (self._clock.now() - self.answered_at).total_seconds() if self.answered_at else 0.0

    @contextmanager
    def attended(self) -> Iterator[None]:
        """As long as somebody listens it is not hung up."""
        with self._lock:
            self._listeners += 1
        try:
            yield
        finally:
            with self._lock:
                self._listeners -= 1
                self._left = Deadline(self._clock, UNATTENDED_S)

    def press(self, keys: str) -> None:
        """Press keys; raises `ControlError`."""
        self._ask("press", call=self.name, keys=keys)

    def hang_up(self) -> None:
        """End it; one that has ended already is fine."""
        try:
            self._ask("hang_up", call=self.name)
        except ControlError:
            pass  # the box was quicker
        self.state = ENDED

    def _follow(self, stop: threading.Event) -> None:
        kept = Deadline(self._clock, KEEP_ALIVE_S)
        while not self.is_over and not stop.wait(LOOK_REAL_S):
            self._look()
            if self._is_alone():
                self.is_lost = True
                self.hang_up()
            if kept.is_over:
                self._keep()
                kept = Deadline(self._clock, KEEP_ALIVE_S)

    def _look(self) -> None:
        try:
            mine = self._ask("state")["calls"].get(self.name)
        except ControlError:
            mine = None  # the network is gone, and the call with it
        state = mine["state"] if mine else ENDED
        if state == ANSWERED and self.answered_at is None:
            self.answered_at = self._clock.now()
        self.state = state

    def _is_alone(self) -> bool:
        with self._lock:
            return not self.is_over and self._listeners == 0 and self._left.is_over

    def _broke(self, _: BaseException) -> None:
        """Nothing watches it now (the log says why), so it must not go on."""
        self.hang_up()
