"""A doctor's answer to a patient's question, and how the patient comes by it: with a code from a text and the birth
year on the telephone, or told by the desk where no text can go. The text itself holds nothing medical.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import ColumnElement, exists, extract, func, select, update

from firmware.clinic import people, tasks
from firmware.clinic.cards import LOCK_WINDOW_S, Attempt
from firmware.clinic.errors import ClinicError
from firmware.clinic.message_boxes import due_at
from firmware.clinic.profile import ClinicProfile
from firmware.language.catalogue import Catalogue, Prompt
from firmware.language.values import Code, Language, Name
from firmware.phone_number import is_mobile
from firmware.storage import outbox, recordings
from firmware.storage.call_schema import calls, voice_messages
from firmware.storage.calls import TEST_LINES
from firmware.storage.instants import later
from firmware.storage.ledger import Transaction
from firmware.storage.people_schema import patients, pin_failures
from firmware.storage.recordings import SHARED, VoiceMessage
from firmware.storage.roster_schema import doctors

CODE_DIGITS = 6
CODE_LIFE = timedelta(days=30)
TRIES_A_CALL = 3
ANSWER_CODE = "answer code"  # stands for the card where the wrong codes of a number are counted
LONGEST_TEXT = 1000  # characters: some five minutes of speech


class AnsweredAlready(ClinicError):
    """The question has its answer: the patient may have heard it."""


class WrongAnswerCode(ClinicError):
    """Code and birth year do not lead to an answer; `tries_left` in this call."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"no answer has this code and birth year; {tries_left} tries left")
        self.tries_left = tries_left


@dataclass(frozen=True)
class Answer:
    """What a doctor answers: a recording (a file in the folder of messages), or words to be spoken."""

    file: str | None = None
    text: str | None = None


def answer(
    tx: Transaction, profile: ClinicProfile, now: datetime, question: VoiceMessage, what: Answer, who: str
) -> int | None:
    """`who` (a login) answers: the id of the text that brings the patient the code; None where the desk has to call,
    for which it gets a task.

    Raises `AnsweredAlready`.
    """
    reachable = _mobile(tx, question)
    code = _fresh_code(tx) if reachable else None
    values = {"answer_file": what.file, "answer_text": what.text, "answered_at": now, "answered_by": who}
    due = due_at(tx, profile, now, SHARED)
    values |= {"done_at": now, "done_by": who} if code else {"due_at": due, "owner": None}
    open_ = (voice_messages.c.id == question.id, voice_messages.c.answered_at.is_(None))
    if tx.execute(update(voice_messages).where(*open_).values(answer_code=code, **values)).rowcount == 0:
        raise AnsweredAlready(f"question {question.id} has its answer")
    if reachable is None or code is None:
        tasks.add(
            tx, now, "", kind=tasks.QUESTION, number=question.number, patient_id=question.patient_id,
            call_id=question.call_id, message_id=question.id, due_at=due,
        )  # fmt: skip
        return None
    body = _text(profile, code, _language(tx, question))
    return outbox.queue_text(tx, now, reachable, body, outbox.ANSWER, line=_text_line(tx, question), author=who)


def told(tx: Transaction, now: datetime, question_id: int, who: str) -> None:
    """`who` of the desk has told the patient the answer: the task is done too."""
    waits = (voice_messages.c.id == question_id, voice_messages.c.heard_at.is_(None))
    tx.execute(update(voice_messages).where(*waits).values(heard_at=now))
    recordings.finish_message(tx, now, question_id, who)
    task = tasks.of_message(tx, question_id)
    if task is not None and task.done_at is None:
        tasks.finish(tx, now, task.id, who)


def not_told(tx: Transaction, question_id: int) -> None:
    """Undo `told`."""
    recordings.reopen_message(tx, question_id)
    task = tasks.of_message(tx, question_id)
    if task is not None:
        tasks.reopen(tx, task.id)


