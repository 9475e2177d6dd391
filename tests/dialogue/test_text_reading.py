"""What people write, and what it means."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.clinic.roster import Department, Doctor
from firmware.ivr.text_reading import Command, read_answer, read_code, read_command
from firmware.ivr.text_wishes import read_day, read_time, read_wish
from firmware.ivr.turn import Keys, Nothing, Option, WantDigits, WantKey, WantRecording
from firmware.language.catalogue import Prompt
from firmware.language.values import Name

MONDAY = date(2026, 3, 2)
THREE = WantKey(tuple(Option(key, Prompt("x")) for key in "123"))
TWO = WantKey((*(Option(key, Prompt("x")) for key in "12"), Option("0", Prompt("x"), spoken=False)))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("挂号", Command("book")),
        (" 挂号 。", Command("book")),
        ("我想挂号", Command("book")),
        ("挂号内科", Command("book", "内科")),
        ("Book internal", Command("book", "internal")),
        ("bookings", Command("mine")),
        ("booked", None),
        ("取消 4829", Command("cancel", "4829")),
        ("取消4829", Command("cancel", "4829")),
        ("ＣＡＮＣＥＬ ４８２９", Command("cancel", "4829")),
        ("cancelled", None),
        ("查询", Command("mine")),
        ("退订", Command("stop")),
        ("T", Command("stop")),
        ("Stop.", Command("stop")),
        ("STOP 12345", None),
        ("thanks", None),
        ("帮助", Command("help")),
        ("？", Command("help")),
        ("好的", None),
        ("", None),
    ],
)
def test_commands(text: str, command: Command | None) -> None:
    assert read_command(text) == command


@pytest.mark.parametrize(
    ("text", "code"),
    [("4829", "4829"), ("482913", "482913"), ("4829 13", "482913"), ("48291", None), ("号4829", "4829"), ("", None)],
)
def test_codes(text: str, code: str | None) -> None:
    assert read_code(text) == code


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("2", "2"), ("２", "2"), ("二", "2"), ("两", "2"), ("2.", "2"), ("2、", "2"), ("第二个", "2"), ("选2", "2"),
        ("two", "2"), ("2nd", "2"), ("the second one", "2"), ("“2”", "2"), ("返回", "*"), ("人工", "0"), ("*", "*"),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, key: str) -> None:
    assert read_answer(text, THREE, {}) == Keys(key)


def test_yes_and_no_mean_something_only_to_a_question_of_two() -> None:
    assert read_answer("好的", TWO, {}) == Keys("1")
    assert read_answer("不要", TWO, {}) == Keys("2")
    assert read_answer("好的", THREE, {}) == Keys("好的")


def test_a_word_that_fits_two_choices_fits_none() -> None:
    labels = {"1": "08:30 王医生", "2": "08:45 王医生"}
    assert read_answer("王医生", THREE, labels) == Keys("王医生")
    assert read_answer("8:45", THREE, labels) == Keys("2")


@pytest.mark.parametrize(
    ("text", "digits"), [("1948", "1948"), ("１９４８年", "1948"), ("一九四八", "1948"), ("19 48", "1948")]
)
def test_years(text: str, digits: str) -> None:
    assert read_answer(text, WantDigits(4, 4), {}) == Keys(digits)


def test_nobody_speaks_into_a_text() -> None:
    assert read_answer("hello", WantRecording(60), {}) == Nothing()


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("今天", 2), ("明天", 3), ("后天", 4), ("周四", 5), ("星期天", 8), ("下周一", 9), ("礼拜五", 6), ("3月9日", 9),
        ("today", 2), ("tomorrow", 3), ("day after tomorrow", 4), ("thu", 5), ("thursday", 5), ("next monday", 9),
        ("5 mar", 5), ("march 5", 5), ("2月30日", None), ("13月1日", None), ("mars", None), ("内科", None),
    ],
)  # fmt: skip
def test_days(text: str, day: int | None) -> None:
    assert read_day(text, MONDAY) == (day and date(2026, 3, day))


def test_a_day_that_is_over_is_next_years() -> None:
    assert read_day("1月5日", MONDAY) == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("8:45", "08:45"), ("8点45", "08:45"), ("八点半", "08:30"), ("八点三刻", "08:45"), ("八点四十五分", "08:45"),
        ("十点", "10:00"), ("下午2点", "14:00"), ("下午两点一刻", "14:15"), ("2:30 pm", "14:30"), ("3pm", "15:00"),
        ("周四八点三刻", "08:45"), ("3月5日 9:15", "09:15"), ("25:00", None), ("8:61", None), ("内科", None),
    ],
)  # fmt: skip
def test_times(text: str, time: str | None) -> None:
    assert read_time(text) == time


DEPARTMENTS = [
    Department(1, 1, Name("内科", ""), ("内科", "内")),
    Department(3, 3, Name("五官科", ""), ("五官科", "ent")),
]
DOCTORS = [
    Doctor(7, 1, Name("王医生", ""), None, ("王医生", "王", "wang")),
    Doctor(8, 1, Name("李医生", ""), None, ("李医生",)),
]


def test_a_wish_names_what_it_names() -> None:
    wish = read_wish("内科 王医生 周四 8:45", DEPARTMENTS, DOCTORS, MONDAY)
    assert wish == {
        "department": 1, "doctor": 7, "kind": None, "day": "2026-03-05", "time": "08:45", "unknown_doctor": None
    }  # fmt: skip


def test_an_unknown_doctor_is_noticed() -> None:
    assert read_wish("钱医生", DEPARTMENTS, DOCTORS, MONDAY)["unknown_doctor"] is True
    assert read_wish("dr. smith", DEPARTMENTS, DOCTORS, MONDAY)["unknown_doctor"] is True
    assert read_wish("appointment", DEPARTMENTS, DOCTORS, MONDAY)["department"] is None


texts = st.one_of(st.text(max_size=400), st.text("挂号取消周四八点半上下午王医生0123456789:.月日第个 ", max_size=60))


@given(texts)
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    read_command(text)
    read_code(text)
    read_wish(text, DEPARTMENTS, DOCTORS, MONDAY)
    for want in (TWO, THREE, WantDigits(4, 4)):
        read_answer(text, want, {"1": "内科", "2": "外科"})
