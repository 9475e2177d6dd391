"""A trial of the box leaves no trace on visits once it is taken back, and no patient hears of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from firmware.clinic import bookings, records, trials
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.trials import BOOKED, CANCELLED, Deed, TakenBack
from firmware.storage import dialogues
from firmware.storage.ledger import Transaction
from firmware.storage.text_schema import outbox
from tests.clinic.visits import P4, PHONE, TUESDAY, WEDNESDAY, book, slot_at, texts

TRIAL = ["call/trial"]


def take_back(tx: Transaction, profile: ClinicProfile, now: datetime) -> TakenBack:
    return trials.take_back(tx, profile, now, TRIAL, cause="desk/li/")


def told(tx: Transaction) -> list[tuple[str, bool]]:
    """Where texts that may still leave would go: to whom, and whether only to the test phone."""
    rows = tx.execute(select(outbox.c.number, outbox.c.line).where(outbox.c.state.in_(("queued", "sent"))))
    return [(row.number, row.line == "test-text") for row in rows]


def test_what_a_trial_booked_is_free_again_and_nobody_is_texted(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    slot = slot_at(tx, profile, now, TUESDAY, "08:30")
    visit = book(tx, profile, now, slot, holder="call/trial", text_line="test-text")
    real = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "09:00"), P4, holder="call/real", notify=False)
    assert take_back(tx, profile, now) == TakenBack(done=1, lost=0)
    assert records.booking(tx, visit.id).state == "cancelled"
    assert records.booking(tx, real.id).state == "booked"
    assert slot_at(tx, profile, now, TUESDAY, "08:30") == slot
    assert texts(tx) == []
    assert take_back(tx, profile, now) == TakenBack(0, 0)


def test_what_a_trial_cancelled_stands_again_and_nobody_is_texted(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, WEDNESDAY, "08:30"), notify=False)
    bookings.cancel(tx, profile, now, visit.id, channel="voice", cause="call/trial", text_line="test-text")
    tx.execute(outbox.update().values(state="sent"))  # the test phone shows it
    assert take_back(tx, profile, now + timedelta(minutes=1)) == TakenBack(1, 0)
    assert records.booking(tx, visit.id) == visit
    assert told(tx) == [(visit.contact_number, True)]


def test_what_a_trial_both_booked_and_cancelled_stays_cancelled(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, WEDNESDAY, "08:30"), holder="call/trial")
    bookings.cancel(tx, profile, now, visit.id, channel="voice", cause="call/trial")
    assert [(deed.what, deed.stands) for deed in trials.deeds(tx, TRIAL)] == [(BOOKED, False), (CANCELLED, False)]
    assert take_back(tx, profile, now) == TakenBack(0, 0)


def test_a_place_that_a_patient_has_taken_meanwhile_stays_theirs(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    slot = slot_at(tx, profile, now, WEDNESDAY, "08:30")
    visit = book(tx, profile, now, slot)
    bookings.cancel(tx, profile, now, visit.id, channel="voice", cause="call/trial")
    theirs = book(tx, profile, now, slot, P4, holder="call/real")
    assert take_back(tx, profile, now) == TakenBack(done=0, lost=1)
    assert records.booking(tx, theirs.id).state == "booked"
    assert [deed.stands for deed in trials.deeds(tx, TRIAL)] == [True]  # it can be tried again


@pytest.mark.parametrize(
    ("numbers", "minutes_ago", "is_found"), [([PHONE[P4]], 5, True), ([], 5, False), ([PHONE[P4]], -5, False)]
)
def test_a_trial_by_text_is_known_by_its_number_and_time(
    tx: Transaction, profile: ClinicProfile, now: datetime, numbers: list[str], minutes_ago: int, is_found: bool
) -> None:
    dialogues.save(tx, now, "d1", dialogues.TEXT, PHONE[P4], {}, 600)
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"), P4, holder="dialogue/d1")
    causes = trials.causes(tx, [], numbers, now - timedelta(minutes=minutes_ago))
    assert trials.deeds(tx, causes) == ([Deed(BOOKED, visit, stands=True)] if is_found else [])
