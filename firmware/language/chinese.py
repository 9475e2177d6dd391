"""Mandarin: how values are said, in fragments out of a finite set, and how they are written in a text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from firmware.language.digits import code_groups, phone_groups
from firmware.language.values import ClockTime, Code, Day, Money, Name, Number, Ordinal, PhoneNumber, Value, Voice

PAUSE = "，"

_DIGITS = "零一二三四五六七八九"
_CODE_DIGITS = "零幺二三四五六七八九"  # on the telephone 一 is too much like 七
_WEEKDAYS = "一二三四五六日"
_NEAR_DAYS = ("今天", "明天", "后天")
_KEYS = {"*": "星号", "#": "井号"}
_HALF_DAYS = ((5, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (18, "下午"), (24, "晚上"))  # until which hour


def speak(value: Value) -> list[str]:
    """The fragments to say one after the other."""
    match value:
        case Number(number):
            return _signed(number, _count(abs(number)))
        case Ordinal(number):
            return [*_number(number), "号"]
        case Day():
            return _spoken_day(value)
        case ClockTime(moment):
            return [_hour(moment.hour), *([_minute(moment.minute)] if moment.minute else [])]
        case Money(cents):
            return _signed(cents, _money(abs(cents)))
        case Code(digits):
            return _key(digits) if len(digits) == 1 else _spoken_groups(code_groups(digits))
        case PhoneNumber(digits):
            plus = ["加"] if digits.startswith("+") else []
            return plus + _spoken_groups(phone_groups(digits.removeprefix("+")))
        case Name():
            return [value.in_language("zh")]
        case Voice():
            return value.sentences


def write(value: Value) -> str:
    """The value in a text message: short."""
    match value:
        case Number(number):
            return str(number)
        case Ordinal(number):
            return f"{number}号"
        case Day(day):
            year = f"{day.year}年" if value.is_in_another_year else ""
            return f"{year}{day.month}月{day.day}日周{_WEEKDAYS[day.weekday()]}"
        case ClockTime(moment):
            return f"{moment:%H:%M}"
        case Money(cents):
            return f"{'-' if cents < 0 else ''}¥{abs(cents) // 100}.{abs(cents) % 100:02}"
        case Code(digits) | PhoneNumber(digits):
            return digits
        case Name():
            return value.in_language("zh")
        case Voice(text):
            return text


def all_fragments() -> list[str]:
    """Every fragment that a value other than a name can bring, each once."""
    return list(dict.fromkeys(_fragments()))


def _fragments() -> Iterator[str]:
    yield from (_below_100(number) for number in range(100))
    yield from (_below_100(number, is_tail=True) for number in range(10, 20))
    yield from (_hundreds(digit) for digit in range(1, 10))
    yield from (_thousands(digit) for digit in range(1, 10))
    yield from ("两", "万", "零", "负", "号", "元", "加", "年", *_CODE_DIGITS, *_KEYS.values(), *_NEAR_DAYS)
    yield from (f"{_DIGITS[digit]}{unit}" for unit in "角分" for digit in range(1, 10))
    yield from (_month(month) for month in range(1, 13))
    yield from (_day_of_month(day) for day in range(1, 32))
    yield from (f"星期{weekday}" for weekday in _WEEKDAYS)
    yield from (_hour(hour) for hour in range(24))
    yield from (_minute(minute) for minute in range(1, 60))


# ---- numbers ----


def _signed(number: int, words: list[str]) -> list[str]:
    return ["负", *words] if number < 0 else words


def _count(number: int) -> list[str]:
    """A number of things: 2 is 两."""
    return ["两"] if number == 2 else _number(number)


def _number(number: int) -> list[str]:
    """0 to 99,999,999."""
    myriads, rest = divmod(number, 10_000)
    if not myriads:
        return _below_10_000(number, is_tail=False)
    words = [*(["两"] if myriads == 2 else _below_10_000(myriads, is_tail=False)), "万"]
    if rest and rest < 1000:
        words.append("零")
    return words + (_below_10_000(rest, is_tail=True) if rest else [])


def _below_10_000(number: int, is_tail: bool) -> list[str]:
    thousands, hundreds, rest = number // 1000, number // 100 % 10, number % 100
    words = [_thousands(thousands)] if thousands else []
    if hundreds:
        words.append(_hundreds(hundreds))
    is_tail = is_tail or bool(words)
    if words and rest and (rest < 10 or not hundreds):
        words.append("零")
    if rest or not is_tail:
        words.append(_below_100(rest, is_tail))
    return words


def _below_100(number: int, is_tail: bool = False) -> str:
    """In a longer number 十 is 一十: 110 is 一百一十."""
    tens, ones = divmod(number, 10)
    if not tens:
        return _DIGITS[ones]
    lead = _DIGITS[tens] if tens > 1 or is_tail else ""
    return f"{lead}十{_DIGITS[ones] if ones else ''}"


def _hundreds(digit: int) -> str:
    return f"{'两' if digit == 2 else _DIGITS[digit]}百"


def _thousands(digit: int) -> str:
    return f"{'两' if digit == 2 else _DIGITS[digit]}千"


def _money(cents: int) -> list[str]:
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    words = [*_count(yuan), "元"] if yuan or not (jiao or fen) else []
    if jiao:
        words.append(f"{_DIGITS[jiao]}角")
    if fen:
        words += ["零"] if words and not jiao else []
        words.append(f"{_DIGITS[fen]}分")
    return words


def _spoken_groups(groups: list[str]) -> list[str]:
    words: list[str] = []
    for group in groups:
        words += [PAUSE] if words else []
        words += [_CODE_DIGITS[int(digit)] for digit in group]
    return words


def _key(key: str) -> list[str]:
    return [_KEYS.get(key) or _DIGITS[int(key)]]


# ---- days and times ----


def _spoken_day(day: Day) -> list[str]:
    value: date = day.value
    words = []
    if day.days_ahead is not None and 0 <= day.days_ahead < len(_NEAR_DAYS):
        words.append(_NEAR_DAYS[day.days_ahead])
    if day.is_in_another_year:
        words += [*(_DIGITS[int(digit)] for digit in str(value.year)), "年"]
    return [*words, _month(value.month), _day_of_month(value.day), f"星期{_WEEKDAYS[value.weekday()]}"]


def _month(month: int) -> str:
    return f"{_below_100(month)}月"


def _day_of_month(day: int) -> str:
    return f"{_below_100(day)}号"


def _hour(hour: int) -> str:
    half_day = next(word for until, word in _HALF_DAYS if hour < until)
    on_dial = hour if hour <= 12 else hour - 12
    return f"{half_day}{'两' if on_dial == 2 else _below_100(on_dial)}点"


def _minute(minute: int) -> str:
    if minute == 30:
        return "半"
    return f"{'零' if minute < 10 else ''}{_below_100(minute)}分"
