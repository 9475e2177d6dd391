"""Holidays and make-up workdays put into the calendar, with what they mean for the roster."""

from __future__ import annotations

from datetime import date, timedelta

from firmware.clinic import calendar, closing, day_plans
from firmware.clinic.calendar import SpecialDay
from firmware.clinic.day_plans import Done
from firmware.clinic.profile import ClinicProfile, Spans
from firmware.clinic.records import Booking
from firmware.clinic.schedule import Wish
from firmware.storage.ledger import Transaction

LONGEST_DAYS = 31
REASON_CHARACTERS = 60


def close(tx: Transaction, first: date, last: date, reason: str = "") -> list[Booking]:
    """Nobody is there on these days, and no half-day takes place but those added to the very date. Visits stand until
    somebody cancels them: they are what this returns, soonest first."""
    days = [first + timedelta(days=ahead) for ahead in range(min((last - first).days + 1, LONGEST_DAYS))]
    for day in days:
        calendar.put(tx, SpecialDay(day, (), reason))
    return booked(tx, first, days[-1])


def work_like(tx: Transaction, profile: ClinicProfile, day: date, weekday: int, reason: str = "") -> Done:
    """The day is worked like that ISO weekday, at its hours and with its half-days; which half-days were added."""
    calendar.put(tx, SpecialDay(day, profile.hours[weekday - 1], reason))
    return day_plans.carry_out(tx, day_plans.make_up_day(tx, day, weekday), reason)


def open_at(tx: Transaction, day: date, spans: Spans, reason: str = "") -> None:
    """People are at the desk at these hours; the roster is what it is."""
    calendar.put(tx, SpecialDay(day, spans, reason))


def booked(tx: Transaction, first: date, last: date) -> list[Booking]:
    """The visits of these days, soonest first."""
    days = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return [visit for day in days for visit in closing.affected(tx, day, Wish())]
