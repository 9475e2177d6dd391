"""Lines on which the desk calls out in the tests: who is called answers at once, and does what the story says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from firmware.audio.port import Port
from firmware.clock import ManualClock
from firmware.modem.errors import AllLinesBusy, NoAnswer
from firmware.modem.line import OutgoingCall
from tests.dialogue.line import VirtualPort

Deed = str | Callable[[], object]  # a key, "hang", or something else that happens at that second


class FarEnd(VirtualPort):
    """A telephone outside; what it does is told by the second of its call."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.does: list[tuple[float, Deed]] = []

    def _pass_frame(self) -> None:
        super()._pass_frame()
        while self.does and self.does[0][0] <= self.seconds:
            deed = self.does.pop(0)[1]
            if callable(deed):
                deed()
            else:
                self._do(deed)


@dataclass(eq=False)
class Called:
    """One call out, as a line has it."""

    number: str
    port: FarEnd
    answers: bool = True
    line_name: str = "L4"
    is_over: bool = False

    def connect(self) -> Port:
        if self.is_over or not self.answers:
            raise NoAnswer("nobody answered")
        return self.port

    def hang_up(self) -> None:
        self.is_over = True
        self.port.hang_up("released")


@dataclass(eq=False)
class Lines:
    """As many lines as are free, and the telephones that they reach."""

    clock: ManualClock
    free: int = 0
    does: dict[str, list[tuple[float, Deed]]] = field(default_factory=dict)  # by number; without: nobody answers
    calls: list[Called] = field(default_factory=list)

    def seize(self, number: str) -> OutgoingCall:
        if sum(not each.is_over for each in self.calls) >= self.free:
            raise AllLinesBusy("none is free")
        call = Called(number, FarEnd(self.clock), number in self.does)
        call.port.does = list(self.does.get(number, []))
        self.calls.append(call)
        return call


class Threads:
    """The threads of calls out, each run when the story lets it."""

    def __init__(self) -> None:
        self._waiting: list[Callable[..., object]] = []

    def __call__(self, name: str, work: Callable[..., object], on_death: object = None) -> Threads:
        self._waiting.append(work)
        return self

    def start(self) -> None:
        """Not before `run`."""

    def run(self) -> None:
        """The oldest one, to its end."""
        self._waiting.pop(0)(None)

    def run_all(self) -> None:
        while self._waiting:
            self.run()
