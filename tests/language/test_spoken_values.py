"""Every typed value is said the way people say it, in fragments out of a finite set."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.language.speaking import all_fragments, is_pause, speak
from firmware.language.values import (
    GREATEST_NUMBER,
    LANGUAGES,
    ClockTime,
    Code,
    Day,
    Language,
    Money,
    Name,
    Number,
    Ordinal,
    PhoneNumber,
    Value,
)

MONDAY = date(2026, 3, 2)


def said(value: Value, language: Language) -> str:
    return ("" if language == "zh" else " ").join(speak(value, language))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "零"), (1, "一"), (2, "两"), (7, "七"), (10, "十"), (12, "十二"), (20, "二十"), (22, "二十二"),
        (99, "九十九"),
        (100, "一百"), (101, "一百零一"), (102, "一百零二"), (110, "一百一十"), (115, "一百一十五"), (120, "一百二十"),
        (200, "两百"), (222, "两百二十二"), (999, "九百九十九"),
        (1000, "一千"), (1001, "一千零一"), (1010, "一千零一十"), (1100, "一千一百"), (1110, "一千一百一十"),
        (2000, "两千"), (2002, "两千零二"), (2026, "两千零二十六"), (9999, "九千九百九十九"),
        (10_000, "一万"), (10_001, "一万零一"), (10_010, "一万零一十"), (10_100, "一万零一百"), (11_000, "一万一千"),
        (20_000, "两万"), (22_222, "两万两千两百二十二"), (100_000, "十万"), (101_000, "十万一千"), (120_000, "十二万"),
        (200_000, "二十万"), (1_000_000, "一百万"), (1_050_000, "一百零五万"), (2_000_000, "两百万"),
        (10_000_000, "一千万"), (20_000_002, "两千万零二"), (99_999_999, "九千九百九十九万九千九百九十九"),
        (-3, "负三"),
    ],
)  # fmt: skip
def test_chinese_counts(number: int, words: str) -> None:
    assert said(Number(number), "zh") == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"), (2, "two"), (13, "thirteen"), (40, "forty"), (42, "forty-two"), (100, "one hundred"),
        (105, "one hundred and five"), (342, "three hundred and forty-two"), (1000, "one thousand"),
        (1001, "one thousand and one"), (1100, "one thousand one hundred"), (20_000, "twenty thousand"),
        (100_000, "one hundred thousand"), (1_000_000, "one million"),
        (12_345_678, "twelve million three hundred and forty-five thousand six hundred and seventy-eight"),
        (-3, "minus three"),
    ],
)  # fmt: skip
def test_english_counts(number: int, words: str) -> None:
    assert said(Number(number), "en") == words


@pytest.mark.parametrize(
    ("value", "chinese", "english"),
    [
        (Ordinal(7), "七号", "number seven"),
        (Ordinal(2), "二号", "number two"),
        (Ordinal(102), "一百零二号", "number one hundred and two"),
        (Money(500), "五元", "five yuan"),
        (Money(200), "两元", "two yuan"),
        (Money(2000), "二十元", "twenty yuan"),
        (Money(550), "五元五角", "five yuan fifty"),
        (Money(1234), "十二元三角四分", "twelve yuan thirty-four"),
        (Money(505), "五元零五分", "five yuan and five fen"),
        (Money(50), "五角", "fifty fen"),
        (Money(3), "三分", "three fen"),
        (Money(0), "零元", "zero yuan"),
        (Money(-1050), "负十元五角", "minus ten yuan fifty"),
        (Code("482913"), "四八二，九幺三", "four eight two , nine one three"),
        (Code("4829"), "四八二九", "four eight two nine"),
        (Code("100016"), "幺零零，零幺六", "one zero zero , zero one six"),
        (Code("1"), "一", "one"),
        (Code("2"), "二", "two"),
        (Code("*"), "星号", "star"),
        (Code("#"), "井号", "hash"),
        (
            PhoneNumber("13800000001"),
            "幺三八，零零零零，零零零幺",
            "one three eight , zero zero zero zero , zero zero zero one",
        ),
        (
            PhoneNumber("02161230001"),
            "零二幺，六幺二三，零零零幺",
            "zero two one , six one two three , zero zero zero one",
        ),
        (PhoneNumber("+441"), "加四四幺", "plus four four one"),
        (PhoneNumber("110"), "幺幺零", "one one zero"),
        (Name("王医生", "Doctor Wang"), "王医生", "Doctor Wang"),
        (Name("王医生", ""), "王医生", "王医生"),
    ],
)
def test_values_as_people_say_them(value: Value, chinese: str, english: str) -> None:
    assert said(value, "zh") == chinese
    assert said(value, "en") == english


@pytest.mark.parametrize(
    ("moment", "chinese", "english"),
    [
        (time(8, 30), "上午八点半", "eight thirty a.m."),
        (time(8, 15), "上午八点十五分", "eight fifteen a.m."),
        (time(8, 0), "上午八点", "eight a.m."),
        (time(14, 0), "下午两点", "two p.m."),
        (time(14, 5), "下午两点零五分", "two oh five p.m."),
        (time(12, 0), "中午十二点", "twelve noon"),
        (time(12, 45), "中午十二点四十五分", "twelve forty-five p.m."),
        (time(0, 0), "凌晨零点", "twelve midnight"),
        (time(0, 30), "凌晨零点半", "twelve thirty a.m."),
        (time(2, 10), "凌晨两点十分", "two ten a.m."),
        (time(6, 50), "早上六点五十分", "six fifty a.m."),
        (time(20, 1), "晚上八点零一分", "eight oh one p.m."),
        (time(23, 59), "晚上十一点五十九分", "eleven fifty-nine p.m."),
    ],
)
def test_times_of_day(moment: time, chinese: str, english: str) -> None:
    assert said(ClockTime(moment), "zh") == chinese
    assert said(ClockTime(moment), "en") == english


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        (Day(date(2026, 3, 3)), "三月三号星期二", "Tuesday the third of March"),
        (Day(date(2026, 3, 3), MONDAY), "明天三月三号星期二", "tomorrow Tuesday the third of March"),
        (Day(MONDAY, MONDAY), "今天三月二号星期一", "today Monday the second of March"),
        (Day(date(2026, 3, 4), MONDAY), "后天三月四号星期三", "Wednesday the fourth of March"),
        (Day(date(2026, 3, 1), MONDAY), "三月一号星期日", "Sunday the first of March"),
        (Day(date(2026, 10, 31), MONDAY), "十月三十一号星期六", "Saturday the thirty-first of October"),
        (Day(date(2026, 11, 30), MONDAY), "十一月三十号星期一", "Monday the thirtieth of November"),
        (
            Day(date(2027, 12, 12), MONDAY),
            "二零二七年十二月十二号星期日",
            "Sunday the twelfth of December twenty twenty-seven",
        ),
        (Day(date(1905, 6, 1), MONDAY), "一九零五年六月一号星期四", "Thursday the first of June nineteen oh five"),
        (Day(date(2000, 2, 1), MONDAY), "二零零零年二月一号星期二", "Tuesday the first of February two thousand"),
        (Day(date(1900, 1, 1), MONDAY), "一九零零年一月一号星期一", "Monday the first of January nineteen hundred"),
        (
            Day(date(2008, 8, 8), MONDAY),
            "二零零八年八月八号星期五",
            "Friday the eighth of August two thousand and eight",
        ),
    ],
)  # fmt: skip
def test_days(day: Day, chinese: str, english: str) -> None:
    assert said(day, "zh") == chinese
    assert said(day, "en") == english


def test_a_date_comes_in_pieces_that_staff_can_record() -> None:
    assert speak(Day(date(2026, 3, 3)), "zh") == ["三月", "三号", "星期二"]
    assert speak(Day(date(2026, 3, 3)), "en") == ["Tuesday", "the third", "of March"]


ANY_DAY = st.dates(date(1900, 1, 1), date(2099, 12, 31))
ANY_VALUE: st.SearchStrategy[Value] = st.one_of(
    st.integers(-GREATEST_NUMBER, GREATEST_NUMBER).map(Number),
    st.integers(0, GREATEST_NUMBER).map(Ordinal),
    st.builds(Day, ANY_DAY, st.none() | ANY_DAY),
    st.times().map(ClockTime),
    st.integers(-GREATEST_NUMBER * 100, GREATEST_NUMBER * 100).map(Money),
    st.from_regex(r"[0-9]{1,32}|\*|#", fullmatch=True).map(Code),
    st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True).map(PhoneNumber),
)


@pytest.mark.parametrize("language", LANGUAGES)
@given(value=ANY_VALUE)
def test_whatever_the_value_is_staff_can_have_recorded_it(language: Language, value: Value) -> None:
    fragments = [each for each in speak(value, language) if not is_pause(each)]
    assert fragments
    assert set(fragments) <= set(all_fragments(language))


@given(st.integers(0, GREATEST_NUMBER))
def test_chinese_numbers_mean_what_they_say(number: int) -> None:
    assert _meaning("".join(speak(Number(number), "zh"))) == number


@given(st.from_regex(r"[0-9]{2,32}", fullmatch=True))
def test_no_digit_of_a_code_is_lost_and_no_group_is_a_single_digit(digits: str) -> None:
    groups = "".join(speak(Code(digits), "zh")).split("，")
    assert "".join(groups).translate(str.maketrans("零幺二三四五六七八九", "0123456789")) == digits
    assert all(2 <= len(group) <= 4 for group in groups)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_set_to_record_is_small_and_has_no_double(language: Language) -> None:
    fragments = all_fragments(language)
    assert len(fragments) == len(set(fragments)) < 330


@pytest.mark.parametrize(
    "make",
    [
        lambda: Number(GREATEST_NUMBER + 1),
        lambda: Ordinal(-1),
        lambda: Code(""),
        lambda: Code("12a"),
        lambda: Code("１２"),
        lambda: PhoneNumber("+"),
        lambda: PhoneNumber("138 0000"),
        lambda: Name(" ", ""),
    ],
)
def test_a_value_that_nobody_could_say_cannot_be_made(make: object) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=r"."):
        make()


def _meaning(words: str) -> int:
    """The number that Chinese words mean, read by a rule of its own."""
    total = section = digit = 0
    for word in words.replace("两", "二"):
        if word == "万":
            total, section, digit = (section + digit) * 10_000, 0, 0
        elif word in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[word]
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(word)
    return total + section + digit
