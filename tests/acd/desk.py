"""A desk without lines: agents with pages, callers on ports, calls out that the test answers. Time stands still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from firmware.acd import floor as acd
from firmware.acd.clinic_side import Missed
from firmware.acd.desk import Desk
from firmware.acd.floor import Entry, Seat
from firmware.acd.outside import Records
from firmware.acd.requests import Requests
from firmware.acd.talk import Talk
from firmware.audio.clips import ClipStore
from firmware.audio.port import Port
from firmware.audio.recorder import CallRecorder
from firmware.audio.recording_writer import RecordingWriter
from firmware.audio.speaker import Speaker
from firmware.cli.rig import SAMPLE_START
from firmware.clinic.desk_settings import DeskSettings
from firmware.clock import ManualClock
from firmware.ivr.catalogue import prompts
from firmware.language.catalogue import Prompt
from firmware.staff import agents, users
from firmware.staff.agents import Agent, Card
from firmware.staff.rights import Role
from firmware.storage import calls
from firmware.storage.folders import Folders
from firmware.storage.ledger import open_ledger
from tests.acd.lines import Lines
from tests.dialogue.line import DullVoice

PASSWORD = "quiet lamp over water"


class Page:
    """A page's sound, as a seat has it."""

    def __init__(self) -> None:
        self.port, self.is_lost, self.takes_sound = Port(), False, True

    def stop(self) -> None:
        self.is_lost = True


class Clinic:
    """The clinic, which is always open."""

    def __init__(self) -> None:
        self.missed: list[str] = []
        self.messages: list[tuple[str, int, Path, float]] = []

    def is_open(self) -> bool:
        return True

    def note_missed(self, caller: Missed) -> None:
        self.missed.append(caller.call_id)

    def give_up(self, entry: Entry) -> None: ...

    def ask_by_text(self, caller: acd.Handed, user_id: int) -> None: ...

    def greeting(self, agent: Agent, language: str) -> Prompt:
        return Prompt("desk.one_moment")

    def keep_message(self, call_id: str, asked_by: str, user_id: int, file: Path, seconds: float) -> None:
        self.messages.append((asked_by, user_id, file, seconds))


@dataclass(frozen=True)
class Handed:
    """A caller out of a dialogue."""

    call_id: str
    number: str
    line: str = "L1"
    language: str = "zh"
    queue: str = "reception"
    patient_id: int | None = None
    port: Port = field(default_factory=Port)
    recorder: CallRecorder | None = None


class Room:
    """The desk and the people at it."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(SAMPLE_START)
        self.folders = folders = Folders(folder)
        folders.make()
        self.ledger = open_ledger(folders.ledger)
        self.settings = DeskSettings()
        self.lines = Lines(self.clock)
        self.clinic = Clinic()
        self.told: list[tuple[str, dict[str, Any]]] = []
        speaker = Speaker(ClipStore(folders.clips, [DullVoice()], folders.staff_recordings), prompts())
        self.writer = RecordingWriter()
        records = Records(folders, self.writer, lambda file, seconds: None)
        self.desk = Desk(
            self.ledger, self.clock, speaker, lambda: self.settings, self.lines, records,
            self.clinic, lambda event, **details: self.told.append((event, details)),
        )  # fmt: skip
        self.asks = Requests(self.desk, lambda on, user: None, lambda: False).handlers()
        self.floor = self.desk.floor

    def hire(self, extension: str, level: int = 1, **card: Any) -> int:
        """Somebody with an extension; their user id."""
        with self.ledger.transaction() as tx:
            user = users.create(tx, self.clock.now(), f"a{extension}", f"A {extension}", Role.AGENT, PASSWORD)
            agents.make(tx, user.id, Card(extension=extension, skills={"reception": level}, **card))
        return user.id

    def comes_to_work(self, extension: str, level: int = 1) -> int:
        user_id = self.hire(extension, level)
        self.ask("sign_in", user_id, device="browser")
        self.seat(user_id).sound = Page()
        self.ask("ready", user_id)
        return user_id

    def ask(self, verb: str, user_id: int, **details: Any) -> dict[str, Any]:
        """What a page asks; raises what the desk refuses with."""
        seat: dict[str, Any] = self.asks[verb]({"user": user_id, **details}).get("seat") or {}
        return seat

    def seat(self, user_id: int) -> Seat:
        return self.floor.seats[user_id]

    def talk(self, user_id: int) -> Talk:
        """What the agent is in."""
        talk = self.seat(user_id).talk
        assert talk is not None
        return talk

    def page(self, user_id: int) -> Page:
        """Where the agent's sound comes out."""
        page = self.seat(user_id).sound
        assert isinstance(page, Page)
        return page

    def caller(self, number: str = "13800000001", recorder: CallRecorder | None = None) -> Entry:
        """Somebody begins to wait."""
        now = self.clock.now()
        call_id = calls.new_id(now)
        with self.ledger.transaction() as tx:
            calls.begin(tx, now, call_id, "L1", number, is_withheld=False)
        entry_id = self.floor.book.enter("reception", "zh", number, call_id=call_id)
        entry = Entry(entry_id, "reception", "zh", number, now, Handed(call_id, number, recorder=recorder), call_id)
        self.floor.entries[entry_id] = entry
        return entry

    def passes(self, seconds: float) -> None:
        """So much time later the desk has looked around."""
        self.clock.advance(timedelta(seconds=seconds).total_seconds())
        self.desk.look()


@contextmanager
def room(folder: Path) -> Iterator[Room]:
    opened = Room(folder)
    yield opened
    opened.ledger.close()
