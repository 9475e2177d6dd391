"""A call inside that nobody answers goes to the colleague's own box: the agent leaves a message after the tone."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from firmware.acd.clinic_side import ClinicSide
from firmware.acd.floor import Floor, Notice, Seat
from firmware.acd.outside import Records
from firmware.acd.talk import Talk
from firmware.audio.player import PromptSource, beep
from firmware.audio.port import FRAME_S, Port
from firmware.audio.recorder import MessageRecorder
from firmware.clinic import message_boxes
from firmware.language.values import DEFAULT_LANGUAGE
from firmware.staff.agents import Agent
from firmware.storage import recordings

LONGEST_S, SHORTEST_S = 120.0, 1.0


@dataclass(eq=False)
class Message:
    """One that is being left."""

    seat: Seat
    talk: Talk
    port: Port
    wanted: Agent
    greeting: PromptSource
    recorder: MessageRecorder | None = None

    @property
    def is_greeted(self) -> bool:
        return self.greeting.seconds - self.greeting.spoken_s < FRAME_S / 2


class Leaving:
    """The desk's thread looks after the messages; each ends with its talk, or ends it."""

    def __init__(self, floor: Floor, records: Records, clinic: ClinicSide) -> None:
        self._floor, self._records, self._clinic = floor, records, clinic
        self._going: list[Message] = []

    def begin(self, seat: Seat, talk: Talk, wanted: Agent) -> None:
        """Who called hears that the colleague does not answer, and a tone."""
        own = talk.leg_of(seat.user_id)
        if own is None:
            return
        language = seat.agent.language or DEFAULT_LANGUAGE
        said = self._floor.speaker.sounds([self._clinic.greeting(wanted, language)], language)
        greeting = PromptSource([*said, [beep()]], stops_at_key=False)
        own.port.play(greeting)
        talk.is_leaving_message = True
        self._going.append(Message(seat, talk, own.port, wanted, greeting))
        seat.notice = Notice("leave-message", wanted.name)
        self._floor.tell_seat(seat)

    def look(self) -> None:
        """After the tone comes the message; after a silence, or enough words, it is over."""
        for message in list(self._going):
            recorder = message.recorder
            if message.talk.over.is_set() or (recorder is not None and recorder.ended):
                self._going.remove(message)
                message.talk.is_leaving_message = False
                self._finish(message)
            elif recorder is None and message.is_greeted:
                box = message_boxes.of_agent(message.wanted.user_id)
                name = recordings.message_file(message.talk.call_id, 1, box)
                file = self._records.folders.voice_messages / name
                message.recorder = MessageRecorder(self._records.writer, file, LONGEST_S)
                message.port.add_tap(message.recorder)

    def _finish(self, message: Message) -> None:
        recorder, seat = message.recorder, message.seat
        seat.notice = Notice("no-answer", message.wanted.name)
        if recorder is None:
            return
        message.port.remove_tap(recorder)
        if recorder.seconds < SHORTEST_S:
            recorder.close(lambda file, _: file.unlink(missing_ok=True))
        else:
            recorder.close(lambda file, seconds: self._keep(message, file, seconds))
        self._floor.tell_seat(seat)

    def _keep(self, message: Message, file: Path, seconds: float) -> None:
        """In the writer's thread, once the file is whole."""
        asked_by = message.seat.agent.extension
        self._clinic.keep_message(message.talk.call_id, asked_by, message.wanted.user_id, file, seconds)
        with self._floor.lock:
            message.seat.notice = Notice("message-left", message.wanted.name)
            self._floor.tell_seat(message.seat)
