from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from firmware.clinic import accounts, bookings, holds, people, records, schedule
from firmware.clinic.accounts import Account
from firmware.clinic.errors import (
    AlreadyBookedThatDay,
    AlreadyCancelled,
    HoldLost,
    NoSuchBooking,
    NotEnoughMoney,
    TooLateToCancel,
)
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.schedule import Wish
from firmware.language.values import Name
from firmware.storage.ledger import Transaction
from firmware.storage.roster_schema import booking_events
from firmware.storage.roster_schema import bookings as rows
from firmware.storage.text_schema import outbox
from tests.clinic.visits import INTERNAL, P1, P2, P3, P4, PHONE, TUESDAY, WEDNESDAY, ZHAO, book, slot_at, texts


def events(tx: Transaction) -> list[Any]:
    columns = (booking_events.c.what, booking_events.c.channel, booking_events.c.cause)
    return [tuple(row) for row in tx.execute(select(*columns).order_by(booking_events.c.id))]


def cancel(
    tx: Transaction, profile: ClinicProfile, now: datetime, booking: records.Booking, **how: Any
) -> records.Booking:
    return bookings.cancel(tx, profile, now, booking.id, channel="voice", cause="call/2", **how)


def check_in(tx: Transaction, now: datetime, booking: records.Booking) -> records.Booking:
    return bookings.check_in(tx, now, booking.id, channel="desk", cause="desk/chen")


