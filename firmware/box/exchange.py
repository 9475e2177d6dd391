"""The exchange, wired together: nothing else knows all its parts."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

from firmware import __version__
from firmware.acd.outside import Records
from firmware.audio.archive import Archiver
from firmware.audio.clips import ClipStore
from firmware.audio.punctuality import Punctuality
from firmware.audio.recording_writer import RecordingWriter
from firmware.audio.speech import engines
from firmware.box.care import Caretaker
from firmware.box.desk import DeskRoom
from firmware.box.handset import Handset
from firmware.box.news import News
from firmware.box.recording_books import RecordingBooks
from firmware.box.requests import Asked
from firmware.box.texts import TextWorker
from firmware.box.warming import NameWarmer
from firmware.clinic import recording_rules
from firmware.clinic.desk_settings import CurrentDesk
from firmware.clinic.profile import CurrentProfile
from firmware.clinic.purge import Purge
from firmware.clock import Clock
from firmware.control.channel import ControlServer, Handler, Message, StreamHandler
from firmware.ivr.book import FlowBook
from firmware.ivr.call import IncomingConversation, Reception
from firmware.ivr.catalogue import prompts
from firmware.ivr.checker import Known
from firmware.ivr.steps import LISTS, STEPS
from firmware.ivr.texting import TextChannel
from firmware.ivr.warm_up import fragments_to_warm
from firmware.modem.gsm.line import GsmLine
from firmware.modem.line import TEST_LINE, TEST_TEXT_LINE, IncomingCall, Line
from firmware.modem.line_setup import build_line, read_lines
from firmware.modem.pool import TrunkGroup
from firmware.outreach.texts import Outbox
from firmware.storage import lost_texts
from firmware.storage.documents import SetupDocuments
from firmware.storage.folders import Folders
from firmware.storage.inbox import TextKeeper
from firmware.storage.ledger import Ledger, open_ledger
from firmware.storage.trouble import LEDGER_UNAVAILABLE
from firmware.threads import Worker

log = logging.getLogger(__name__)


class Box:
    """One exchange process: its lines, dialogues, texts and what is kept.

    `end` is called when somebody wants a fresh start and no call is up. Raises `StorageError`, `ClinicError` or
    `LineSetupError` when what is kept does not let it work.
    """

    def __init__(self, folders: Folders, clock: Clock, end: Callable[[], None] = lambda: None) -> None:
        folders.make()
        self._folders, self._clock = folders, clock
        self._started_at = clock.now()
        self._documents = SetupDocuments(folders.setup)
        handlers: dict[str, Handler] = {}
        streams: dict[str, StreamHandler] = {}
        self._control = ControlServer(folders.control_socket, handlers, streams)
        self._news = News(self._control.publish, self._describe_lines, self._end_if_wanted)
        self._ledger = open_ledger(folders.ledger)
        self._profile = CurrentProfile(self._documents)
        self._profile()  # without one the box can't work
        self._clips = ClipStore(
            folders.clips, engines(folders.voices), folders.staff_recordings, folders.voice_messages
        )
        books = RecordingBooks(self._ledger, clock)
        self._writer, self._archiver = RecordingWriter(books), Archiver(books.archived, books.completed)
        self._punctuality = Punctuality()
        self._asked = Asked(folders, self._clips, self._wake, end)
        flows = FlowBook(self._documents, Known(STEPS, LISTS, prompts()))
        keeper = TellingKeeper(self._ledger, clock, self._news.texts)
        self._lines = self._build_lines(keeper)
        settings = CurrentDesk(self._documents)
        self._desk = DeskRoom(
            self._ledger, clock, settings, self._profile, self._clips,
            TrunkGroup(self._lines, lambda: settings().free_lines),
            Records(folders, self._writer, self._archiver.archive), self._control.publish, self._wake_outbox,
        )  # fmt: skip
        self._reception = Reception(
            ledger=self._ledger,
            clock=clock,
            folders=folders,
            profile=self._profile,
            flows=flows,
            clips=self._clips,
            writer=self._writer,
            on_recorded=self._archiver.archive,
            punctuality=self._punctuality,
            desk=self._desk,
            records=lambda line: recording_rules.records_line(settings().recording, line),
            number_of=self._numbers.get,
            tell=self._news.call,
        )
        self._calls: dict[str, tuple[IncomingConversation, Worker]] = {}  # by line
        self._purge = Purge(self._ledger, clock, folders, lambda: settings().recording)
        self._care = Caretaker(self._ledger, clock, folders, self._profile, self._purge)
        self._texts = TextWorker(self._ledger, clock, TextChannel(flows, self._profile), self._wake_outbox)
        self._names = NameWarmer(self._ledger, self._clips, self._profile)
        gsm_lines = [line for line in self._lines if isinstance(line, GsmLine)]
        self._outbox = Outbox(self._ledger, clock, gsm_lines, on_change=self._news.texts)
        self._handset = Handset(
            folders, clock, self._ledger, self._outbox, keeper, self._on_call, self._on_text, self._end_call
        )
        handlers |= {
            **self._asked.handlers(),
            **self._desk.handlers(),
            "status": self._status,
            "test_phone": self._handset.ask,
            "test_phone_off": self._handset.put_away,
        }
        streams |= self._desk.streams()
        self._running = ExitStack()

    def start(self) -> None:
        """Put in order what a crash left behind, then open the lines."""
        self._purge.finish_refusals()
        self._archiver.sweep(self._folders.recordings)
        self._clips.warm(self._fragments(), _progress("speech"))
        self._running.callback(self._ledger.close)
        for part in (self._archiver, self._writer, self._outbox, self._texts, self._care, self._names):
            self._start(part.start, part.stop)
        self._handset.forget_texts()
        self._start(self._desk.desk.start, self._desk.desk.stop)
        self._running.callback(self._end_calls)
        for line in self._lines:
            self._start(line.start, line.stop)
        self._running.callback(self._handset.stop)
        self._start(self._control.start, self._control.close)
        self._start(self._news.start, self._news.stop)
        log.info("the exchange is up with %d lines", len(self._lines))

    def stop(self) -> None:
        """Close the lines (calls end, their records are completed), then everything behind them."""
        self._running.close()

    def _start(self, start: Callable[[], object], stop: Callable[[], object]) -> None:
        start()
        self._running.callback(stop)

    def _build_lines(self, keeper: TextKeeper) -> list[Line]:
        document = self._documents.load("lines")
        setups = [] if document is None else read_lines(document)
        self._numbers: dict[str, str | None] = {setup.name: setup.number for setup in setups}
        return [build_line(setup, self._folders, self._clock, self._on_call, keeper, self._on_text) for setup in setups]

    def _fragments(self) -> Any:
        with self._ledger.reading() as tx:
            return fragments_to_warm(tx, self._profile(), prompts())

    def _wake_outbox(self) -> None:
        self._outbox.wake()
        self._news.texts()

    def _wake(self) -> None:
        """Another process wrote to the inbox or the outbox."""
        self._texts.wake()
        self._desk.desk.wake()
        self._wake_outbox()

    def _on_text(self) -> None:
        self._texts.wake()
        self._news.texts()

    # ---- calls ----

    def _on_call(self, call: IncomingCall) -> None:
        conversation = IncomingConversation(call, self._reception)
        worker = Worker(f"call on {call.line_name}", lambda _: self._converse(conversation), on_death=_call_broke)
        self._calls[call.line_name] = conversation, worker
        worker.start()

    def _converse(self, conversation: IncomingConversation) -> None:
        conversation.run()
        self._wake_outbox()

    def _end_calls(self) -> None:
        for line in list(self._calls):
            self._end_call(line)

    def _end_call(self, line: str) -> None:
        if line in self._calls:
            self._calls[line][1].stop()

    def _end_if_wanted(self) -> None:
        is_quiet = not any(worker.is_alive for _, worker in list(self._calls.values()))
        self._asked.end_if(is_quiet)

    # ---- control ----

    def _status(self, _: Message) -> Message:
        frames = {"heard": self._punctuality.frames, "late_over_20ms": self._punctuality.late}
        return {
            "lines": self._describe_lines(),
            "notices": list(self._notices()),
            "frames": frames,
            "started_at": self._started_at.isoformat(),
            "pid": os.getpid(),
            "version": __version__,
        }

    def _notices(self) -> Iterator[str]:
        if self._asked.is_restart_wanted:
            yield "The phone service is restarting when the calls have ended."
        if self._documents.damage:
            yield str(self._documents.damage)
        self._profile()  # looks whether it can be read
        for fault in (self._profile.fault, self._reception.flows.fault):
            if fault:
                yield fault
        if self._care.has_trouble or self._texts.has_trouble:
            yield "The ledger can't be used: is the disk full?"
        yield from self._purge.notices
        if lost := self._lost_texts():
            yield f"{lost} texts did not arrive or are in doubt: see 'clinicbox messages'."

    def _describe_lines(self) -> list[dict[str, Any]]:
        return [self._describe(line) for line in (*self._lines, *self._handset.lines)]

    def _lost_texts(self) -> int:
        try:
            with self._ledger.reading() as tx:
                return lost_texts.count_not_arrived(tx, self._clock.now())
        except LEDGER_UNAVAILABLE:
            return 0  # the notice above says what matters more

    def _describe(self, line: Line) -> dict[str, Any]:
        status = line.status()
        conversation, worker = self._calls.get(line.name, (None, None))
        talk = conversation if worker is not None and worker.is_alive else None
        return {
            "name": status.name,
            "kind": status.kind,
            "state": status.state.value,
            "detail": status.detail,
            "signal_dbm": status.signal_dbm,
            "registered": status.operator_registered,
            "caller": talk.caller if talk else None,
            "node": talk.node if talk else None,
            "since_s": talk.seconds if talk else None,
            "is_test": status.name in (TEST_LINE, TEST_TEXT_LINE),
        }


class TellingKeeper(TextKeeper):
    """Keeps texts and reports, and says when a report has come."""

    def __init__(self, ledger: Ledger, clock: Clock, tell: Callable[[], None]) -> None:
        super().__init__(ledger, clock)
        self._tell = tell

    def keep_report(self, line: str, reference: int, recipient: str, is_delivered: bool) -> None:
        super().keep_report(line, reference, recipient, is_delivered)
        self._tell()


def _call_broke(_: BaseException) -> None:
    """One call that breaks (it is in the log) must not end the others."""


def _progress(what: str) -> Callable[[int, int], None]:
    """A log line for each tenth of a long preparation."""

    def tell(done: int, total: int) -> None:
        if done * 10 // total > (done - 1) * 10 // total:
            log.info("%s: %d of %d", what, done, total)

    return tell
