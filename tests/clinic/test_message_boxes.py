"""Boxes of messages: who may open which, by when a message is due, and how a patient comes by a doctor's answer."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.dialects import sqlite

from firmware.clinic import doctor_answers, message_boxes, people, tasks
from firmware.clinic.cards import Attempt
from firmware.clinic.doctor_answers import Answer, AnsweredAlready, WrongAnswerCode
from firmware.clinic.message_boxes import Left
from firmware.clinic.profile import ClinicProfile
from firmware.sms_parts import parts_of
from firmware.staff import agents, users
from firmware.staff.agents import Card
from firmware.staff.rights import Role
from firmware.storage import calls, recordings
from firmware.storage.call_schema import voice_messages
from firmware.storage.desk_schema import queue_entries
from firmware.storage.ledger import Transaction
from firmware.storage.recordings import SHARED, VoiceMessage
from firmware.storage.text_schema import outbox

SHANGHAI = ZoneInfo("Asia/Shanghai")
WANG_XIUYING, BORN, MOBILE = 1, 1948, "13800000001"
WANG = 1  # the doctor
PASSWORD = "quiet lamp over water"


def at(day: int, time: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{day:02}T{time}").replace(tzinfo=SHANGHAI)


def someone(tx: Transaction, now: datetime, login: str, role: Role = Role.AGENT) -> int:
    return users.create(tx, now, login, login.title(), role, PASSWORD).id


def leave(
    tx: Transaction, profile: ClinicProfile, now: datetime, box: str = SHARED, number: str | None = MOBILE, **more: str
) -> VoiceMessage:
    call_id = f"c{now.timestamp():.0f}-{box}"
    calls.begin(tx, now, call_id, more.get("line", "L1"), number, is_withheld=number is None)
    left = Left(call_id, number, f"{call_id.replace('/', '-')}.wav", 12, "zh", box, WANG_XIUYING)
    found = recordings.message(tx, message_boxes.keep(tx, profile, now, left))
    assert found is not None
    return found


def ask(tx: Transaction, profile: ClinicProfile, now: datetime, number: str | None = MOBILE) -> VoiceMessage:
    return leave(tx, profile, now, message_boxes.of_doctor(WANG), number)


def again(tx: Transaction, message: VoiceMessage) -> VoiceMessage:
    found = recordings.message(tx, message.id)
    assert found is not None
    return found


# ---- by when ----


@pytest.mark.parametrize(
    ("box", "came", "due"),
    [
        (SHARED, at(2, "09:00"), at(2, "11:00")),
        (SHARED, at(2, "16:30"), at(3, "09:00")),  # one hour today, the other tomorrow
        (SHARED, at(7, "22:00"), at(9, "10:00")),  # Saturday night: Monday
        (SHARED, at(3, "03:00"), at(3, "10:00")),
        ("agent/7", at(2, "09:00"), at(2, "13:00")),
        ("doctor/1", at(2, "17:00"), at(3, "15:30")),
    ],
)
def test_a_message_is_due_after_hours_in_which_people_are_there(
    tx: Transaction, profile: ClinicProfile, box: str, came: datetime, due: datetime
) -> None:
    assert message_boxes.due_at(tx, profile, came, box) == due


def test_where_nobody_is_ever_there_the_clock_counts(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    closed = replace(profile, hours=((),) * 7)
    assert message_boxes.due_at(tx, closed, now, SHARED) == now + timedelta(minutes=120)


def test_the_most_urgent_waits_first_and_the_overdue_are_counted(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    late = leave(tx, profile, at(2, "17:00"))
    early = leave(tx, profile, at(2, "09:00"))
    assert [each.id for each in recordings.messages_waiting(tx, (SHARED,))] == [early.id, late.id]
    count = message_boxes.count(tx, at(2, "12:00"))
    assert (count.waiting, count.overdue, count.oldest) == (2, 1, at(2, "09:00"))


def test_what_staff_left_from_the_test_phone_waits_for_nobody(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    leave(tx, profile, now, line="test")
    assert message_boxes.count(tx, now).waiting == 0


def test_a_message_keeps_the_queue_in_which_its_caller_waited(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    calls.begin(tx, now, "c1", "L1", MOBILE, is_withheld=False)
    entry = {"call_id": "c1", "queue": "billing", "language": "en", "turn_at": now, "state": "message"}
    tx.execute(insert(queue_entries).values(entry))
    kept = recordings.message(tx, message_boxes.keep(tx, profile, now, Left("c1", MOBILE, "c1.wav", 5, "en")))
    assert kept is not None
    assert (kept.queue, kept.language) == ("billing", "en")


# ---- who may open what ----


def test_a_personal_message_is_for_its_owner_and_supervisors(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    chen, liu = someone(tx, now, "chen"), someone(tx, now, "liu")
    message = leave(tx, profile, now, message_boxes.of_agent(chen))
    assert message_boxes.opener(tx, chen, opens_shared=True, opens_all=False).may_hear(message)
    assert not message_boxes.opener(tx, liu, opens_shared=True, opens_all=False).may_hear(message)
    assert message_boxes.opener(tx, liu, opens_shared=True, opens_all=True).may_hear(message)


def test_the_shared_box_is_for_whoever_may_listen(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    chen = someone(tx, now, "chen")
    message = leave(tx, profile, now)
    assert message_boxes.opener(tx, chen, opens_shared=True, opens_all=False).may_hear(message)
    assert not message_boxes.opener(tx, chen, opens_shared=False, opens_all=False).may_hear(message)


def test_a_question_is_for_who_answers_as_that_doctor(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    wang, zhao = someone(tx, now, "wang", Role.DOCTOR), someone(tx, now, "zhao", Role.DOCTOR)
    message_boxes.answers_as(tx, wang, WANG)
    question = ask(tx, profile, now)
    assert message_boxes.opener(tx, wang, opens_shared=False, opens_all=False).may_hear(question)
    assert not message_boxes.opener(tx, zhao, opens_shared=True, opens_all=False).may_hear(question)


def test_only_doctors_for_whom_somebody_can_sign_in_are_asked(tx: Transaction, now: datetime) -> None:
    assert message_boxes.answering_doctors(tx) == []
    wang = someone(tx, now, "wang", Role.DOCTOR)
    message_boxes.answers_as(tx, wang, WANG)
    assert [each.id for each in message_boxes.answering_doctors(tx)] == [WANG]
    users.set_active(tx, wang, is_active=False)
    assert message_boxes.answering_doctors(tx) == []


def test_an_extension_has_a_box_as_long_as_its_owner_can_sign_in(tx: Transaction, now: datetime) -> None:
    chen = someone(tx, now, "chen")
    agents.make(tx, chen, Card(extension="8001"))
    found = message_boxes.colleague(tx, "8001")
    assert found is not None
    assert (found.user_id, found.name) == (chen, "Chen")
    users.set_active(tx, chen, is_active=False)
    assert message_boxes.colleague(tx, "8001") is None
    assert message_boxes.colleague(tx, "8002") is None


# ---- a doctor's answer ----


def test_the_text_about_an_answer_says_how_to_hear_it_and_nothing_of_it(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    question = ask(tx, profile, now)
    assert doctor_answers.answer(tx, profile, now, question, Answer(text="每天两次，每次一片。"), "wang") is not None
    (text,) = tx.execute(select(outbox.c.body).where(outbox.c.number == MOBILE)).scalars()
    answered = again(tx, question)
    assert answered.answer_code is not None
    assert answered.answer_code in text
    assert "两次" not in text
    assert "王" not in text
    assert parts_of(text) == 1
    assert (answered.answered_by, answered.done_by, answered.heard_at) == ("wang", "wang", None)


def test_an_english_text_is_one_part_too(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    question = replace(ask(tx, profile, now), language="en")
    doctor_answers.answer(tx, profile, now, question, Answer(text="Twice a day."), "wang")
    text = tx.execute(select(outbox.c.body)).scalar_one()
    assert re.search(r"key \d{6} and your birth year", text)
    assert parts_of(text) == 1


def test_where_no_text_can_go_the_desk_has_to_tell_the_answer(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    people_numbers = people.numbers(tx, WANG_XIUYING)
    question = replace(ask(tx, profile, now, "02161230009"), patient_id=None)
    assert people_numbers
    assert doctor_answers.answer(tx, profile, now, question, Answer(text="Rest."), "wang") is None
    (task,) = tasks.waiting(tx)
    assert (task.kind, task.number, task.message_id, task.due_at) == (
        tasks.QUESTION, "02161230009", question.id, at(2, "11:00"),
    )  # fmt: skip
    assert recordings.messages_waiting(tx, (SHARED,)) == []  # it is to be done once
    chen = someone(tx, now, "chen")
    assert message_boxes.opener(tx, chen, opens_shared=True, opens_all=False).may_hear(again(tx, question))
    doctor_answers.told(tx, now, question.id, "chen")
    assert recordings.messages_waiting(tx) == tasks.waiting(tx) == []
    assert (again(tx, question).heard_at, again(tx, question).done_by) == (now, "chen")
    doctor_answers.not_told(tx, question.id)
    assert again(tx, question).heard_at is None
    assert [each.id for each in tasks.waiting(tx)] == [task.id]


def test_a_question_is_answered_once(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    question = ask(tx, profile, now)
    doctor_answers.answer(tx, profile, now, question, Answer(text="Rest."), "wang")
    with pytest.raises(AnsweredAlready):
        doctor_answers.answer(tx, profile, now, question, Answer(text="Run."), "wang")
    assert again(tx, question).answer_text == "Rest."


def answered(tx: Transaction, profile: ClinicProfile, now: datetime) -> str:
    question = ask(tx, profile, now)
    doctor_answers.answer(tx, profile, now, question, Answer(text="Rest."), "wang")
    return str(again(tx, question).answer_code)


def test_code_and_birth_year_lead_to_the_answer(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    code = answered(tx, profile, now)
    attempt = Attempt(now, "call/1", "13900000009")  # from any telephone
    assert doctor_answers.find(tx, profile, attempt, code, BORN).answer_text == "Rest."


@pytest.mark.parametrize(("code", "year"), [("000000", BORN), (None, 1950), ("' OR 1", BORN)])
def test_one_of_the_two_is_not_enough(
    tx: Transaction, profile: ClinicProfile, now: datetime, code: str | None, year: int
) -> None:
    real = answered(tx, profile, now)
    with pytest.raises(WrongAnswerCode) as refused:
        doctor_answers.find(tx, profile, Attempt(now, "call/1", None), code or real, year)
    assert refused.value.tries_left == 2


def test_after_three_wrong_tries_not_even_the_right_code_helps(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    code = answered(tx, profile, now)
    for left in (2, 1, 0):
        with pytest.raises(WrongAnswerCode) as refused:
            doctor_answers.find(tx, profile, Attempt(now, "call/1", None), "000000", BORN)
        assert refused.value.tries_left == left
    with pytest.raises(WrongAnswerCode):
        doctor_answers.find(tx, profile, Attempt(now, "call/1", None), code, BORN)
    assert doctor_answers.find(tx, profile, Attempt(now, "call/2", None), code, BORN)


def test_one_number_may_not_guess_all_day(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    code = answered(tx, profile, now)
    for count in range(profile.pin_tries_a_day):
        with pytest.raises(WrongAnswerCode):
            doctor_answers.find(tx, profile, Attempt(now, f"call/{count}", MOBILE), "000000", BORN)
    with pytest.raises(WrongAnswerCode):
        doctor_answers.find(tx, profile, Attempt(now, "call/last", MOBILE), code, BORN)
    tomorrow = now + timedelta(hours=25)
    assert doctor_answers.find(tx, profile, Attempt(tomorrow, "call/next", MOBILE), code, BORN)


def test_a_code_does_not_last_for_ever(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    code = answered(tx, profile, now)
    with pytest.raises(WrongAnswerCode):
        doctor_answers.find(tx, profile, Attempt(now + timedelta(days=31), "call/1", None), code, BORN)


def test_the_answer_to_a_question_from_the_test_phone_is_texted_to_the_test_phone(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    question = leave(tx, profile, now, message_boxes.of_doctor(WANG), line="test")
    doctor_answers.answer(tx, profile, now, question, Answer(text="Rest."), "wang")
    assert tx.execute(select(outbox.c.line)).scalar_one() == "test-text"


def test_what_waits_is_found_without_reading_what_is_done(tx: Transaction) -> None:
    waits = select(voice_messages.c.id).where(
        voice_messages.c.done_at.is_(None), recordings.waits_in((SHARED, "agent/1"))
    )
    sql = waits.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    plan = tx.execute(text(f"EXPLAIN QUERY PLAN {sql}")).all()
    assert [row.detail for row in plan] == ["SCAN voice_messages USING INDEX messages_not_done"]
