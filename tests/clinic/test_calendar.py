"""When people are at the desk: the week, the days unlike it, and the switch that closes now."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.clinic import calendar
from firmware.clinic.calendar import SpecialDay
from firmware.clinic.errors import NotOpen
from firmware.clinic.profile import ClinicProfile
from firmware.storage.ledger import Transaction
from tests.clinic.conftest import MONDAY_9, SHANGHAI

SATURDAY, SUNDAY, MONDAY = date(2026, 2, 14), date(2026, 2, 15), date(2026, 2, 16)
MORNING = ((time(8), time(12)),)
DAY = (*MORNING, (time(14), time(17, 30)))
HOUR = timedelta(hours=1)


@pytest.fixture
def profile(profile: ClinicProfile) -> ClinicProfile:
    """The sample clinic with a rest at noon, and no Saturday."""
    return replace(profile, hours=(DAY,) * 5 + ((), ()))


def at(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI)


class TestDays:
    def test_the_week_holds_where_the_calendar_says_nothing(self, tx: Transaction, profile: ClinicProfile) -> None:
        assert calendar.is_open(tx, profile, datetime(2026, 2, 16, 0, 0, tzinfo=UTC)), "eight at the clinic"
        assert not calendar.is_open(tx, profile, at(MONDAY, "12:00"))
        assert not calendar.is_open(tx, profile, at(SATURDAY, "10:00"))
        assert calendar.spans_on(tx, profile, MONDAY) == DAY

    def test_a_holiday_is_closed_and_a_make_up_day_is_open(self, tx: Transaction, profile: ClinicProfile) -> None:
        calendar.put(tx, SpecialDay(MONDAY, (), "Spring Festival"))
        calendar.put(tx, SpecialDay(SATURDAY, MORNING))
        assert not calendar.is_open(tx, profile, at(MONDAY, "10:00"))
        assert calendar.is_open(tx, profile, at(SATURDAY, "10:00"))
        assert not calendar.is_open(tx, profile, at(SATURDAY, "14:30"))
        assert calendar.between(tx, SATURDAY, MONDAY) == {
            SATURDAY: SpecialDay(SATURDAY, MORNING),
            MONDAY: SpecialDay(MONDAY, (), "Spring Festival"),
        }

    def test_what_is_put_last_counts_and_can_be_taken_away(self, tx: Transaction, profile: ClinicProfile) -> None:
        calendar.put(tx, SpecialDay(MONDAY, ()))
        calendar.put(tx, SpecialDay(MONDAY, MORNING, "half a day"))
        assert calendar.remove(tx, MONDAY) == SpecialDay(MONDAY, MORNING, "half a day")
        assert calendar.remove(tx, MONDAY) is None
        assert calendar.spans_on(tx, profile, MONDAY) == DAY


class TestNextOpening:
    @pytest.mark.parametrize(
        ("now", "opens"),
        [
            (at(MONDAY, "07:59"), at(MONDAY, "08:00")),
            (at(MONDAY, "08:00"), at(MONDAY, "14:00")),
            (at(MONDAY, "12:30"), at(MONDAY, "14:00")),
            (at(MONDAY, "22:00"), at(MONDAY + timedelta(days=1), "08:00")),
            (at(date(2026, 2, 13), "17:30"), at(MONDAY, "08:00")),
        ],
    )
    def test_it_is_the_next_beginning(
        self, tx: Transaction, profile: ClinicProfile, now: datetime, opens: datetime
    ) -> None:
        assert calendar.next_opening(tx, profile, now) == opens

    def test_holidays_and_make_up_days_count(self, tx: Transaction, profile: ClinicProfile) -> None:
        calendar.put(tx, SpecialDay(MONDAY, ()))
        friday_night = at(date(2026, 2, 13), "20:00")
        assert calendar.next_opening(tx, profile, friday_night) == at(date(2026, 2, 17), "08:00")
        calendar.put(tx, SpecialDay(SATURDAY, ((time(9), time(11)),)))
        assert calendar.next_opening(tx, profile, friday_night) == at(SATURDAY, "09:00")

    def test_a_clinic_without_hours_never_opens(self, tx: Transaction, profile: ClinicProfile) -> None:
        assert calendar.next_opening(tx, replace(profile, hours=((),) * 7), MONDAY_9) is None

    def test_it_is_the_wall_clock_that_opens(self, tx: Transaction, profile: ClinicProfile) -> None:
        """In Berlin the clock is put forward in the night before Sunday, 29 March."""
        berlin = replace(profile, zone=ZoneInfo("Europe/Berlin"), hours=(MORNING,) * 7)
        saturday_noon = datetime(2026, 3, 28, 12, tzinfo=UTC)
        assert calendar.next_opening(tx, berlin, saturday_noon) == datetime(2026, 3, 29, 6, tzinfo=UTC)


class TestClosedNow:
    def test_it_holds_until_the_next_opening_and_no_longer(self, tx: Transaction, profile: ClinicProfile) -> None:
        closure = calendar.close_now(tx, profile, at(MONDAY, "16:00"), "mei")
        assert (closure.by, closure.opens_at) == ("mei", at(MONDAY + timedelta(days=1), "08:00"))
        assert calendar.closure(tx, profile, at(MONDAY, "17:29")) == closure
        assert not calendar.is_open(tx, profile, at(MONDAY, "17:29"))
        assert calendar.is_open(tx, profile, at(MONDAY + timedelta(days=1), "08:00"))
        assert calendar.closure(tx, profile, at(MONDAY + timedelta(days=1), "08:00")) is None

    def test_a_morning_that_was_closed_does_not_close_the_afternoon(
        self, tx: Transaction, profile: ClinicProfile
    ) -> None:
        assert calendar.close_now(tx, profile, at(MONDAY, "11:00"), "mei").opens_at == at(MONDAY, "14:00")
        assert calendar.is_open(tx, profile, at(MONDAY, "14:00"))

    def test_it_can_be_taken_back_once(self, tx: Transaction, profile: ClinicProfile) -> None:
        calendar.close_now(tx, profile, at(MONDAY, "09:00"), "mei")
        assert calendar.open_again(tx, at(MONDAY, "09:30"), "lan")
        assert calendar.is_open(tx, profile, at(MONDAY, "09:30"))
        assert not calendar.open_again(tx, at(MONDAY, "09:31"), "lan")

    def test_closed_twice_the_first_counts(self, tx: Transaction, profile: ClinicProfile) -> None:
        first = calendar.close_now(tx, profile, at(MONDAY, "09:00"), "mei")
        assert calendar.close_now(tx, profile, at(MONDAY, "09:05"), "lan") == first
        assert calendar.open_again(tx, at(MONDAY, "09:30"), "lan")
        assert calendar.is_open(tx, profile, at(MONDAY, "09:30"))

    def test_the_newest_closing_counts(self, tx: Transaction, profile: ClinicProfile) -> None:
        tuesday = MONDAY + timedelta(days=1)
        calendar.close_now(tx, profile, at(MONDAY, "16:00"), "mei")
        assert calendar.close_now(tx, profile, at(tuesday, "16:00"), "lan").by == "lan"
        assert not calendar.is_open(tx, profile, at(tuesday, "16:01"))

    def test_what_is_not_open_cannot_be_closed(self, tx: Transaction, profile: ClinicProfile) -> None:
        with pytest.raises(NotOpen) as refusal:
            calendar.close_now(tx, profile, at(MONDAY, "12:30"), "mei")
        assert refusal.value.opens_at == at(MONDAY, "14:00")
        assert calendar.is_open(tx, profile, at(MONDAY, "14:00"))


_times = st.times(min_value=time(0), max_value=time(23, 59)).map(lambda each: each.replace(second=0, microsecond=0))


@given(st.lists(_times, max_size=6, unique=True))
def test_hours_are_read_as_they_were_written(moments: list[time]) -> None:
    ordered = sorted(moments)
    spans = tuple(zip(ordered[::2], ordered[1::2], strict=False))
    assert calendar.read_spans(calendar.write_spans(spans)) == spans
