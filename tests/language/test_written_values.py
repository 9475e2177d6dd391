"""Written values are short and cannot be misread."""

from __future__ import annotations

from datetime import date, time

import pytest

from firmware.language.values import ClockTime, Code, Day, Money, Name, Number, Ordinal, PhoneNumber, Value
from firmware.language.writing import write

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (Number(12), "12", "12"),
        (Ordinal(7), "7号", "No. 7"),
        (Day(date(2026, 3, 3)), "3月3日周二", "Tue 3 Mar"),
        (Day(date(2026, 3, 3), MONDAY), "3月3日周二", "Tue 3 Mar"),
        (Day(date(2027, 1, 3), MONDAY), "2027年1月3日周日", "Sun 3 Jan 2027"),
        (ClockTime(time(8, 30)), "08:30", "08:30"),
        (ClockTime(time(0, 0)), "00:00", "00:00"),
        (Money(500), "¥5.00", "5.00 yuan"),
        (Money(-5), "-¥0.05", "-0.05 yuan"),
        (Code("482913"), "482913", "482913"),
        (PhoneNumber("13800000001"), "13800000001", "13800000001"),
        (Name("王医生", "Doctor Wang"), "王医生", "Doctor Wang"),
    ],
)
def test_values_in_a_text(value: Value, chinese: str, english: str) -> None:
    assert write(value, "zh") == chinese
    assert write(value, "en") == english
