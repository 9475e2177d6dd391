"""The exchange, wired together: nothing else knows all its parts."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from firmware.audio.archive import Archiver
from firmware.audio.clips import ClipStore
from firmware.audio.punctuality import Punctuality
from firmware.audio.recording_writer import RecordingWriter
from firmware.audio.speech import engines
from firmware.clinic import holds, roster
from firmware.clinic.profile import ClinicProfile, read_profile
from firmware.clock import Clock
from firmware.control.channel import ControlServer, Message
from firmware.ivr.book import FlowBook
from firmware.ivr.call import IncomingConversation, Reception
from firmware.ivr.catalogue import prompts
from firmware.ivr.checker import Known
from firmware.ivr.steps import LISTS, STEPS
from firmware.ivr.texting import TextChannel
from firmware.ivr.warm_up import fragments_to_warm
from firmware.modem.gsm import GsmLine
from firmware.modem.line import IncomingCall, Line
from firmware.modem.line_setup import build_line
from firmware.outreach.texts import Outbox
from firmware.storage import backups, calls, dialogues, recordings
from firmware.storage.documents import SetupDocuments
from firmware.storage.errors import StorageError
from firmware.storage.folders import Folders
from firmware.storage.ledger import Transaction, open_ledger
from firmware.storage.messages import InboxText, TextKeeper, mark_handled, unhandled
from firmware.threads import Worker

log = logging.getLogger(__name__)

CARE_INTERVAL_S = 10.0
TEXT_LOOK_S = 15.0  # a wake-up may be lost with the process that should have sent it


LEDGER_FAULTS = (SQLAlchemyError, StorageError, sqlite3.Error, OSError)


class SetupIncomplete(Exception):
    """The box has no clinic set up yet: it can't say who it is."""


