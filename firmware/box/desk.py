"""The desk in the box: between the dialogues that hand callers over, the lines it calls out on, and the pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from firmware.acd.clinic_side import Missed
from firmware.acd.desk import Desk
from firmware.acd.floor import Entry, Handed
from firmware.acd.outside import Records, Trunks
from firmware.acd.requests import BadRequest, Requests
from firmware.audio.clips import ClipStore
from firmware.audio.speaker import Speaker
from firmware.clinic import calendar, message_boxes, ratings, tasks
from firmware.clinic.desk_settings import CurrentDesk
from firmware.clinic.message_boxes import Left
from firmware.clinic.profile import ClinicProfile
from firmware.clock import Clock
from firmware.control.channel import Handler, Message, StreamHandler
from firmware.control.sound import SoundStream
from firmware.ivr.catalogue import prompts
from firmware.ivr.desk_door import HandOver
from firmware.ivr.turn import DeskOutcome
from firmware.language.catalogue import Prompt
from firmware.language.values import DEFAULT_LANGUAGE, Code, Language, Name, Value, Voice
from firmware.phone_number import is_mobile
from firmware.staff import users
from firmware.staff.agents import Agent
from firmware.storage.ledger import Ledger
from firmware.storage.outbox import queue_text
from firmware.storage.trouble import LEDGER_UNAVAILABLE


class DeskRoom:
    """Wires the desk; the `DeskDoor` of every dialogue."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        settings: CurrentDesk,
        profile: Callable[[], ClinicProfile],
        clips: ClipStore,
        trunks: Trunks,
        records: Records,
        publish: Callable[..., None],
        wake_outbox: Callable[[], None],
    ) -> None:
        self._ledger, self._clock, self._profile, self._publish = ledger, clock, profile, publish
        self._wake_outbox = wake_outbox
        self.desk = Desk(
            ledger, clock, Speaker(clips, prompts()), settings, trunks, records,
            clinic=self, tell=publish,
        )  # fmt: skip

    def handlers(self) -> dict[str, Handler]:
        return Requests(self.desk, self._close_now, self._is_closed_now).handlers()

    def streams(self) -> dict[str, StreamHandler]:
        return {"sound": self._sound}

    def serve(self, caller: HandOver) -> DeskOutcome | None:
        how = self.desk.serve(caller)
        return None if how is None else DeskOutcome(how)

    def over(self, call_id: str) -> None:
        self.desk.over(call_id)

    def _sound(self, request: Message, stream: SoundStream) -> None:
        """user: the agent whose page's sound this is"""
        user_id = request.get("user")
        if type(user_id) is not int:
            raise BadRequest("user is a number")
        self.desk.carry_sound(user_id, stream)

    def _is_closed_now(self) -> bool:
        with self._ledger.reading() as tx:
            return calendar.closure(tx, self._profile(), self._clock.now()) is not None

    def _close_now(self, on: bool, user_id: int) -> None:
        now = self._clock.now()
        with self._ledger.transaction() as tx:
            by = users.by_id(tx, user_id).login
            if on:
                calendar.close_now(tx, self._profile(), now, by)
            else:
                calendar.open_again(tx, now, by)
        self._publish("queue")

    # ---- what the desk leaves to the clinic ----

    def is_open(self) -> bool:
        try:
            with self._ledger.reading() as tx:
                return calendar.is_open(tx, self._profile(), self._clock.now())
        except LEDGER_UNAVAILABLE:
            return self._profile().is_open(self._clock.now())  # people are there whatever the disk does

    def note_missed(self, caller: Missed) -> None:
        now, profile = self._clock.now(), self._profile()
        self.desk.floor.book.write(
            lambda tx: tasks.note_missed(
                tx, now, caller.call_id, caller.number,
                patient_id=caller.patient_id, due_at=tasks.due_at(tx, profile, now),
            )
        )  # fmt: skip

    def greeting(self, agent: Agent, language: Language) -> Prompt:
        values: dict[str, Value] = {"name": Name(agent.name, agent.name), "extension": Code(agent.extension)}
        standard = prompts().spoken(Prompt("box.standard_greeting", values), language)
        return Prompt("box.greeting", {"greeting": Voice(standard, message_boxes.greeting_file(agent.user_id))})

    def keep_message(self, call_id: str, asked_by: str, user_id: int, file: Path, seconds: float) -> None:
        now, profile, box = self._clock.now(), self._profile(), message_boxes.of_agent(user_id)
        left = Left(call_id, asked_by, file.name, round(seconds), DEFAULT_LANGUAGE, box)
        self.desk.floor.book.write(lambda tx: message_boxes.keep(tx, profile, now, left))

    def ask_by_text(self, caller: Handed, user_id: int) -> None:
        """Who would not stay on for the question what they think of the talk gets it as a text."""
        now, profile = self._clock.now(), self._profile()
        self.desk.floor.book.write(
            lambda tx: ratings.ask_by_text(tx, now, profile, caller.call_id, user_id, caller.number, caller.language)
        )
        self._wake_outbox()

    def give_up(self, entry: Entry) -> None:
        """A promised callback reached nobody: the patient is told where a text can tell it."""
        if entry.number is None or not is_mobile(entry.number):
            return
        number = entry.number
        body = prompts().written(Prompt("desk.not_reached"), entry.language)
        self.desk.floor.book.write(lambda tx: queue_text(tx, self._clock.now(), number, body, "notice"))
        self._wake_outbox()
