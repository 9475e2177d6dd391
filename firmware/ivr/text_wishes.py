"""A whole wish in one text: "挂号 内科 王医生 周四 8:45", "book Dr Wang thursday 8:45". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from firmware.clinic.roster import GENERAL, SPECIALIST, Department, Doctor
from firmware.ivr.nodes import Plain
from firmware.ivr.text_reading import plain

_WEEKDAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7}
_ENGLISH_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NEAR = {"今天": 0, "今日": 0, "today": 0, "明天": 1, "明日": 1, "tomorrow": 1, "后天": 2, "day after tomorrow": 2}
_TENS = str.maketrans("零一二两三四五六七八九", "01223456789")

_WEEKDAY = re.compile(r"(下)?个?(?:周|星期|礼拜)([一二三四五六日天])")
_ENGLISH_WEEKDAY = re.compile(rf"\b({'|'.join(_ENGLISH_WEEKDAYS)})[a-z]*\b")
_MONTH_DAY = re.compile(r"([0-9]{1,2})月([0-9]{1,2})[日号]?")
_MONTH = f"({'|'.join(_MONTHS)})[a-z]*"
_ENGLISH_DATE = re.compile(rf"\b(?:([0-9]{{1,2}}) {_MONTH}|{_MONTH} ([0-9]{{1,2}}))\b")

_TIME = re.compile(r"(上午|早上|下午|晚上|中午)?([0-9]{1,2})(?::([0-9]{2})|点(半|1刻|3刻|[0-9]{1,2})?分?)\s*(am|pm)?")
_ENGLISH_TIME = re.compile(r"\b([0-9]{1,2}) ?(am|pm)\b")
_CHINESE_NUMBER = re.compile(r"[二三四五]?十[一二三四五六七八九]?|[零一二两三四五六七八九]")
_A_DOCTOR = re.compile(r"(\S+?)(?:医生|大夫|主任)|(?:dr|doctor)\.? ?([a-z]+)")
_KINDS = {"专家": SPECIALIST, "specialist": SPECIALIST, "普通": GENERAL, "general": GENERAL}
_QUARTERS = {"半": 30, "1刻": 15, "3刻": 45, None: 0}


def read_wish(text: str, departments: Sequence[Department], doctors: Sequence[Doctor], today: date) -> dict[str, Plain]:
    """What the text names, as a dialogue remembers it: department, doctor, kind, day, time, unknown_doctor."""
    words = plain(text)
    doctor = _named(words, ((each.id, each.aliases) for each in doctors))
    wish: dict[str, Plain] = {
        "department": _named(words, ((each.id, each.aliases) for each in departments)),
        "doctor": doctor,
        "kind": next((kind for word, kind in _KINDS.items() if word in words), None),
        "unknown_doctor": True if doctor is None and _A_DOCTOR.search(words) else None,
    }
    day, time = read_day(words, today), read_time(words)
    return {**wish, "day": day.isoformat() if day else None, "time": time}


def read_day(words: str, today: date) -> date | None:
    """The day that is named, never one in the past; None if there is none or it does not exist."""
    for name in sorted(_NEAR, key=len, reverse=True):
        if name in words:
            return today + timedelta(days=_NEAR[name])
    if match := _WEEKDAY.search(words):
        return _weekday(_WEEKDAYS[match[2]], today, is_next_week=match[1] is not None)
    if match := _MONTH_DAY.search(words):
        return _date(int(match[1]), int(match[2]), today)
    if match := _ENGLISH_DATE.search(words):
        month = _MONTHS.index(match[2] or match[3]) + 1
        return _date(month, int(match[1] or match[4]), today)
    if match := _ENGLISH_WEEKDAY.search(words):
        return _weekday(_ENGLISH_WEEKDAYS.index(match[1]) + 1, today, is_next_week="next " in words)
    return None


def read_time(words: str) -> str | None:
    """The time of day that is named, as "08:45"."""
    digits = _MONTH_DAY.sub(" ", _WEEKDAY.sub(" ", words))
    if "点" in digits:
        digits = _CHINESE_NUMBER.sub(lambda found: str(_chinese_number(found[0])), digits)
    if match := _TIME.search(digits):
        half, hour, minute, quarter, english = match.groups()
        minutes = int(minute) if minute else _QUARTERS[quarter] if quarter in _QUARTERS else int(quarter)
        return _clock(int(hour), minutes, half in ("下午", "晚上") or english == "pm")
    if match := _ENGLISH_TIME.search(words):
        return _clock(int(match[1]), 0, match[2] == "pm")
    return None


def _named(words: str, candidates: Iterable[tuple[int, Sequence[str]]]) -> int | None:
    """Whose alias stands in the text; the longest alias wins. A single letter counts only as a word of its own."""
    tokens = set(re.split(r"[\s,，、.]+", words))
    found = [
        (len(alias), which)
        for which, aliases in candidates
        for alias in map(str.lower, aliases)
        if alias in tokens or (len(alias) > 1 and not alias.isascii() and alias in words)
    ]
    return max(found)[1] if found else None


def _weekday(weekday: int, today: date, is_next_week: bool) -> date:
    if is_next_week:
        return today + timedelta(days=7 - today.isoweekday() + weekday)
    return today + timedelta(days=(weekday - today.isoweekday()) % 7)


def _date(month: int, day: int, today: date) -> date | None:
    for year in (today.year, today.year + 1):
        try:
            named = date(year, month, day)
        except ValueError:
            continue
        if named >= today:
            return named
    return None


def _clock(hour: int, minute: int, is_afternoon: bool) -> str | None:
    hour += 12 if is_afternoon and hour < 12 else 0
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def _chinese_number(text: str) -> int:
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return int(text.translate(_TENS))
    return int(tens.translate(_TENS) or 1) * 10 + int(ones.translate(_TENS) or 0)