def test_a_confirmed_visit_is_row_money_journal_and_text(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    assert (visit.state, visit.day, visit.begins) == ("booked", TUESDAY, time(8, 30))
    assert visit.doctor is not None
    assert visit.doctor.name.zh == "王医生"
    assert visit.code is not None
    assert re.fullmatch("[0-9]{6}", visit.code)
    assert accounts.account(tx, P1) == Account(5000, 2000)
    assert events(tx) == [("booked", "voice", "call/1")]
    assert texts(tx) == [
        f"【湖滨诊所】已约3月3日周二08:30内科王医生,预约码{visit.code}。取消请回复:取消{visit.code[:4]}(3月2日周一17:00前)"
    ]


def test_confirming_twice_is_confirming_once(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    held = holds.hold(
        tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"), P1, holder="call/1", channel="voice"
    )
    first = bookings.confirm(tx, profile, now, held.id, holder="call/1", number=PHONE[P1])
    assert bookings.confirm(tx, profile, now, held.id, holder="call/1", number=PHONE[P1]) == first
    assert accounts.account(tx, P1) == Account(5000, 2000)
    assert len(texts(tx)) == 1


def test_nobody_confirms_anothers_hold(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    slot = slot_at(tx, profile, now, TUESDAY, "08:30")
    held = holds.hold(tx, profile, now, slot, P1, holder="call/1", channel="voice")
    with pytest.raises(HoldLost):
        bookings.confirm(tx, profile, now, held.id, holder="call/2")


def test_too_little_money_books_nothing_and_says_how_much_is_missing(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    slot = slot_at(tx, profile, now, TUESDAY, "08:30")
    held = holds.hold(tx, profile, now, slot, P2, holder="call/1", channel="voice")
    with pytest.raises(NotEnoughMoney) as refusal:
        bookings.confirm(tx, profile, now, held.id, holder="call/1", number=PHONE[P2])
    assert (refusal.value.missing_cents, refusal.value.available_cents) == (1700, 300)
    assert (texts(tx), events(tx), records.of_patient(tx, profile, now, P2)) == ([], [], [])
    paid_there = bookings.confirm(tx, profile, now, held.id, holder="call/1", pay_at_desk=True)
    assert (paid_there.state, paid_there.fee_is_held) == ("booked", False)
    assert accounts.account(tx, P2) == Account(300, 0)


def test_who_has_no_account_pays_at_the_desk(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"), P3)
    assert not visit.fee_is_held


def test_two_holds_of_one_person_for_a_day_become_one_visit(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    mine = [
        holds.hold(tx, profile, now, slot_at(tx, profile, now, TUESDAY, at), P1, holder=holder, channel="voice")
        for at, holder in (("08:30", "call/1"), ("09:00", "dialogue/1"))
    ]
    visit = bookings.confirm(tx, profile, now, mine[0].id, holder="call/1")
    with pytest.raises(AlreadyBookedThatDay) as refusal:
        bookings.confirm(tx, profile, now, mine[1].id, holder="dialogue/1")
    assert refusal.value.booking.id == visit.id


def test_the_database_itself_refuses_to_sell_a_slot_twice(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    row = dict(tx.execute(select(rows).where(rows.c.id == visit.id)).one()._mapping)
    forged = {**row, "id": None, "code": "000000", "patient_id": P4, "holder": "call/2"}
    with pytest.raises(IntegrityError, match="slot_key"):
        tx.execute(insert(rows).values(forged))
    with pytest.raises(IntegrityError, match="patient_id"):
        tx.execute(insert(rows).values({**forged, "slot_key": "other", "patient_id": P1}))


def test_of_two_visits_only_the_chosen_one_is_cancelled(  # S17
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    wang = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"), holder="call/1")
    zhao_slot = slot_at(tx, profile, now, WEDNESDAY, "09:00", ZHAO)
    zhao = book(tx, profile, now, zhao_slot, holder="call/2")
    assert records.of_patient(tx, profile, now, P1) == [wang, zhao]
    cancelled = cancel(tx, profile, now + timedelta(minutes=30), zhao)
    assert (cancelled.state, cancelled.fee_is_held) == ("cancelled", False)
    assert records.of_patient(tx, profile, now, P1) == [wang]
    assert zhao_slot in schedule.free_slots(tx, profile, now, WEDNESDAY)
    assert accounts.account(tx, P1) == Account(5000, 2000)
    assert texts(tx)[-1] == "【湖滨诊所】已取消3月4日周三09:00外科赵医生的预约。"
    assert len(texts(tx, "withdrawn")) == 1, "its confirmation had not left yet"
    assert events(tx)[-1] == ("cancelled", "voice", "call/2")


def test_a_reminder_for_a_cancelled_visit_is_withdrawn(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, WEDNESDAY, "08:30"))
    reminder = {"number": PHONE[P1], "body": "tomorrow", "purpose": "notice", "booking_id": visit.id}
    tx.execute(insert(outbox).values(**reminder, created_at=now, state="queued"))
    cancel(tx, profile, now, visit)
    assert "tomorrow" in texts(tx, "withdrawn")


def test_a_second_cancellation_is_told_apart(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    cancel(tx, profile, now, visit)
    with pytest.raises(AlreadyCancelled) as refusal:
        cancel(tx, profile, now, visit)
    assert refusal.value.booking.id == visit.id
    assert accounts.account(tx, P1) == Account(5000, 0)


def test_after_the_cut_off_only_staff_cancels(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    five = now.replace(hour=17)
    with pytest.raises(TooLateToCancel) as refusal:
        cancel(tx, profile, five, visit)
    assert refusal.value.cut_off == five
    assert cancel(tx, profile, five, visit, by_staff=True).state == "cancelled"
    assert accounts.account(tx, P1) == Account(5000, 0)


def test_cancelled_one_second_before_the_cut_off(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    assert cancel(tx, profile, now.replace(hour=16, minute=59, second=59), visit).state == "cancelled"


def test_a_cancelled_day_can_be_booked_again(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    slot = slot_at(tx, profile, now, TUESDAY, "08:30")
    cancel(tx, profile, now, book(tx, profile, now, slot))
    assert book(tx, profile, now, slot, holder="call/3").state == "booked"


def test_at_check_in_the_held_fee_is_charged_once(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    for _ in range(2):
        assert bookings.check_in(tx, now, visit.id, channel="desk", cause="desk/chen").state == "arrived"
    assert accounts.account(tx, P1) == Account(3000, 0)


def test_who_has_come_can_no_longer_cancel_not_even_at_the_desk(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    bookings.check_in(tx, now, visit.id, channel="desk", cause="desk/chen")
    with pytest.raises(NoSuchBooking, match="arrived"):
        cancel(tx, profile, now, visit, by_staff=True)
    assert accounts.account(tx, P1) == Account(3000, 0)


@pytest.mark.parametrize(("policy", "left"), [("release", Account(5000, 0)), ("charge", Account(3000, 0))])
def test_who_does_not_come_loses_the_fee_only_where_the_clinic_says_so(
    tx: Transaction, profile: ClinicProfile, now: datetime, policy: str, left: Account
) -> None:
    profile = replace(profile, no_show_fee=policy)
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    with pytest.raises(NoSuchBooking):  # still to come
        bookings.no_show(tx, profile, now, visit.id, channel="desk", cause="desk/chen")
    evening = now + timedelta(days=1, hours=9)
    for _ in range(2):
        missed = bookings.no_show(tx, profile, evening, visit.id, channel="desk", cause="desk/chen")
        assert (missed.state, missed.fee_is_held) == ("no-show", False)
    assert accounts.account(tx, P1) == left
    assert events(tx)[-1] == ("no-show", "desk", "desk/chen")
    for act in (lambda: cancel(tx, profile, evening, visit), lambda: check_in(tx, evening, visit)):
        with pytest.raises(NoSuchBooking):
            act()


def test_a_booking_is_found_by_its_code_or_its_first_digits_from_its_number(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    assert visit.code
    assert records.by_code(tx, visit.code) == visit
    assert records.by_code(tx, visit.code[:4], PHONE[P1]) == visit
    for code, number in ((visit.code[:4], PHONE[P4]), (visit.code[:4], None), (visit.code[:5], PHONE[P1]), ("", None)):
        with pytest.raises(NoSuchBooking):
            records.by_code(tx, code, number)
    cancel(tx, profile, now, visit)
    assert records.by_code(tx, visit.code[:4], PHONE[P1]).state == "cancelled"


def test_the_first_digits_mean_one_booking_of_a_number(
    tx: Transaction, profile: ClinicProfile, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([482913, 482977, 482913, 555555])
    monkeypatch.setattr("secrets.randbelow", lambda _: next(drawn))
    first = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    second = book(tx, profile, now, slot_at(tx, profile, now, WEDNESDAY, "08:30"), holder="call/2")
    assert (first.code, second.code) == ("482913", "555555")


def test_a_withheld_caller_and_a_landline_get_no_text(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"), number=None)
    book(tx, profile, now, slot_at(tx, profile, now, WEDNESDAY, "08:30"), holder="call/2", number="02161230001")
    assert texts(tx) == []


def test_the_text_channel_answers_itself(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"), notify=False)
    cancel(tx, profile, now, visit, notify=False)
    assert texts(tx) == texts(tx, "withdrawn") == []


def test_a_new_patient_books_like_any_other(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    walk_in = people.register(tx, Name("何新", "He Xin"), now.date().replace(year=1990), number="13800000077")
    number = schedule.next_free(tx, profile, now, Wish(INTERNAL, "general"))[0]
    held = holds.hold(tx, profile, now, number, walk_in.id, holder="desk/8001", channel="desk")
    visit = bookings.confirm(tx, profile, now, held.id, holder="desk/8001", number="13800000077")
    assert (visit.is_by_number, visit.queue_number, visit.channel) == (True, 1, "desk")
    assert texts(tx) == [f"【湖滨诊所】已约3月2日周一内科1号,预约码{visit.code}。"], "today can't be cancelled by text"