def find(tx: Transaction, profile: ClinicProfile, attempt: Attempt, code: str, year: int) -> VoiceMessage:
    """The question whose answer has this code, if the patient was born in `year`; raises `WrongAnswerCode`.

    A wrong try counts: three end the call, as many as for a PIN end the day of a number.
    """
    left = _tries_left(tx, profile, attempt)
    columns = voice_messages.c
    theirs = select(columns.id).join(patients, patients.c.id == columns.patient_id)
    found = tx.execute(
        theirs.where(
            columns.answer_code == code,
            columns.answered_at > attempt.now - CODE_LIFE,
            columns.deleted_at.is_(None),
            extract("year", patients.c.born) == year,
        )
    ).scalar()
    if left <= 0 or found is None:
        if left > 0:
            failure = {"card_number": ANSWER_CODE, "caller": attempt.caller, "call_id": attempt.call_id}
            tx.execute(pin_failures.insert(), {**failure, "at": attempt.now})
        raise WrongAnswerCode(max(0, left - 1))
    question = recordings.message(tx, found)
    if question is None:
        raise WrongAnswerCode(left)
    return question


def played(tx: Transaction, now: datetime, question_id: int) -> None:
    """The box has begun to play the answer to the patient: the first time is kept."""
    first = (voice_messages.c.id == question_id, voice_messages.c.heard_at.is_(None))
    tx.execute(update(voice_messages).where(*first).values(heard_at=now))


def doctor_name(tx: Transaction, question: VoiceMessage) -> Name:
    """Whom the patient has asked."""
    doctor_id = int(question.box.partition("/")[2])
    row = tx.execute(select(doctors.c.name_zh, doctors.c.name_en).where(doctors.c.id == doctor_id)).one()
    return Name(row.name_zh, row.name_en)


def reaches_by_text(tx: Transaction, question: VoiceMessage) -> bool:
    """Whether the patient will be sent a code; else the desk has to call."""
    return _mobile(tx, question) is not None


def _mobile(tx: Transaction, question: VoiceMessage) -> str | None:
    """The number that the patient gave or called from, else their own first one that takes texts."""
    own = people.numbers(tx, question.patient_id) if question.patient_id is not None else []
    return next((number for number in (question.number, *own) if number and is_mobile(number)), None)


def _language(tx: Transaction, question: VoiceMessage) -> Language:
    return question.language or people.language_of(tx, question.number) or "zh"


def _text(profile: ClinicProfile, code: str, language: Language) -> str:
    return _catalogue().written(Prompt("answer.ready", {"sign": profile.sign, "code": Code(code)}), language)


@cache
def _catalogue() -> Catalogue:
    return Catalogue(Path(__file__).with_suffix(".yaml"))


def _text_line(tx: Transaction, question: VoiceMessage) -> str | None:
    """The only line for a question that staff asked from the test phone; None: any."""
    line = tx.execute(select(calls.c.line).where(calls.c.id == question.call_id)).scalar()
    return TEST_LINES[1] if line in TEST_LINES else None


def _fresh_code(tx: Transaction) -> str:
    while True:
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        if not tx.execute(select(exists().where(voice_messages.c.answer_code == code))).scalar_one():
            return code


def _tries_left(tx: Transaction, profile: ClinicProfile, attempt: Attempt) -> int:
    """A withheld number can't be told from another one: only its call counts."""
    in_call = TRIES_A_CALL - _count(tx, pin_failures.c.call_id == attempt.call_id)
    if attempt.caller is None:
        return in_call
    since = later(attempt.now, -LOCK_WINDOW_S)
    today = _count(tx, (pin_failures.c.caller == attempt.caller) & (pin_failures.c.at > since))
    return min(in_call, profile.pin_tries_a_day - today)


def _count(tx: Transaction, whose: ColumnElement[bool]) -> int:
    wrong = select(func.count()).select_from(pin_failures).where(whose, pin_failures.c.card_number == ANSWER_CODE)
    return tx.execute(wrong).scalar_one()
