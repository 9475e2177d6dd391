"""One incoming call from top to bottom, in the call's own thread: answer, greet, converse, say goodbye."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from firmware.audio.clips import ClipStore
from firmware.audio.port import Port
from firmware.audio.punctuality import Punctuality
from firmware.audio.recorder import CallRecorder
from firmware.audio.recording_writer import RecordingWriter
from firmware.clinic import holds, message_boxes, people
from firmware.clinic.message_boxes import Left
from firmware.clinic.profile import ClinicProfile
from firmware.clock import Clock
from firmware.ivr.book import FlowBook
from firmware.ivr.conversation import Conversation
from firmware.ivr.desk_door import DeskDoor, HandOver
from firmware.ivr.turn import Answer, DeskEnded, Finished, Turn, WantDesk
from firmware.ivr.visit import VOICE, Visit
from firmware.ivr.voice import CallerHungUp, VoiceChannel
from firmware.language.catalogue import Prompt
from firmware.language.values import DEFAULT_LANGUAGE, Language
from firmware.modem.errors import LineError
from firmware.modem.line import CallerId, IncomingCall, text_line_of
from firmware.phone_number import NotANumber, normalise
from firmware.storage import calls, dialogues, recordings
from firmware.storage.folders import Folders
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.recordings import SHARED
from firmware.storage.trouble import LEDGER_UNAVAILABLE

log = logging.getLogger(__name__)

Tell = Callable[[str, str, str, str], None]  # (call, line, kind, detail); kinds: began, those of the journal, ended

BOX_ENDED = "finished"
REASON_CHARACTERS = 40


@dataclass(frozen=True)
class Reception:
    """What every call needs; made once."""

    ledger: Ledger
    clock: Clock
    folders: Folders
    profile: Callable[[], ClinicProfile]
    flows: FlowBook
    clips: ClipStore
    writer: RecordingWriter
    on_recorded: Callable[[Path, float], None]  # the recording of a call is complete on disk, and so many seconds long
    punctuality: Punctuality = field(default_factory=Punctuality)  # of the media threads, all calls together
    desk: DeskDoor | None = None
    records: Callable[[str], bool] = lambda line: True  # whether calls on this line are recorded
    number_of: Callable[[str], str | None] = lambda line: None  # the line's own number, as far as it is known
    tell: Tell = lambda call, line, kind, detail: None  # what happens in a call, as it happens; never waits


class IncomingConversation:
    """The script of one call."""

    def __init__(self, call: IncomingCall, reception: Reception) -> None:
        self._call = call
        self._box = reception
        self.id = calls.new_id(reception.clock.now())
        self._holder = f"call/{self.id}"
        self._number = _number_of(call.caller)
        self._has_message = False
        self._talk: Conversation | None = None
        self._port: Port | None = None
        self._recorder: CallRecorder | None = None
        self._began_at = reception.clock.now()

    @property
    def caller(self) -> str | None:
        """Who calls, for the people at the desk."""
        return self._number

    @property
    def node(self) -> str | None:
        """Where in the flow the caller is."""
        return self._talk.node if self._talk else None

    @property
    def seconds(self) -> float:
        """How long the call has been going on."""
        return (self._now() - self._began_at).total_seconds()

    def run(self) -> None:
        """Take the call; nothing that it held outlives it, whatever happens."""
        reason = "fault"
        self._tell("began", self._number or "")
        try:
            self._begin()
            reason = self._answer_and_converse()
        except LineError as error:
            reason = str(error) or type(error).__name__
        except LEDGER_UNAVAILABLE as error:
            log.error("call %s: the ledger can't be used (%s)", self.id, type(error).__name__)
            self._apologise()
        finally:
            self._call.hang_up()
            if self._box.desk is not None:
                self._box.desk.over(self.id)
            self._end(reason)
            self._tell("ended", reason)

    def _begin(self) -> None:
        with self._tx() as tx:
            line, is_withheld = self._call.line_name, self._call.caller.withheld
            called = self._box.number_of(line)
            calls.begin(tx, self._now(), self.id, line, self._number, is_withheld=is_withheld, called=called)

    def _end(self, reason: str) -> None:
        try:
            with self._tx() as tx:
                holds.release_all(tx, self._holder)
                calls.end(tx, self._now(), self.id, reason[:REASON_CHARACTERS])
        except LEDGER_UNAVAILABLE as error:  # its hold ends by the clock, its journal at the next start
            log.error("call %s: its end can't be written down (%s)", self.id, type(error).__name__)

    def _apologise(self) -> None:
        """Nothing can be booked or written down: the caller is told so rather than left ringing or in silence."""
        try:
            port = self._port or self._call.answer()
            sorry = Turn("trouble", (Prompt("trouble.call_later"),), Finished())
            self._channel(port, None).carry_out(sorry, DEFAULT_LANGUAGE)
        except (LineError, CallerHungUp) as gone:
            log.info("call %s: gone before it could be told (%s)", self.id, type(gone).__name__)

    def _answer_and_converse(self) -> str:
        port = self._port = self._call.answer()
        port.add_tap(self._box.punctuality)
        with self._tx() as tx:
            calls.answer(tx, self._now(), self.id)
            language = people.language_of(tx, self._number) or DEFAULT_LANGUAGE
            is_slow = people.contact(tx, self._number).slow_keys
        with self._recording(port) as recorder:
            self._recorder = recorder
            channel = self._channel(port, recorder)
            talk = self._talk = Conversation(self._box.flows, self._box.ledger, self._visit, self._note)
            try:
                self._converse(talk, channel, language, is_slow)
            except CallerHungUp as gone:
                self._leave(talk)
                return str(gone)
            with self._tx() as tx:
                self._describe(tx, talk, talk.state.achieved)
        return BOX_ENDED

    def _channel(self, port: Port, recorder: CallRecorder | None) -> VoiceChannel:
        box = self._box
        return VoiceChannel(
            port, box.clock, box.clips, box.writer, self._message_files(), self._keep_message, recorder
        )  # fmt: skip

    def _converse(self, talk: Conversation, channel: VoiceChannel, language: Language, is_slow: bool) -> None:
        turn = talk.begin(language, is_slow)
        while not isinstance(turn.want, Finished):
            turn = talk.answer(self._carry_out(turn, talk, channel))
        channel.carry_out(turn, talk.state.language)

    def _carry_out(self, turn: Turn, talk: Conversation, channel: VoiceChannel) -> Answer:
        if isinstance(turn.want, WantDesk):
            return self._at_desk(turn.want.queue, talk)
        return channel.carry_out(turn, talk.state.language)

    def _at_desk(self, queue: str, talk: Conversation) -> Answer:
        """With people, or waiting for them; raises `CallerHungUp`."""
        port, desk = self._port, self._box.desk
        if port is None or desk is None:
            raise RuntimeError("there is nothing to hand over, or nobody to take it")
        with self._tx() as tx:
            self._describe(tx, talk, talk.state.achieved)
        caller = HandOver(
            self.id, self._call.line_name, self._number, talk.state.language, queue, self._patient(talk), port,
            self._recorder,
        )  # fmt: skip
        outcome = desk.serve(caller)
        if outcome is None:
            gone = port.hung_up
            raise CallerHungUp(gone.reason if gone else "the caller hung up")
        return DeskEnded(outcome)

    def _leave(self, talk: Conversation) -> None:
        """The caller hung up: what was held is free at once, and an unfinished booking can be continued."""
        state = talk.state
        with self._tx() as tx:
            holds.release_all(tx, self._holder)
            if talk.is_over:
                self._describe(tx, talk, state.achieved)
                return
            left = f"left at {state.node}"
            self._note(tx, "outcome", left)
            self._describe(tx, talk, state.achieved or left)
            if self._number and state.memory.get("slot") and not self._is_test:
                life_s = self._box.profile().continue_s
                plain = state.to_plain()
                dialogues.save(tx, self._now(), self.id, dialogues.VOICE, self._number, plain, life_s)

    def _describe(self, tx: Transaction, talk: Conversation, outcome: str | None) -> None:
        state = talk.state
        calls.describe(tx, self.id, language=state.language, flow=state.template, flow_version=state.version)
        if (patient := self._patient(talk)) is not None:
            calls.describe(tx, self.id, patient_id=patient)
        if outcome and not self._has_message:
            calls.conclude(tx, self.id, outcome)

    @staticmethod
    def _patient(talk: Conversation) -> int | None:
        patient = talk.state.memory.get("patient")
        return patient if isinstance(patient, int) else None

    def _keep_message(self, file: Path, seconds: float) -> None:
        self._has_message = True
        with self._tx() as tx:
            message_boxes.keep(tx, self._box.profile(), self._now(), self._left(file, seconds))
            calls.conclude(tx, self.id, "message")

    def _left(self, file: Path, seconds: float) -> Left:
        """The message that the caller has just left, and for whom."""
        talk, number = self._talk, self._call_back()
        if talk is None:
            raise RuntimeError("nobody leaves a message before the conversation begins")
        return Left(
            self.id, number, file.name, round(seconds), talk.state.language, self._message_box, talk.shown_patient
        )  # fmt: skip

    def _call_back(self) -> str | None:
        """Whom people call when they have heard the message."""
        contact = self._talk.state.memory.get("contact") if self._talk else None
        return contact if isinstance(contact, str) else self._number

    def _message_files(self) -> Iterator[Path]:
        folder = self._box.folders.voice_messages
        return (folder / recordings.message_file(self.id, count, self._message_box) for count in itertools.count(1))

    @property
    def _message_box(self) -> str:
        """Where the message goes that is being recorded."""
        return (self._talk.box if self._talk else None) or SHARED

    @contextmanager
    def _recording(self, port: Port) -> Iterator[CallRecorder | None]:
        if not self._box.records(self._call.line_name):
            yield None
            return
        name = f"{self.id}.wav"
        recorder = CallRecorder(self._box.writer, self._box.folders.recordings / name)
        with self._tx() as tx:
            recordings.begin(tx, self.id, name)
        port.add_tap(recorder)
        try:
            yield recorder
        finally:
            port.remove_tap(recorder)
            recorder.close(self._box.on_recorded)

    def _note(self, tx: Transaction, kind: str, detail: str) -> None:
        calls.note(tx, self._now(), self.id, kind, detail)
        self._tell(kind, detail)

    def _tell(self, kind: str, detail: str) -> None:
        self._box.tell(self.id, self._call.line_name, kind, detail)

    def _visit(self, tx: Transaction) -> Visit:
        text_line = text_line_of(self._call.line_name)
        return Visit(
            tx,
            self._now(),
            self._box.profile(),
            VOICE,
            self._holder,
            self._number,
            has_desk=self._box.desk is not None,
            text_line=text_line,
        )

    @property
    def _is_test(self) -> bool:
        return text_line_of(self._call.line_name) is not None

    def _tx(self) -> AbstractContextManager[Transaction]:
        return self._box.ledger.transaction()

    def _now(self) -> datetime:
        return self._box.clock.now()


def _number_of(caller: CallerId) -> str | None:
    """The caller's number in normal form; what is no number counts as none."""
    if caller.withheld or not caller.number:
        return None
    try:
        return normalise(caller.number)
    except NotANumber:
        return None
