"""What the desk sees of a caller at ring, and what stays with the call when it is handed on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert

from firmware.clinic import callbacks, holds, people, screen_pop, talk_notes, tasks
from firmware.clinic.call_journal import NoSuchCall
from firmware.clinic.desk_settings import DeskSettings, QueueSettings
from firmware.clinic.errors import NoSuchPatient
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.screen_pop import Pop
from firmware.clinic.talk_notes import NoSuchDisposition, NotYourTalk
from firmware.language.values import Name
from firmware.phone_number import normalise
from firmware.storage import calls, outbox
from firmware.storage.call_schema import calls as call_rows
from firmware.storage.desk_schema import agents, queue_entries, talks
from firmware.storage.ledger import Ledger, Transaction
from firmware.storage.staff_schema import users
from tests.clinic.visits import P1, P2, P3, PHONE, TUESDAY, book, slot_at

STRANGER = "13900000077"
ANNA, BERT = 1, 2


@pytest.fixture
def pop(tx: Transaction, profile: ClinicProfile, now: datetime) -> PopOf:
    return PopOf(tx, profile, now)


class PopOf:
    """Calls that come in, and what the desk sees of them."""

    def __init__(self, tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
        self.tx, self.profile, self.now = tx, profile, now

    def ring(self, number: str | None, call_id: str = "c1") -> None:
        calls.begin(self.tx, self.now, call_id, "L1", number, is_withheld=number is None)

    def __call__(self, call_id: str = "c1") -> Pop:
        return screen_pop.gather(self.tx, self.profile, self.now, call_id)


def hire(tx: Transaction, now: datetime, user_id: int, login: str) -> None:
    row = {"id": user_id, "login": login, "name": login.title(), "role": "agent", "password_hash": "-"}
    tx.execute(insert(users).values(row | {"created_at": now, "password_at": now}))
    tx.execute(insert(agents).values(user_id=user_id, extension=f"800{user_id}"))


def talk(tx: Transaction, now: datetime, user_id: int, call_id: str = "c1", **more: object) -> None:
    row = {"call_id": call_id, "user_id": user_id, "direction": "in", "began_at": now}
    tx.execute(insert(talks).values(row | more))


# ---- who it may be ----


def test_the_only_owner_of_a_number_is_a_guess(pop: PopOf) -> None:
    pop.ring(PHONE[P1])
    seen = pop()
    assert seen.patient is not None
    assert (seen.patient.id, seen.proof, seen.was_chosen) == (P1, "", False)


def test_a_family_is_shown_whole_and_nobody_is_taken_for_the_caller(pop: PopOf) -> None:
    pop.ring(PHONE[P2])
    assert [each.id for each in pop().owners] == [P2, P3]
    assert pop().patient is None


def test_a_number_that_was_written_with_signs_matches(pop: PopOf) -> None:
    person = people.register(pop.tx, Name("周", "Zhou"), TUESDAY, number=normalise("139-0000/0077"))
    pop.ring(STRANGER)
    assert [each.id for each in pop().owners] == [person.id]


def test_a_stranger_and_a_withheld_number_are_nobody(pop: PopOf) -> None:
    pop.ring(STRANGER, "c1")
    pop.ring(None, "c2")
    assert (pop("c1").number, pop("c1").owners, pop("c1").patient) == (STRANGER, (), None)
    assert (pop("c2").number, pop("c2").patient, pop("c2").history) == (None, None, ())


@pytest.mark.parametrize("how", ["birth year", "card"])
def test_what_the_dialogue_has_proved_is_no_guess(pop: PopOf, how: str) -> None:
    pop.ring(PHONE[P2])
    calls.describe(pop.tx, "c1", patient_id=P3)
    calls.note(pop.tx, pop.now, "c1", "proved", how)
    seen = pop()
    assert seen.patient is not None
    assert (seen.patient.id, seen.proof) == (P3, how)


def test_whom_the_desk_chose_is_who_it_is_for_everybody_after(pop: PopOf) -> None:
    pop.ring(PHONE[P2])
    pop.tx.execute(insert(queue_entries).values(
        call_id="c1", queue="reception", language="zh", turn_at=pop.now, state="waiting"
    ))  # fmt: skip
    screen_pop.choose(pop.tx, pop.now, "c1", P3, "anna")
    seen = pop()
    assert seen.patient is not None
    assert (seen.patient.id, seen.proof, seen.was_chosen) == (P3, "", True)
    assert pop.tx.execute(queue_entries.select()).one().patient_id == P3


def test_it_may_be_none_of_them(pop: PopOf) -> None:
    pop.ring(PHONE[P1])
    calls.describe(pop.tx, "c1", patient_id=P1)
    calls.note(pop.tx, pop.now, "c1", "proved", "birth year")
    screen_pop.choose(pop.tx, pop.now, "c1", None, "anna")
    assert (pop().patient, pop().proof) == (None, "")


def test_nobody_is_chosen_for_a_call_or_as_a_patient_that_is_not_there(pop: PopOf) -> None:
    with pytest.raises(NoSuchCall):
        screen_pop.choose(pop.tx, pop.now, "c1", P1, "anna")
    pop.ring(PHONE[P1])
    with pytest.raises(NoSuchPatient):
        screen_pop.choose(pop.tx, pop.now, "c1", 999, "anna")


# ---- what they have ----


def test_the_pop_shows_visits_what_is_held_tasks_callbacks_and_what_was_said_before(pop: PopOf) -> None:
    tx, profile, now = pop.tx, pop.profile, pop.now
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    pop.ring(PHONE[P1], "before")
    outbox.queue_text(tx, now, PHONE[P1], "See you", "staff")
    pop.ring(PHONE[P1])
    slot = slot_at(tx, profile, now, TUESDAY, "09:00")
    held = holds.hold(tx, profile, now, slot, None, holder="call/c1", channel="voice")
    tasks.note_missed(tx, now, "before", PHONE[P1])
    callbacks.plan(tx, now, PHONE[P1], now + timedelta(hours=1), "result", queue="reception")
    seen = pop()
    assert [each.id for each in seen.visits] == [visit.id]
    assert seen.held is not None
    assert seen.held.slot == held.slot
    assert [each.kind for each in seen.tasks] == ["missed"]
    assert [each.purpose for each in seen.callbacks] == ["result"]
    assert {each.id for each in seen.history if each.kind == "call"} == {"before"}
    assert "See you" in [each.body for each in seen.history]


def test_what_is_held_no_longer_is_not_shown(pop: PopOf) -> None:
    pop.ring(PHONE[P1])
    slot = slot_at(pop.tx, pop.profile, pop.now, TUESDAY, "09:00")
    holds.hold(pop.tx, pop.profile, pop.now, slot, None, holder="call/c1", channel="voice")
    pop.now += timedelta(seconds=pop.profile.hold_s)
    assert pop().held is None


def test_of_an_unknown_number_what_it_said_before_is_shown(pop: PopOf) -> None:
    pop.ring(STRANGER, "before")
    pop.ring(STRANGER)
    assert [each.id for each in pop().history] == ["before"]


def test_who_calls_back_is_told_who_tried_and_why(pop: PopOf) -> None:
    hire(pop.tx, pop.now, ANNA, "anna")
    yesterday = pop.now - timedelta(days=1)
    pop.tx.execute(
        insert(call_rows).values(id="out", line="L1", started_at=yesterday, direction="out", called=STRANGER)
    )
    calls.note(pop.tx, yesterday, "out", "desk", "purpose the result is here")
    talk(pop.tx, yesterday, ANNA, "out", direction="out", number=STRANGER)
    pop.ring(STRANGER)
    tried = pop().tried
    assert tried is not None
    assert (tried.who, tried.purpose, tried.was_reached) == ("Anna", "the result is here", False)


def test_a_call_of_ours_pops_for_whom_we_call(pop: PopOf) -> None:
    row = {"id": "c1", "line": "L1", "started_at": pop.now, "direction": "out", "called": PHONE[P1]}
    pop.tx.execute(insert(call_rows).values(row))
    calls.note(pop.tx, pop.now, "c1", "desk", "purpose follow-up")
    seen = pop()
    assert seen.patient is not None
    assert (seen.patient.id, seen.number, seen.purpose) == (P1, PHONE[P1], "follow-up")


def test_a_callback_pops_for_whom_and_for_what_it_was_promised(pop: PopOf) -> None:
    hire(pop.tx, pop.now, ANNA, "anna")
    entry = callbacks.plan(
        pop.tx, pop.now, PHONE[P2], pop.now, "the result", queue="reception", patient_id=P3
    )  # fmt: skip
    row = {"id": "c1", "line": "L1", "started_at": pop.now, "direction": "out", "called": PHONE[P2]}
    pop.tx.execute(insert(call_rows).values(row))
    talk(pop.tx, pop.now, ANNA, direction="out", number=PHONE[P2], entry_id=entry)
    seen = pop()
    assert seen.patient is not None
    assert (seen.patient.id, seen.proof, seen.purpose) == (P3, "", "the result")


# ---- notes and what it was about ----


def test_notes_are_kept_as_they_are_written_one_for_each_author(pop: PopOf) -> None:
    pop.ring(PHONE[P1])
    for body in ("kn", "knee hurts", "knee hurts\nsince Monday"):
        talk_notes.save(pop.tx, pop.now, "c1", "anna", body)
    talk_notes.save(pop.tx, pop.now, "c1", "bert", "called twice")
    assert [(each.author, each.body) for each in pop().notes] == [
        ("anna", "knee hurts\nsince Monday"), ("bert", "called twice"),
    ]  # fmt: skip
    talk_notes.save(pop.tx, pop.now, "c1", "anna", "  ")
    assert [each.author for each in pop().notes] == ["bert"]


def test_only_who_spoke_says_what_it_was_about(pop: PopOf) -> None:
    hire(pop.tx, pop.now, ANNA, "anna")
    hire(pop.tx, pop.now, BERT, "bert")
    pop.ring(PHONE[P1])
    talk(pop.tx, pop.now, ANNA)
    talk_notes.dispose(pop.tx, DeskSettings(), ANNA, "c1", "咨询")
    part = talk_notes.part_of(pop.tx, ANNA, "c1")
    assert part is not None
    assert talk_notes.disposition_name(DeskSettings(), part.disposition or "").en == "Question answered"
    with pytest.raises(NotYourTalk):
        talk_notes.dispose(pop.tx, DeskSettings(), BERT, "c1", "咨询")
    with pytest.raises(NoSuchDisposition):
        talk_notes.dispose(pop.tx, DeskSettings(), ANNA, "c1", "anything")


def test_a_queue_may_want_to_know_what_it_was_about(pop: PopOf) -> None:
    wants = DeskSettings(queues=(QueueSettings("reception", Name("前台", "Reception"), needs_disposition=True),))
    hire(pop.tx, pop.now, ANNA, "anna")
    pop.ring(PHONE[P1])
    row = {"call_id": "c1", "queue": "reception", "language": "zh", "turn_at": pop.now, "state": "answered"}
    entry = pop.tx.execute(insert(queue_entries).values(row).returning(queue_entries.c.id)).scalar_one()
    talk(pop.tx, pop.now, ANNA, entry_id=entry)
    assert talk_notes.needs_disposition(wants, talk_notes.part_of(pop.tx, ANNA, "c1"))
    assert not talk_notes.needs_disposition(DeskSettings(), talk_notes.part_of(pop.tx, ANNA, "c1"))
    talk_notes.dispose(pop.tx, wants, ANNA, "c1", "咨询")
    assert not talk_notes.needs_disposition(wants, talk_notes.part_of(pop.tx, ANNA, "c1"))


# ---- quick, however long the clinic has been there ----


def test_every_question_of_the_pop_is_answered_by_an_index(
    ledger: Ledger, profile: ClinicProfile, now: datetime
) -> None:
    with ledger.transaction() as tx:
        calls.begin(tx, now, "c1", "L1", PHONE[P1], is_withheld=False)
        asked: list[tuple[str, Any]] = []
        event.listen(tx, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        screen_pop.gather(tx, profile, now, "c1")
        questions = len(asked)
        plans = [
            row.detail
            for sql, values in asked[:questions]
            for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        ]
    assert questions < 25
    few = "entries_that_wait"  # an index of those alone
    assert not [plan for plan in plans if plan.startswith("SCAN ") and not plan.endswith(few)]
