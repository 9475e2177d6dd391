"""The week as the desk sees it: who is there, how full, who is away, what is extra."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from firmware.clinic import closing, holds, schedule
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.schedule import Wish
from firmware.clinic.week import HalfDay, half_days, monday_of
from firmware.storage.ledger import Transaction
from tests.clinic.visits import LI, P1, P2, TUESDAY, WANG, book, slot_at

MONDAY = date(2026, 3, 2)
SUNDAY = date(2026, 3, 8)


def of_wang(tx: Transaction, profile: ClinicProfile, now: datetime, day: date = TUESDAY) -> HalfDay:
    week = half_days(tx, profile, now, monday_of(day))
    return next(each for each in week if each.day == day and each.session.doctor and each.session.doctor.id == WANG)


def test_a_week_has_every_half_day_and_nothing_on_sunday(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    week = half_days(tx, profile, now, MONDAY)
    assert len(week) == 5 * 7 + 5
    assert not [each for each in week if each.day == SUNDAY]
    assert [each.day for each in week] == sorted(each.day for each in week)


def test_who_booked_counts_and_who_only_holds_takes_a_place(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    held = slot_at(tx, profile, now, TUESDAY, "08:45")
    holds.hold(tx, profile, now, held, P2, holder="call/2", channel="voice")
    half = of_wang(tx, profile, now)
    assert (half.slots, half.booked, half.free) == (12, 1, 10)
    later = now + timedelta(seconds=profile.hold_s + 1)
    assert of_wang(tx, profile, later).free == 11


def test_what_is_past_or_too_far_is_not_on_offer(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    assert of_wang(tx, profile, now + timedelta(days=2)).free is None
    assert of_wang(tx, profile, now, TUESDAY + timedelta(days=28)).free is None
    assert of_wang(tx, profile, now, MONDAY).free == 9  # it is nine: 08:30, 08:45 and 09:00 have begun


def test_a_doctor_away_stays_on_the_page_as_away(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"), P1)
    closing.close(tx, TUESDAY, Wish(doctor_id=WANG), "training")
    half = of_wang(tx, profile, now)
    assert (half.is_off, half.reason, half.booked, half.free) == (True, "training", 1, None)


def test_an_extra_half_day_is_marked(tx: Transaction, profile: ClinicProfile, now: datetime) -> None:
    li = next(each for each in schedule.all_doctors(tx) if each.id == LI)
    times = {"begins": time(9), "ends": time(10)}
    closing.add_extra(tx, SUNDAY, li, kind="general", **times, slot_minutes=30, capacity=None, fee_cents=0)
    (extra,) = [each for each in half_days(tx, profile, now, MONDAY) if each.is_extra]
    assert (extra.day, extra.slots, extra.free) == (SUNDAY, 2, 2)
    assert not [each for each in half_days(tx, profile, now, SUNDAY + timedelta(days=1)) if each.is_extra]
