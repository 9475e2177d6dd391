"""What a holiday and a make-up workday mean for slots and for who has booked."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, datetime, time, timedelta

import pytest

from firmware.clinic import bookings, calendar, calendar_changes, closing, holds, roster_changes, sample, schedule
from firmware.clinic.errors import HoldLost, NoSuchSlot, SlotOff
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.roster_document import read_roster
from firmware.clinic.week import half_days, monday_of
from firmware.storage.ledger import Transaction
from tests.clinic.visits import LI, P1, P2, TUESDAY, WANG, book, slot_at

SUNDAY = date(2026, 3, 8)
FRIDAY = 5


def test_a_closed_day_has_no_slots_and_those_booked_are_told_of(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    left = slot_at(tx, profile, now, TUESDAY, "08:45")
    assert [each.id for each in calendar_changes.close(tx, TUESDAY, TUESDAY, "flood")] == [visit.id]
    assert schedule.free_slots(tx, profile, now, TUESDAY) == []
    assert TUESDAY not in schedule.days_offered(tx, profile, now)
    with pytest.raises(NoSuchSlot):
        schedule.slot(tx, profile, left.id)
    with pytest.raises(SlotOff):
        holds.hold(tx, profile, now, left, P2, holder="call/2", channel="voice")


def test_who_holds_a_slot_does_not_get_in_any_more(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    slot = slot_at(tx, profile, now, TUESDAY, "08:30")
    held = holds.hold(tx, profile, now, slot, P1, holder="call/1", channel="voice")
    calendar_changes.close(tx, TUESDAY, TUESDAY)
    with pytest.raises(HoldLost):
        bookings.confirm(tx, profile, now, held.id, holder="call/1")


def test_the_week_shows_it_as_off_with_the_reason_and_an_absence_outlives_it(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    closing.close(tx, TUESDAY, schedule.Wish(doctor_id=WANG), "training")
    calendar_changes.close(tx, TUESDAY, TUESDAY, "flood")
    theirs = [each for each in half_days(tx, profile, now, monday_of(TUESDAY)) if each.day == TUESDAY]
    assert {each.reason for each in theirs if each.is_off} == {"flood", "training"}
    assert all(each.is_off and each.free is None for each in theirs)
    calendar.remove(tx, TUESDAY)
    assert len(schedule.on_duty(tx, TUESDAY)) == len(theirs) - 1, "Dr Wang is still away"


def test_a_roster_that_comes_later_opens_no_holiday(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    calendar_changes.close(tx, TUESDAY, TUESDAY)
    document = {part: deepcopy(sample.document()[part]) for part in ("departments", "doctors", "sessions")}
    document["sessions"].append({**document["sessions"][1], "begins": "12:00", "ends": "13:00"})
    roster_changes.put_in_place(tx, profile, now.date(), read_roster(document))
    assert schedule.on_duty(tx, TUESDAY) == []
    assert schedule.on_duty(tx, TUESDAY + timedelta(days=7))


def test_several_days_are_closed_at_once(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    calendar_changes.close(tx, TUESDAY, TUESDAY + timedelta(days=2), "holiday")
    assert len(calendar.between(tx, TUESDAY, TUESDAY + timedelta(days=9))) == 3


def test_a_make_up_day_is_worked_like_its_weekday(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    added = calendar_changes.work_like(tx, profile, SUNDAY, FRIDAY, "for the holiday")
    assert len(added.added) == len(schedule.on_duty(tx, SUNDAY)) == len(schedule.on_duty(tx, date(2026, 3, 6)))
    assert calendar.is_open(tx, profile, datetime.combine(SUNDAY, time(10), profile.zone))
    assert slot_at(tx, profile, now, SUNDAY, "14:00", LI)
    assert not calendar_changes.work_like(tx, profile, SUNDAY, FRIDAY).added, "a second time adds nothing"


def test_a_half_day_added_to_a_holiday_takes_place(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    calendar_changes.close(tx, TUESDAY, TUESDAY)
    li = next(each for each in schedule.all_doctors(tx) if each.id == LI)
    times = {"begins": time(9), "ends": time(10), "slot_minutes": 30, "capacity": None, "fee_cents": 0}
    closing.add_extra(tx, TUESDAY, li, kind="general", **times)  # type: ignore[arg-type]
    slot = slot_at(tx, profile, now, TUESDAY, "09:00", LI)
    held = holds.hold(tx, profile, now, slot, P1, holder="call/1", channel="voice")
    calendar_changes.close(tx, TUESDAY, TUESDAY, "said again")
    assert bookings.confirm(tx, profile, now, held.id, holder="call/1").day == TUESDAY


def test_other_hours_leave_the_roster_alone(tx: Transaction, profile: ClinicProfile) -> None:
    before = schedule.on_duty(tx, TUESDAY)
    calendar_changes.open_at(tx, TUESDAY, ((time(8), time(12)),))
    assert schedule.on_duty(tx, TUESDAY) == before
    assert calendar.spans_on(tx, profile, TUESDAY) == ((time(8), time(12)),)
