"""Boxes of messages: a question for a doctor, the doctor's answer, and whoever is not at their desk."""

from __future__ import annotations

from firmware.clinic import doctor_answers, message_boxes, schedule
from firmware.clinic.cards import Attempt
from firmware.clinic.doctor_answers import WrongAnswerCode
from firmware.clinic.message_boxes import Colleague
from firmware.clinic.roster import wall_day
from firmware.ivr.catalogue import prompts
from firmware.ivr.steps.callback import number_of
from firmware.ivr.steps.memory import language_of, needed, word_in
from firmware.ivr.visit import Did, Item, Memory, Step, Visit
from firmware.language.catalogue import Prompt
from firmware.language.values import Code, Day, Name, Number, Value, Voice
from firmware.phone_number import is_mobile
from firmware.storage import recordings
from firmware.storage.recordings import VoiceMessage


def answering_doctors(visit: Visit, memory: Memory) -> list[Item | None]:
    """The doctors who can be asked, each with the department."""
    departments = {each.id: each.name for each in schedule.all_departments(visit.tx)}
    return [
        Item(each.id, Prompt("box.item_doctor", {"department": departments[each.department_id], "who": each.name}))
        for each in message_boxes.answering_doctors(visit.tx)
        if each.department_id in departments
    ]


def doctor_box(visit: Visit, memory: Memory) -> Did:
    """The message that comes next is a question for the chosen doctor."""
    wanted = needed(memory, "doctor")
    doctor = next(each for each in message_boxes.answering_doctors(visit.tx) if each.id == wanted)
    return Did("done", {"box": message_boxes.of_doctor(wanted)}, {"who": doctor.name})


def answer_promise(visit: Visit, memory: Memory) -> Did:
    """How the patient comes by the answer: by a text with a code, or by a call."""
    number = number_of(visit, memory)
    return Did("text" if number and is_mobile(number) else "call", achieved="question")


def colleague_box(visit: Visit, memory: Memory) -> Did:
    """The message that comes next is for whoever has the keyed extension."""
    found = message_boxes.colleague(visit.tx, word_in(memory, "extension") or "")
    if found is None:
        return Did("unknown", is_news=True)
    greeting = Voice(_standard_greeting(found, language_of(memory)), message_boxes.greeting_file(found.user_id))
    return Did("found", {"box": message_boxes.of_agent(found.user_id)}, {"greeting": greeting})


def check_answer(visit: Visit, memory: Memory) -> Did:
    """Whether there is an answer with the keyed code for somebody who was born in the keyed year."""
    attempt = Attempt(visit.now, visit.holder, visit.number)
    code, year = word_in(memory, "answer_code") or "", needed(memory, "answer_year")
    try:
        question = doctor_answers.find(visit.tx, visit.profile, attempt, code, year)
    except WrongAnswerCode as error:
        outcome = "wrong" if error.tries_left else "failed"
        return Did(outcome, words={"tries": Number(error.tries_left)}, is_news=True)
    return Did("known", {"question": question.id}, {"who": doctor_answers.doctor_name(visit.tx, question)})


def read_answer(visit: Visit, memory: Memory) -> Did:
    """Say the answer: the doctor's own voice, or what the doctor wrote. Only after `check_answer`."""
    question = recordings.message(visit.tx, needed(memory, "question"))
    if question is None or question.answered_at is None:
        raise LookupError("there is no such answer any more")
    doctor_answers.played(visit.tx, visit.now, question.id)
    asked_on = Day(wall_day(question.created_at, visit.profile.zone), visit.today)
    who = doctor_answers.doctor_name(visit.tx, question)
    says = (
        Prompt("box.answers", {"day": asked_on, "who": who}),
        Prompt("box.words", {"words": _words(question, language_of(memory))}),
    )
    return Did("read", says=says, achieved="answer heard")


def _words(question: VoiceMessage, language: str) -> Voice:
    text = question.answer_text or prompts().spoken(Prompt("box.answer_lost"), language)
    return Voice(text, question.answer_file or "", is_private=True)


def _standard_greeting(colleague: Colleague, language: str) -> str:
    values: dict[str, Value] = {"name": Name(colleague.name, colleague.name), "extension": Code(colleague.extension)}
    return prompts().spoken(Prompt("box.standard_greeting", values), language)


STEPS = {
    "doctor-box": Step(doctor_box, ("done",), ("who",)),
    "answer-promise": Step(answer_promise, ("text", "call")),
    "colleague-box": Step(colleague_box, ("found", "unknown"), ("greeting",)),
    "check-answer": Step(check_answer, ("known", "wrong", "failed"), ("who", "tries")),
    "read-answer": Step(read_answer, ("read",)),
}
LISTS = {"answering-doctors": answering_doctors}
