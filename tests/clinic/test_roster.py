"""Slots are wall time: both clock-change nights in Berlin, where a night clinic would meet them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.clinic import roster
from firmware.clinic.profile import read_profile
from firmware.clinic.roster import Department, Session
from firmware.language.values import Name

BERLIN = ZoneInfo("Europe/Berlin")
SPRING = date(2026, 3, 29)  # 02:00 becomes 03:00
AUTUMN = date(2026, 10, 25)  # 03:00 becomes 02:00


def session(
    begins: str = "01:00", ends: str = "04:00", minutes: int | None = 30, capacity: int | None = None
) -> Session:
    return Session(
        id=1,
        department=Department(1, 1, Name("急诊", "Emergency")),
        doctor=None,
        kind="general",
        weekday=7,
        begins=time.fromisoformat(begins),
        ends=time.fromisoformat(ends),
        slot_minutes=minutes,
        capacity=capacity,
        fee_cents=0,
    )


def times(day: date, zone: ZoneInfo = BERLIN) -> list[str]:
    return [f"{slot.begins:%H:%M}" for slot in roster.slots(session(), day, zone)]


def test_an_ordinary_night_has_every_half_hour() -> None:
    assert times(date(2026, 3, 22)) == ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]


def test_in_spring_nobody_is_booked_into_the_hour_that_does_not_exist() -> None:
    assert times(SPRING) == ["01:00", "01:30", "03:00", "03:30"]


def test_in_autumn_the_hour_that_comes_twice_is_sold_once() -> None:
    slots = roster.slots(session(), AUTUMN, BERLIN)
    assert [f"{slot.begins:%H:%M}" for slot in slots] == ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]
    assert len({slot.key for slot in slots}) == len(slots)


def test_in_autumn_a_slot_is_over_at_its_first_pass() -> None:
    half_past_two = roster.slots(session(), AUTUMN, BERLIN)[3]
    assert roster.last_moment(half_past_two, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_wall_times_move_against_utc_over_both_nights() -> None:
    for day, hours in ((SPRING, 23), (AUTUMN, 25)):
        noons = [roster.instant(each, time(12), BERLIN) for each in (day - timedelta(days=1), day)]
        assert noons[1] - noons[0] == timedelta(hours=hours)


def test_the_cut_off_stays_at_five_on_the_clinics_clock() -> None:
    profile = read_profile({"name": {"en": "Nachtklinik"}, "zone": "Europe/Berlin"})
    assert profile.cut_off(SPRING) == datetime(2026, 3, 28, 16, 0, tzinfo=UTC)
    assert profile.cut_off(SPRING + timedelta(days=1)) == datetime(2026, 3, 29, 15, 0, tzinfo=UTC)
    assert profile.cut_off(AUTUMN) == datetime(2026, 10, 24, 15, 0, tzinfo=UTC)
    assert profile.cut_off(AUTUMN + timedelta(days=1)) == datetime(2026, 10, 25, 16, 0, tzinfo=UTC)


def test_a_number_series_gives_each_number_once_and_lasts_until_its_end() -> None:
    slots = roster.slots(session(minutes=None, capacity=3), SPRING, BERLIN)
    assert [slot.number for slot in slots] == [1, 2, 3]
    assert roster.last_moment(slots[0], BERLIN) == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)


def test_a_rest_too_short_for_a_slot_is_no_slot() -> None:
    assert [f"{s.begins:%H:%M}" for s in roster.slots(session("08:00", "09:10"), SPRING, BERLIN)] == ["08:00", "08:30"]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"])
@given(day=st.dates(date(2020, 1, 1), date(2035, 12, 31)), minutes=st.integers(5, 120))
def test_every_slot_exists_once_on_the_clock_and_in_order(zone: str, day: date, minutes: int) -> None:
    clock = ZoneInfo(zone)
    slots = roster.slots(session("00:00", "23:59", minutes), day, clock)
    moments = [roster.instant(slot.day, slot.begins, clock) for slot in slots]
    assert [moment.astimezone(clock).time() for moment in moments] == [slot.begins for slot in slots]
    assert moments == sorted(set(moments))
    assert len({slot.key for slot in slots}) == len({slot.id for slot in slots}) == len(slots)
