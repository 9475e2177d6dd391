"""What the desk takes back in time never reaches the patient, and stands exactly as it did."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from firmware.clinic import accounts, bookings, records, schedule, undoing
from firmware.clinic.errors import AlreadyBookedThatDay, NoSuchBooking, SlotTaken
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.records import Booking
from firmware.clinic.schedule import Wish
from firmware.storage import outbox
from firmware.storage.ledger import Transaction
from firmware.storage.text_schema import outbox as texts_table
from tests.clinic.visits import P1, P4, TUESDAY, WANG, WEDNESDAY, book, slot_at, texts

LATER = timedelta(seconds=undoing.UNDO_S + 1)


@pytest.fixture
def visit(tx: Transaction, profile: ClinicProfile, now: datetime) -> Booking:
    """Tuesday 08:30 with Dr Wang, confirmed by text."""
    return book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))


def send_all(tx: Transaction, now: datetime) -> list[str]:
    """What a line sends now."""
    sent = []
    while text := outbox.claim_next(tx, now, "L3"):
        outbox.mark_sent(tx, now, text.id)
        sent.append(text.body)
    return sent


def cancel(tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking, **how: Any) -> undoing.Changed:
    return undoing.cancel(tx, profile, now, visit.id, cause="desk/chen/1", **how)


def take_back(tx: Transaction, profile: ClinicProfile, now: datetime, changed: undoing.Changed) -> Booking:
    return undoing.take_back_cancel(
        tx, profile, now, changed.booking.id, texts=changed.withdrawn, cause="desk/chen/1"
    )  # fmt: skip


def test_a_cancellation_taken_back_in_time_is_never_heard_of(
    tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking
) -> None:
    confirmation = send_all(tx, now)
    before = accounts.account(tx, P1)
    changed = cancel(tx, profile, now, visit)
    assert send_all(tx, now + timedelta(seconds=5)) == []
    assert take_back(tx, profile, now + timedelta(seconds=6), changed) == visit
    assert records.booking(tx, visit.id) == visit
    assert accounts.account(tx, P1) == before
    assert send_all(tx, now + timedelta(hours=1)) == []
    assert len(confirmation) == 1


def test_a_confirmation_that_had_not_left_waits_again(
    tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking
) -> None:
    waiting = texts(tx)
    changed = cancel(tx, profile, now, visit)
    take_back(tx, profile, now, changed)
    assert texts(tx) == waiting
    assert send_all(tx, now + LATER) == waiting


def test_who_was_told_of_the_cancellation_is_told_the_truth_again(
    tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking
) -> None:
    send_all(tx, now)
    changed = cancel(tx, profile, now, visit)
    assert len(send_all(tx, now + LATER)) == 1
    take_back(tx, profile, now + LATER, changed)
    (told,) = send_all(tx, now + LATER)
    assert str(visit.code) in told


def test_a_cancellation_can_go_without_a_text(
    tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking
) -> None:
    send_all(tx, now)
    cancel(tx, profile, now, visit, notify=False)
    assert send_all(tx, now + LATER) == []


def test_a_slot_given_away_meanwhile_stays_with_whom_it_is(
    tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking
) -> None:
    changed = cancel(tx, profile, now, visit)
    book(tx, profile, now, visit.slot, P4)
    with pytest.raises(SlotTaken) as refusal:
        take_back(tx, profile, now, changed)
    assert refusal.value.alternatives
    assert records.booking(tx, visit.id).state == "cancelled"


def test_another_visit_that_day_stands_in_the_way(
    tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking
) -> None:
    changed = cancel(tx, profile, now, visit)
    book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "09:00"))
    with pytest.raises(AlreadyBookedThatDay):
        take_back(tx, profile, now, changed)


def test_only_a_cancelled_visit_is_taken_back_and_only_its_own_texts_wait_again(
    tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking
) -> None:
    other = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "09:00"), P4)
    with pytest.raises(NoSuchBooking):
        undoing.take_back_cancel(tx, profile, now, visit.id, texts=(), cause="desk/chen/1")
    outbox.withdraw(tx, other.id)
    theirs = tx.execute(select(texts_table.c.id).where(texts_table.c.booking_id == other.id)).scalars().all()
    changed = cancel(tx, profile, now, visit)
    undoing.take_back_cancel(
        tx, profile, now, visit.id, texts=[*changed.withdrawn, *theirs], cause="desk/chen/1"
    )  # fmt: skip
    states = select(texts_table.c.state).where(texts_table.c.id.in_(theirs))
    assert tx.execute(states).scalars().all() == ["withdrawn"]


def test_a_move_taken_back_in_time_is_never_heard_of(
    tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking
) -> None:
    waiting = texts(tx)
    target = slot_at(tx, profile, now, WEDNESDAY, "08:30")
    changed = undoing.move(tx, profile, now, visit.id, target, holder="desk/chen/1")
    back = undoing.take_back_move(
        tx, profile, now, visit.id, visit.slot, texts=changed.withdrawn, holder="desk/chen/1"
    )  # fmt: skip
    assert back == visit
    assert send_all(tx, now + LATER) == waiting
    assert target in schedule.free_slots(tx, profile, now, WEDNESDAY, Wish(doctor_id=WANG))


def test_who_was_told_of_the_move_is_told_of_the_way_back(
    tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking
) -> None:
    target = slot_at(tx, profile, now, WEDNESDAY, "08:30")
    changed = undoing.move(tx, profile, now, visit.id, target, holder="desk/chen/1")
    send_all(tx, now + LATER)
    undoing.take_back_move(
        tx, profile, now + LATER, visit.id, visit.slot, texts=changed.withdrawn, holder="desk/chen/1"
    )  # fmt: skip
    (told,) = send_all(tx, now + LATER)
    assert "3月3日周二08:30" in told


def test_a_check_in_by_mistake_is_taken_back_with_its_money(
    tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking
) -> None:
    before = accounts.account(tx, P1)
    bookings.check_in(tx, now, visit.id, channel="desk", cause="desk/chen/1")
    assert accounts.account(tx, P1) != before
    assert undoing.reopen(tx, now, visit.id, cause="desk/chen/1") == visit
    assert accounts.account(tx, P1) == before


def test_a_no_show_by_mistake_is_taken_back_on_the_day_only(
    tx: Transaction, profile: ClinicProfile, now: datetime, visit: Booking
) -> None:
    over = now + timedelta(days=1)
    bookings.no_show(tx, profile, over, visit.id, channel="desk", cause="desk/chen/1")
    with pytest.raises(NoSuchBooking):
        undoing.reopen(tx, over + timedelta(days=1), visit.id, cause="desk/chen/1")
    assert undoing.reopen(tx, over, visit.id, cause="desk/chen/1") == visit
    with pytest.raises(NoSuchBooking):
        undoing.reopen(tx, over, visit.id, cause="desk/chen/1")
