"""Days unlike the week: planned, looked at, carried out and taken back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from firmware.clinic import day_plans, holds, schedule
from firmware.clinic.day_plans import AFTERNOON, MORNING, HasVisits, Plan
from firmware.clinic.errors import SlotOff
from firmware.clinic.profile import ClinicProfile
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Transaction
from tests.clinic.visits import P1, P2, TUESDAY, WANG, ZHAO, book, slot_at

MONDAY = date(2026, 3, 2)
WEEK = timedelta(days=7)
SUNDAY = date(2026, 3, 8)


def away(tx: Transaction, doctor: int = WANG, first: date = TUESDAY, last: date = TUESDAY, part: str = "day") -> Plan:
    return day_plans.absence(tx, first, last, Wish(doctor_id=doctor), part)


def test_a_plan_alone_changes_nothing_and_names_who_is_touched(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    plan = away(tx)
    assert [each.id for each in day_plans.affected(tx, profile, plan)] == [visit.id]
    assert schedule.on_duty(tx, TUESDAY, Wish(doctor_id=WANG))


def test_once_carried_out_nobody_new_gets_in_and_the_visit_stands(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    visit = book(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "08:30"))
    free = slot_at(tx, profile, now, TUESDAY, "09:00")
    holds.hold(tx, profile, now, slot_at(tx, profile, now, TUESDAY, "09:15"), P2, holder="call/2", channel="voice")
    day_plans.carry_out(tx, away(tx), "ill")
    with pytest.raises(SlotOff):
        holds.hold(tx, profile, now, free, P2, holder="call/3", channel="voice")
    assert visit.is_live
    assert away(tx).is_empty  # a second time there is nothing left to do


def test_half_days_and_spans(tx: Transaction) -> None:
    assert [each.session.begins.hour for each in away(tx, ZHAO, part=MORNING).off] == [8]
    assert [each.session.begins.hour for each in away(tx, ZHAO, part=AFTERNOON).off] == [14]
    assert len(away(tx, ZHAO, MONDAY, SUNDAY).off) == 12
    assert len(day_plans.absence(tx, TUESDAY, TUESDAY, Wish()).off) == 7
    assert away(tx, ZHAO, TUESDAY, MONDAY).is_empty


def test_taking_back_opens_only_what_this_plan_closed(tx: Transaction) -> None:
    day_plans.carry_out(tx, away(tx))
    done = day_plans.carry_out(tx, day_plans.absence(tx, TUESDAY, TUESDAY, Wish()))
    assert len(done.off) == 6
    undone = day_plans.take_back(tx, done)
    assert len(schedule.on_duty(tx, TUESDAY)) == 6
    assert not schedule.on_duty(tx, TUESDAY, Wish(doctor_id=WANG))
    assert day_plans.take_back(tx, undone).off == done.off


def test_a_make_up_day_is_worked_like_another_weekday(tx: Transaction) -> None:
    plan = day_plans.make_up_day(tx, SUNDAY, 1)
    assert len(plan.extra) == 7
    day_plans.carry_out(tx, plan)
    assert len(schedule.on_duty(tx, SUNDAY)) == 7
    assert not schedule.on_duty(tx, SUNDAY + WEEK)
    assert day_plans.make_up_day(tx, SUNDAY, 1).is_empty


def test_a_make_up_saturday_keeps_what_saturday_has(tx: Transaction) -> None:
    added = day_plans.make_up_day(tx, date(2026, 3, 7), 1).extra
    assert sorted(each.session.doctor.name.zh for each in added if each.session.doctor) == ["李医生", "王医生"]


def test_a_week_is_copied_with_its_absences_and_extras(tx: Transaction) -> None:
    day_plans.carry_out(tx, away(tx))
    day_plans.carry_out(tx, day_plans.make_up_day(tx, SUNDAY, 1))
    plan = day_plans.copy_week(tx, MONDAY, MONDAY + WEEK, MONDAY)
    assert ([each.day for each in plan.off], len(plan.extra)) == ([TUESDAY + WEEK], 7)
    done = day_plans.carry_out(tx, plan)
    assert not schedule.on_duty(tx, TUESDAY + WEEK, Wish(doctor_id=WANG))
    assert day_plans.copy_week(tx, MONDAY, MONDAY + WEEK, MONDAY).is_empty
    day_plans.take_back(tx, done)
    assert not schedule.on_duty(tx, SUNDAY + WEEK)
    assert schedule.on_duty(tx, TUESDAY + WEEK, Wish(doctor_id=WANG))


def test_nothing_is_copied_into_the_past(tx: Transaction) -> None:
    day_plans.carry_out(tx, away(tx))
    assert day_plans.copy_week(tx, MONDAY, MONDAY - WEEK, MONDAY).is_empty


def test_an_added_day_that_somebody_booked_is_not_taken_back(
    tx: Transaction, profile: ClinicProfile, now: datetime
) -> None:
    done = day_plans.carry_out(tx, day_plans.make_up_day(tx, SUNDAY, 1))
    book(tx, profile, now, slot_at(tx, profile, now, SUNDAY, "08:30"), P1)
    with pytest.raises(HasVisits):
        day_plans.take_back(tx, done)
