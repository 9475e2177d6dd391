"""Calls that the desk places: to patients, doctors and agents away from it. Each runs in a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from firmware.acd.floor import Floor
from firmware.audio.port import HungUp, Port, SourceEnded
from firmware.audio.recorder import CallRecorder
from firmware.audio.recording_writer import RecordingWriter
from firmware.modem.errors import Busy, CallCancelled, LineError, NoAnswer, NumberInvalid
from firmware.modem.line import OutgoingCall
from firmware.storage import calls, recordings
from firmware.storage.folders import Folders
from firmware.threads import Worker

log = logging.getLogger(__name__)

LOOK_S = 0.25
WARNING_S, SHORT_WARNING_S = 60, 10  # before a call that may only last so long is ended; of a short one

_FAILURES: dict[type[LineError], str] = {
    Busy: "busy",
    NoAnswer: "no-answer",
    NumberInvalid: "invalid",
    CallCancelled: "cancelled",
}


class Trunks(Protocol):
    """The lines on which the box may call."""

    def seize(self, number: str) -> OutgoingCall:
        """Keep a line for the call; raises `AllLinesBusy` or `NumberInvalid`."""


@dataclass(frozen=True)
class Records:
    """Where recordings of calls go."""

    folders: Folders
    writer: RecordingWriter
    on_recorded: Callable[[Path, float], None]


class Side(Protocol):
    """What a call is for; each is called with nobody's lock held, in the call's thread."""

    def up(self, call: OutsideCall, port: Port) -> None:
        """The far end has answered."""

    def failed(self, call: OutsideCall, why: str) -> None:
        """It was not reached: busy, no-answer, invalid, cancelled or fault."""

    def said(self, call: OutsideCall) -> None:
        """A prompt or tone that was played to the far end is over."""

    def key(self, call: OutsideCall, key: str) -> None:
        """The far end pressed a key."""

    def gone(self, call: OutsideCall, why: str) -> None:
        """The far end, or the desk, hung up."""


class OutsideCall:
    """One call from dialling to its end, and its rows in the ledger."""

    def __init__(
        self, floor: Floor, records: Records, line_call: OutgoingCall, number: str, side: Side, *, is_recorded: bool
    ) -> None:
        self.id = calls.new_id(floor.now)
        self.number = number
        self.port: Port | None = None
        self.recorder: CallRecorder | None = None
        self._floor, self._records, self._line_call, self._side = floor, records, line_call, side
        self._is_recorded = is_recorded
        self.line_name = line_call.line_name
        self.longest_s = 0
        self._has_begun = False
        self._released = threading.Event()
        floor.book.write(
            lambda tx: calls.begin(
                tx, floor.now, self.id, line_call.line_name, number, is_withheld=False, direction="out", called=number
            )
        )

    def start(self) -> OutsideCall:
        self._has_begun = True
        name = f"call out on {self._line_call.line_name}"
        Worker(name, lambda _: self._run(), on_death=lambda _: self.hang_up()).start()
        return self

    def hang_up(self) -> None:
        """Give it up or end it; from any thread."""
        is_first = not self._released.is_set()
        self._released.set()
        self._line_call.hang_up()
        if is_first and not self._has_begun:
            self._end("cancelled")

    def _run(self) -> None:
        why = "fault"
        try:
            port = self.port = self._line_call.connect()
            self._floor.book.write(lambda tx: calls.answer(tx, self._floor.now, self.id))
            self._open_recording(port)
            self._side.up(self, port)
            why = self._carry(port)
            self._side.gone(self, why)
        except LineError as error:
            why = next((name for kind, name in _FAILURES.items() if isinstance(error, kind)), "fault")
            self._side.failed(self, why)
        finally:
            self._line_call.hang_up()
            self._close_recording()
            self._end(why)

    def _end(self, why: str) -> None:
        self._floor.book.write(lambda tx: calls.end(tx, self._floor.now, self.id, why[:40]))

    def _carry(self, port: Port) -> str:
        """Until somebody hangs up; who did."""
        has_warned = False
        while not self._released.is_set():
            event = port.wait(LOOK_S)
            if isinstance(event, HungUp):
                return event.reason
            if isinstance(event, SourceEnded):
                self._side.said(self)
            elif event is not None:
                self._side.key(self, event.key)
            if self.longest_s and port.seconds > self.longest_s:
                return "longest call"
            if not has_warned and self._warns_at_s and port.seconds > self._warns_at_s:
                has_warned = True
                self._warn()
        return "released"

    @property
    def _warns_at_s(self) -> float:
        """When a beep says that the call ends soon; 0: never, or the call is too short for that."""
        warning_s = WARNING_S if self.longest_s > WARNING_S else SHORT_WARNING_S
        return max(0, self.longest_s - warning_s)

    def _warn(self) -> None:
        """Everybody whom this call is joined to hears it, also where it was placed to ask somebody."""
        with self._floor.lock:
            talks = {id(seat.talk): seat.talk for seat in self._floor.seats.values() if seat.talk is not None}
            for talk in talks.values():
                if any(leg.port is self.port for leg in talk.legs):
                    for leg in talk.legs:
                        leg.party.beep()

    def _open_recording(self, port: Port) -> None:
        if not self._is_recorded:
            return
        name = f"{self.id}.wav"
        self.recorder = CallRecorder(self._records.writer, self._records.folders.recordings / name)
        self._floor.book.write(lambda tx: recordings.begin(tx, self.id, name))
        port.add_tap(self.recorder)

    def _close_recording(self) -> None:
        if self.recorder is not None:
            if self.port is not None:
                self.port.remove_tap(self.recorder)
            self.recorder.close(self._records.on_recorded)


class Silent:
    """A `Side` with nothing to do; the base of those that do a part."""

    def up(self, call: OutsideCall, port: Port) -> None: ...
    def failed(self, call: OutsideCall, why: str) -> None: ...
    def said(self, call: OutsideCall) -> None: ...
    def key(self, call: OutsideCall, key: str) -> None: ...
    def gone(self, call: OutsideCall, why: str) -> None: ...
