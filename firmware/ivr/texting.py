"""The text channel: one text in, at most one reply out, the dialogue kept in between.

All that a text brings about is one transaction: the dialogue's step and its state, the queued reply, the text marked
as handled. So a power cut leaves either all of it or a text that is handled after the next start.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from firmware.clinic import holds, people, ratings, schedule
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster import wall_day
from firmware.ivr import text_allowance, text_reading, text_wishes
from firmware.ivr.book import FlowBook
from firmware.ivr.catalogue import prompts
from firmware.ivr.document import FlowError
from firmware.ivr.machine import Machine
from firmware.ivr.nodes import Plain
from firmware.ivr.state import State, StateError
from firmware.ivr.steps import LISTS, STEPS
from firmware.ivr.text_reading import Command
from firmware.ivr.turn import Finished, Keys, Option, Turn, WantDigits, WantKey, WantRecording
from firmware.ivr.visit import TEXT, Visit
from firmware.language.catalogue import Prompt
from firmware.language.values import DEFAULT_LANGUAGE, Language
from firmware.modem.line import text_line_of
from firmware.storage import dialogues, inbox
from firmware.storage.inbox import InboxText, mark_handled
from firmware.storage.ledger import Transaction
from firmware.storage.outbox import queue_text

log = logging.getLogger(__name__)

LISTED_AT_MOST = 6
PROMISES_A_PERSON = "text.no_person"  # a prompt that says "somebody will answer": then somebody must be told
LAPSED_FOR = timedelta(days=1)  # how long an answer may come after its dialogue has run out


@dataclass(frozen=True)
class Reply:
    """What a text brought about; `state` is None when no dialogue goes on."""

    body: str
    is_understood: bool
    left: int | None  # how many replies like this the number gets now, this one included; None: any number
    dialogue_id: str
    state: State | None
    wants_person: bool = False


class TextChannel:
    """Answers texts. Belongs to one thread."""

    def __init__(self, flows: FlowBook, profile: Callable[[], ClinicProfile]) -> None:
        self._flows = flows
        self._profile = profile

    def handle(self, tx: Transaction, now: datetime, message: InboxText) -> None:
        """Do what the text asks for, in the transaction `tx`."""
        mark_handled(tx, now, message.id)
        if not message.is_answerable:
            return
        if (thanks := self._rated(tx, now, message)) is not None:
            queue_text(tx, now, message.number, thanks, text_allowance.UNDERSTOOD, answers_id=message.id)
            return
        with tx.begin_nested() as attempt:
            reply = _Exchange(self._flows, self._profile(), tx, now, message).reply()
            is_silent = not reply.body or (reply.left is not None and reply.left <= 0)
            if is_silent:
                attempt.rollback()  # said nothing, done nothing
        if reply.wants_person or (not reply.is_understood and text_reading.says_something(message.body)):
            inbox.hand_to_people(tx, message)
        if is_silent:
            return
        purpose = text_allowance.UNDERSTOOD if reply.is_understood else text_allowance.NOT_UNDERSTOOD
        queue_text(tx, now, message.number, reply.body, purpose, answers_id=message.id, line=message.line)

    def _rated(self, tx: Transaction, now: datetime, message: InboxText) -> str | None:
        """The thanks, if the text says what somebody thinks of a call; in a dialogue a number answers the dialogue."""
        if text_line_of(message.line) or dialogues.open_dialogue(tx, now, dialogues.TEXT, message.number):
            return None
        language = people.language_of(tx, message.number) or DEFAULT_LANGUAGE
        return ratings.take_text(tx, now, self._profile(), message.number, message.body, language)


class _Exchange:
    """One text and its reply."""

    def __init__(
        self,
        flows: FlowBook,
        profile: ClinicProfile,
        tx: Transaction,
        now: datetime,
        message: InboxText,
    ) -> None:
        self._flows = flows
        self._profile = replace(profile, hold_s=profile.dialogue_life_s)  # a hold lives as long as its dialogue
        self._tx = tx
        self._now = now
        self._message = message
        self._number = message.number
        self._test_line = text_line_of(message.line)
        self._channel = dialogues.TEXT if self._test_line is None else dialogues.TEST_TEXT
        self._language: Language = people.language_of(tx, self._number) or DEFAULT_LANGUAGE

    def reply(self) -> Reply:
        """What to answer; the dialogue is saved or closed."""
        learnt = self._learn_language()
        open_ = dialogues.open_dialogue(self._tx, self._now, self._channel, self._number)
        command = text_reading.read_command(self._message.body)
        reply = self._answer(open_, command, learnt) if open_ else None
        if reply is None:
            if open_:
                self._close(open_.id)
            reply = self._begin(command)
        if reply.state is None:
            self._close(reply.dialogue_id)
        else:
            plain, life_s = reply.state.to_plain(), self._profile.dialogue_life_s
            dialogues.save(self._tx, self._now, reply.dialogue_id, self._channel, self._number, plain, life_s)
        last = self._written(Prompt("text.last"), self._language) if reply.left == 1 else ""
        return replace(reply, body=reply.body + last) if reply.body else reply

    # ---- an open dialogue ----

    def _answer(self, open_: dialogues.Dialogue, command: Command | None, learnt: Language | None) -> Reply | None:
        """Go on with the dialogue; None when the text begins something else, or the dialogue cannot be read."""
        try:
            state = State.from_plain(open_.state)
            state = replace(state, language=learnt or state.language)
            machine = self._machine(state)
            asked = machine.asked(state, self._visit(open_.id))
        except (StateError, FlowError):
            log.warning("a saved text dialogue cannot be continued")
            return None
        labels = {option.key: self._written(option.label, state.language) for option in _options(asked)}
        answer = text_reading.read_answer(self._message.body, asked.want, labels)
        if command and not (isinstance(answer, Keys) and _fits(answer.keys, asked)):
            return None
        holds.renew(self._tx, self._profile, self._now, f"dialogue/{open_.id}")
        after, turn = self._guarded(machine, state, open_.id, lambda visit: machine.resume(state, answer, visit))
        if after.language != state.language:
            self._remember(after.language)
        self._language = after.language
        return self._reply(open_.id, after, turn, is_understood=after.is_understood, left=self._left(after))

    def _left(self, after: State) -> int | None:
        return None if after.is_understood else text_allowance.for_the_rest(self._tx, self._now, self._number)

    # ---- a new one ----

    def _begin(self, command: Command | None) -> Reply:
        dialogue_id = uuid.uuid4().hex[:16]
        left = self._left_at_the_beginning(command)
        if command and command.name in ("help", "stop"):
            body = self._written(Prompt(f"text.{command.name}"), self._language)
            return Reply(body, is_understood=True, left=left, dialogue_id=dialogue_id, state=None)
        entry, memory = self._entry(command)
        machine = Machine(self._flows.current(), STEPS, LISTS)
        at = machine.flows.entries.get(entry, machine.flows.main)
        state, turn = self._guarded(
            machine, None, dialogue_id, lambda visit: machine.start(visit, self._language, at=at, memory=memory)
        )
        if self._is_too_late(command):
            turn = replace(turn, says=(Prompt("text.lapsed"), *turn.says))
        return self._reply(dialogue_id, state, turn, is_understood=command is not None, left=left)

    def _left_at_the_beginning(self, command: Command | None) -> int:
        if command:
            return text_allowance.for_a_command(self._tx, self._now, self._message)
        return text_allowance.for_the_rest(self._tx, self._now, self._number)

    def _is_too_late(self, command: Command | None) -> bool:
        """Whether the text answers a dialogue that has run out."""
        if command or not text_reading.is_an_answer(self._message.body):
            return False
        return dialogues.has_lapsed(self._tx, self._now, self._channel, self._number, LAPSED_FOR)

    def _entry(self, command: Command | None) -> tuple[str, Mapping[str, Plain]]:
        if command is None:
            return TEXT, {}
        code = text_reading.read_code(command.rest)
        if command.name == "cancel" and code:
            return "cancel-code", {"code": code}
        if command.name == "book" and command.rest:
            today = wall_day(self._now, self._profile.zone)
            departments, doctors = schedule.all_departments(self._tx), schedule.all_doctors(self._tx)
            return "book", text_wishes.read_wish(command.rest, departments, doctors, today)
        return command.name, {}

    # ---- common ----

    def _guarded(
        self, machine: Machine, state: State | None, dialogue_id: str, take: Callable[[Visit], tuple[State, Turn]]
    ) -> tuple[State, Turn]:
        visit = self._visit(dialogue_id)
        try:
            with self._tx.begin_nested():
                return take(visit)
        except Exception:  # whatever broke, the patient gets an answer
            log.exception("a text dialogue broke at %s", state.address if state else "its beginning")
        if state is None:
            return machine.start(visit, self._language, at=machine.flows.trouble)
        return machine.trouble(state, visit)

    def _reply(self, dialogue_id: str, state: State, turn: Turn, *, is_understood: bool, left: int | None) -> Reply:
        if isinstance(turn.want, WantRecording):  # nobody can speak into a text
            turn = replace(turn, says=(Prompt(PROMISES_A_PERSON),), want=Finished())
        body = self._body(turn, state.language)
        wants_person = any(prompt.key == PROMISES_A_PERSON for prompt in turn.says)
        goes_on = None if isinstance(turn.want, Finished) else state
        return Reply(body, is_understood, left, dialogue_id, goes_on, wants_person)

    def _body(self, turn: Turn, language: Language) -> str:
        gap = "" if language == "zh" else " "
        said = gap.join(self._written(prompt, language) for prompt in turn.says).replace(" \n", "\n")
        listed = [option for option in _options(turn) if option.spoken][:LISTED_AT_MOST]
        lines = [f"{option.key} {self._written(option.label, language)}" for option in listed]
        return "\n".join([said, *lines] if said else lines)

    def _written(self, prompt: Prompt, language: Language) -> str:
        return prompts().written(prompt, language)

    def _visit(self, dialogue_id: str) -> Visit:
        holder = f"dialogue/{dialogue_id}"
        return Visit(self._tx, self._now, self._profile, TEXT, holder, self._number, text_line=self._test_line)

    def _machine(self, state: State) -> Machine:
        return Machine(self._flows.version(state.template, state.version), STEPS, LISTS)

    def _close(self, dialogue_id: str) -> None:
        holds.release_all(self._tx, f"dialogue/{dialogue_id}")
        dialogues.close(self._tx, self._now, dialogue_id)

    def _learn_language(self) -> Language | None:
        """What this text shows of the sender's language: English only if nothing is known yet, Chinese at once."""
        written = text_reading.written_in(self._message.body)
        knows = people.language_of(self._tx, self._number)
        if written is None or written == self._language or (written == "en" and knows is not None):
            return None
        self._language = written
        self._remember(written)
        return written

    def _remember(self, language: Language) -> None:
        if self._test_line is None:
            people.remember(self._tx, self._number, language=language)


def _options(turn: Turn) -> tuple[Option, ...]:
    return turn.want.options if isinstance(turn.want, WantKey) else ()


def _fits(keys: str, asked: Turn) -> bool:
    if isinstance(asked.want, WantDigits):
        return keys.isdecimal() or keys == "*"
    return keys in {option.key for option in _options(asked)}