class Box:
    """One exchange process: its lines, dialogues, texts and what is kept."""

    def __init__(self, folders: Folders, clock: Clock) -> None:
        folders.make()
        self._folders, self._clock = folders, clock
        self._documents = SetupDocuments(folders.setup)
        self._ledger = open_ledger(folders.ledger)
        self._profile = self._read_profile()
        self._writer = RecordingWriter()
        self._punctuality = Punctuality()
        self._archiver = Archiver(self._archived)
        self._clips = ClipStore(folders.clips, engines(folders.voices), folders.staff_recordings)
        self._flows = FlowBook(self._documents, Known(STEPS, LISTS, prompts()))
        self._reception = Reception(
            self._ledger, clock, folders, lambda: self._profile, self._flows, self._clips, self._writer,
            self._archiver.archive,
            self._punctuality,
        )  # fmt: skip
        self._conversations: dict[str, IncomingConversation] = {}  # by line
        self._calls: dict[str, Worker] = {}  # by line
        self._text_came = threading.Event()
        self._upkeep = Upkeep()
        keeper = TextKeeper(self._ledger, clock)
        self._lines: list[Line] = [
            build_line(entry, folders, clock, self._on_call, keeper, self._text_came.set)
            for entry in (self._documents.load("lines") or {}).get("lines", [])
        ]
        text_lines = [line for line in self._lines if isinstance(line, GsmLine)]
        self._outbox = Outbox(self._ledger, clock, text_lines)
        self._texts = TextChannel(self._flows, lambda: self._profile)
        self._workers = [Worker("texts", self._answer_texts), Worker("care", self._take_care)]
        self._control = ControlServer(folders.control_socket, {"status": self._status})

    def start(self) -> None:
        """Put in order what a crash left behind, then open the lines."""
        self._put_in_order()
        self._writer.start()
        self._archiver.start()
        self._archiver.sweep(self._folders.recordings)
        self._warm_clips()
        self._outbox.start()
        for worker in self._workers:
            worker.start()
        for line in self._lines:
            line.start()
        self._control.start()
        log.info("the exchange is up with %d lines", len(self._lines))

    def stop(self) -> None:
        """Close the lines (calls end, their records are completed), then everything behind them."""
        self._control.close()
        for line in self._lines:
            line.stop()
        for call in list(self._calls.values()):
            call.stop()
        self._text_came.set()
        for worker in self._workers:
            worker.stop()
        self._outbox.stop()
        self._writer.stop()
        self._archiver.stop()
        self._ledger.close()

    def _put_in_order(self) -> None:
        """No call survives the process: what calls held is free, what they left open is closed."""
        with self._ledger.transaction() as tx:
            calls.end_abandoned(tx, self._clock.now())
            holds.release_calls(tx)
            self._free_expired(tx)

    def _read_profile(self) -> ClinicProfile:
        document = self._documents.load("clinic")
        if document is None:
            raise SetupIncomplete("no clinic is set up; 'clinicbox load-sample' loads one to try")
        return read_profile(document)

    def _warm_clips(self) -> None:
        with self._ledger.reading() as tx:
            wanted = fragments_to_warm(tx, self._profile, prompts())
        self._clips.warm(wanted, _progress("speech"))

    # ---- calls ----

    def _on_call(self, call: IncomingCall) -> None:
        self._calls[call.line_name] = Worker(f"call on {call.line_name}", lambda _: self._converse(call)).start()

    def _converse(self, call: IncomingCall) -> None:
        conversation = IncomingConversation(call, self._reception)
        self._conversations[call.line_name] = conversation
        try:
            conversation.run()
        finally:
            self._conversations.pop(call.line_name, None)
            self._outbox.wake()

    # ---- texts ----

    def _answer_texts(self, stop: threading.Event) -> None:
        while not stop.is_set():
            if self._upkeep.tried(self._answer_waiting_texts):
                self._outbox.wake()
            self._text_came.wait(self._clock.real_s(TEXT_LOOK_S))
            self._text_came.clear()

    def _answer_waiting_texts(self) -> None:
        while True:
            with self._ledger.reading() as tx:
                waiting = unhandled(tx)
            for message in waiting:
                self._answer_text(message)
            if not waiting:
                return

    def _answer_text(self, message: InboxText) -> None:
        try:
            with self._ledger.transaction() as tx:
                self._texts.handle(tx, self._clock.now(), message)
        except LEDGER_FAULTS:
            raise  # the text waits until the ledger can be written to again
        except Exception:  # one text must not keep the others waiting; it stays in the inbox for the staff
            log.exception("text %d could not be answered", message.id)
            with self._ledger.transaction() as tx:
                mark_handled(tx, self._clock.now(), message.id)

    # ---- care ----

    def _take_care(self, stop: threading.Event) -> None:
        while not stop.wait(self._clock.real_s(CARE_INTERVAL_S)):
            self._upkeep.tried(self._care)

    def _care(self) -> None:
        with self._ledger.transaction() as tx:
            self._free_expired(tx)
        self._back_up_once_a_day()

    def _free_expired(self, tx: Transaction) -> None:
        now = self._clock.now()
        holds.sweep(tx, now)
        for dialogue in dialogues.close_expired(tx, now):
            holds.release_all(tx, f"dialogue/{dialogue.id}")

    def _back_up_once_a_day(self) -> None:
        today = str(roster.wall_day(self._clock.now(), self._profile.zone))
        newest = backups.newest_backup(self._folders.ledger)
        if newest is None or newest.stem < today:
            backups.back_up(self._folders.ledger, today)

    def _archived(self, wav: Path, ogg: Path) -> None:
        with self._ledger.transaction() as tx:
            recordings.archive(tx, wav.stem, ogg.name)

    # ---- control ----

    def _status(self, _: Message) -> Message:
        lines = [self._describe(line) for line in self._lines]
        notices = [str(self._documents.damage)] if self._documents.damage else []
        if self._upkeep.is_broken:
            notices.append("The ledger can't be written to: is the disk full?")
        frames = {"heard": self._punctuality.frames, "late_over_20ms": self._punctuality.late}
        return {"lines": lines, "notices": notices, "frames": frames}

    def _describe(self, line: Line) -> dict[str, Any]:
        status = line.status()
        conversation = self._conversations.get(line.name)
        return {
            "name": status.name,
            "kind": status.kind,
            "state": status.state.value,
            "detail": status.detail,
            "signal_dbm": status.signal_dbm,
            "registered": status.operator_registered,
            "caller": conversation.caller if conversation else None,
            "node": conversation.node if conversation else None,
            "since_s": conversation.seconds if conversation else None,
        }


class Upkeep:
    """Background work on the ledger goes on when the ledger can't be written to for a while: told once, tried again."""

    def __init__(self) -> None:
        self.is_broken = False

    def tried(self, work: Callable[[], None]) -> bool:
        """Do the work; False if the ledger did not let it."""
        try:
            work()
        except LEDGER_FAULTS as error:
            if not self.is_broken:
                log.error("the ledger can't be written to (%s); trying again", type(error).__name__)
            self.is_broken = True
            return False
        if self.is_broken:
            log.info("the ledger can be written to again")
        self.is_broken = False
        return True


def _progress(what: str) -> Callable[[int, int], None]:
    """A log line for each tenth of a long preparation."""

    def tell(done: int, total: int) -> None:
        if done * 10 // total > (done - 1) * 10 // total:
            log.info("%s: %d of %d", what, done, total)

    return tell
