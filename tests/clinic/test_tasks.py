"""Callers whom nobody answered, and what else the desk has promised."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from firmware.clinic import callbacks, message_boxes, people, tasks
from firmware.clinic.callbacks import BadTime, NoLongerWaits
from firmware.clinic.message_boxes import Left
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.tasks import NoSuchTask
from firmware.storage import calls, recordings
from firmware.storage.desk_schema import queue_entries
from firmware.storage.ledger import Transaction
from firmware.storage.messages import TakenBy
from tests.clinic.visits import P1, P2, P3, PHONE

STRANGER = "13900000077"
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, time: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{day:02}T{time}").replace(tzinfo=SHANGHAI)


def miss(
    tx: Transaction, now: datetime, call_id: str, number: str | None, patient_id: int | None = None, line: str = "L1"
) -> int | None:
    calls.begin(tx, now, call_id, line, number, is_withheld=number is None)
    return tasks.note_missed(tx, now, call_id, number, patient_id=patient_id)


# ---- missed callers ----


def test_who_is_missed_three_times_is_one_task(tx: Transaction, now: datetime) -> None:
    for minute in range(3):
        miss(tx, now + timedelta(minutes=minute), f"c{minute}", STRANGER)
    (task,) = tasks.waiting(tx)
    assert (task.kind, task.number, task.times, task.call_id) == ("missed", STRANGER, 3, "c2")
    assert task.due_at == now + timedelta(hours=1)  # counted from the first time


def test_a_missed_caller_is_overdue_after_an_hour(tx: Transaction, now: datetime) -> None:
    miss(tx, now, "c1", STRANGER)
    assert tasks.count(tx, now) == tasks.Count(1, 0)
    assert tasks.count(tx, now + timedelta(hours=1)) == tasks.Count(1, 1)


@pytest.mark.parametrize(
    ("came", "due"),
    [
        (at(2, "09:00"), at(2, "10:00")),
        (at(2, "17:00"), at(3, "08:30")),  # half an hour today, the other tomorrow
        (at(7, "22:00"), at(9, "09:00")),  # Saturday night: Monday
    ],
)
def test_a_missed_caller_is_called_back_within_an_hour_in_which_people_are_there(
    tx: Transaction, profile: ClinicProfile, came: datetime, due: datetime
) -> None:
    assert tasks.due_at(tx, profile, came) == due


def test_who_was_missed_and_left_a_message_is_one_thing_to_do(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    miss(tx, now, "earlier", STRANGER)
    miss(tx, now, "c1", STRANGER)
    miss(tx, now, "c2", PHONE[P1])
    message_boxes.keep(tx, profile, now, Left("c1", STRANGER, "c1-1.wav", 9, "zh"))
    assert [task.number for task in tasks.waiting(tx)] == [PHONE[P1]]
    assert [message.number for message in recordings.messages_waiting(tx)] == [STRANGER]


def test_a_question_to_a_doctor_does_not_stand_for_who_wanted_the_desk(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    miss(tx, now, "c1", STRANGER)
    message_boxes.keep(tx, profile, now, Left("c1", STRANGER, "c1-1.wav", 9, "zh", message_boxes.of_doctor(1)))
    assert len(tasks.waiting(tx)) == 1


def test_whoever_was_reached_is_no_longer_to_be_called(tx: Transaction, now: datetime) -> None:
    miss(tx, now, "c1", STRANGER)
    miss(tx, now, "c2", PHONE[P1])
    assert tasks.close_for_number(tx, now, STRANGER, "desk") == 1
    assert [task.number for task in tasks.waiting(tx)] == [PHONE[P1]]
    assert tasks.close_for_number(tx, now, STRANGER, "desk") == 0


def test_a_patient_who_calls_from_another_number_was_reached_too(tx: Transaction, now: datetime) -> None:
    miss(tx, now, "c1", STRANGER, patient_id=P1)
    assert tasks.close_for_number(tx, now, PHONE[P1], "desk", patient_id=P1) == 1


def test_missed_again_after_it_was_done_is_a_new_task(tx: Transaction, now: datetime) -> None:
    miss(tx, now, "c1", STRANGER)
    tasks.close_for_number(tx, now, STRANGER, "desk")
    miss(tx, now, "c2", STRANGER)
    (task,) = tasks.waiting(tx)
    assert (task.times, task.call_id) == (1, "c2")


def test_who_withheld_the_number_is_called_only_where_we_know_who_it_was(tx: Transaction, now: datetime) -> None:
    assert miss(tx, now, "c1", None) is None
    assert miss(tx, now, "c2", None, patient_id=P1) is not None
    assert [task.number for task in tasks.waiting(tx)] == [PHONE[P1]]


def test_nobody_calls_back_a_number_of_the_test_phone(tx: Transaction, now: datetime) -> None:
    assert miss(tx, now, "c1", PHONE[P1], line="test") is None
    assert tasks.waiting(tx) == []


# ---- matters to follow up, as a team ----


def test_the_most_urgent_stands_first(tx: Transaction, now: datetime) -> None:
    tasks.add(tx, now, "some day")
    tasks.add(tx, now, "tomorrow", due_at=now + timedelta(days=1))
    miss(tx, now, "c1", STRANGER)
    assert [task.detail for task in tasks.waiting(tx)] == ["", "tomorrow", "some day"]


def test_two_who_take_a_task_at_once_do_not_both_get_it(tx: Transaction, now: datetime) -> None:
    task_id = tasks.add(tx, now, "send the report")
    tasks.take(tx, task_id, None, "anna")
    with pytest.raises(TakenBy) as refused:
        tasks.take(tx, task_id, None, "bert")
    assert refused.value.owner == "anna"
    tasks.take(tx, task_id, "anna", "bert")
    assert tasks.task(tx, task_id).owner == "bert"


def test_what_is_done_can_be_taken_back(tx: Transaction, now: datetime) -> None:
    task_id = tasks.add(tx, now, "send the report")
    tasks.finish(tx, now, task_id, "anna")
    assert tasks.waiting(tx) == []
    with pytest.raises(NoSuchTask):
        tasks.finish(tx, now, task_id, "bert")
    tasks.reopen(tx, task_id)
    assert [task.done_by for task in tasks.waiting(tx)] == [None]


def test_a_caller_missed_again_meanwhile_stays_one_task_when_it_is_taken_back(tx: Transaction, now: datetime) -> None:
    first = miss(tx, now, "c1", STRANGER)
    assert first is not None
    tasks.finish(tx, now, first, "anna")
    miss(tx, now, "c2", STRANGER)
    tasks.reopen(tx, first)
    assert [task.times for task in tasks.waiting(tx)] == [2]


def test_the_tasks_of_a_person_are_those_of_the_number_and_of_the_patient(tx: Transaction, now: datetime) -> None:
    tasks.add(tx, now, "by number", number=PHONE[P2])
    tasks.add(tx, now, "by patient", patient_id=P2)
    tasks.add(tx, now, "somebody else's", patient_id=P1)
    assert [task.detail for task in tasks.of_person(tx, PHONE[P2], P2)] == ["by number", "by patient"]
    assert [task.detail for task in tasks.of_person(tx, PHONE[P3], None)] == ["by number"]
    assert tasks.of_person(tx, None, None) == []


# ---- callbacks that were agreed ----


def test_a_callback_becomes_an_entry_of_the_queue_whose_turn_begins_then(tx: Transaction, now: datetime) -> None:
    at = now + timedelta(hours=3)
    people.remember(tx, STRANGER, language="en")
    entry_id = callbacks.plan(tx, now, STRANGER, at, "the result is here", queue="reception", owner="anna")
    row = tx.execute(select(queue_entries)).one()
    assert (row.id, row.state, row.is_callback, row.number) == (entry_id, "waiting", 1, STRANGER)
    assert (row.turn_at, row.not_before, row.language) == (at, at, "en")
    assert (row.purpose, row.owner) == ("the result is here", "anna")
    assert [each.id for each in callbacks.of_number(tx, STRANGER)] == [entry_id]


@pytest.mark.parametrize("ahead", [timedelta(seconds=-1), timedelta(days=91)])
def test_nobody_is_called_back_yesterday_or_next_year(tx: Transaction, now: datetime, ahead: timedelta) -> None:
    with pytest.raises(BadTime):
        callbacks.plan(tx, now, STRANGER, now + ahead, "x", queue="reception")


def test_a_callback_can_be_withdrawn_until_it_is_made(tx: Transaction, now: datetime) -> None:
    entry_id = callbacks.plan(tx, now, STRANGER, now + timedelta(hours=1), "", queue="reception")
    callbacks.withdraw(tx, now, entry_id)
    assert callbacks.waiting(tx) == []
    with pytest.raises(NoLongerWaits):
        callbacks.withdraw(tx, now, entry_id)
    again = callbacks.restore(tx, entry_id)
    assert [(each.id, each.number, each.tries) for each in callbacks.waiting(tx)] == [(again, STRANGER, 0)]
    with pytest.raises(NoLongerWaits):
        callbacks.restore(tx, again)
