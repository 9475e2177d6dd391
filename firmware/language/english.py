"""English: how values are said, in fragments out of a finite set, and how they are written in a text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

from firmware.language.digits import code_groups, phone_groups
from firmware.language.values import ClockTime, Code, Day, Money, Name, Number, Ordinal, PhoneNumber, Value, Voice

PAUSE = ","

_ONES = (  # noqa: SIM905 - a row of words reads better than a list
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "- - twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()  # noqa: SIM905
_ORDINALS = (  # noqa: SIM905
    "- first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_NEAR_DAYS = ("today", "tomorrow")
_KEYS = {"*": "star", "#": "hash"}


def speak(value: Value) -> list[str]:
    """The fragments to say one after the other."""
    match value:
        case Number(number):
            return _signed(number, _number(abs(number)))
        case Ordinal(number):
            return ["number", *_number(number)]
        case Day():
            return _spoken_day(value)
        case ClockTime(moment):
            return _spoken_time(moment)
        case Money(cents):
            return _signed(cents, _money(abs(cents)))
        case Code(digits):
            return _key(digits) if len(digits) == 1 else _spoken_groups(code_groups(digits))
        case PhoneNumber(digits):
            plus = ["plus"] if digits.startswith("+") else []
            return plus + _spoken_groups(phone_groups(digits.removeprefix("+")))
        case Name():
            return [value.in_language("en")]
        case Voice():
            return value.sentences


def write(value: Value) -> str:
    """The value in a text message: short, in the GSM alphabet (3GPP TS 23.038) but for names."""
    match value:
        case Number(number):
            return str(number)
        case Ordinal(number):
            return f"No. {number}"
        case Day(day):
            year = f" {day.year}" if value.is_in_another_year else ""
            return f"{_WEEKDAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1][:3]}{year}"
        case ClockTime(moment):
            return f"{moment:%H:%M}"
        case Money(cents):
            return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02} yuan"
        case Code(digits) | PhoneNumber(digits):
            return digits
        case Name():
            return value.in_language("en")
        case Voice(text):
            return text


def all_fragments() -> list[str]:
    """Every fragment that a value other than a name can bring, each once."""
    return list(dict.fromkeys(_fragments()))


def _fragments() -> Iterator[str]:
    yield from (_below_100(number) for number in range(100))
    yield from (_hundreds(digit) for digit in range(1, 10))
    yield from ("thousand", "million", "minus", "number", "plus", "yuan", "and", "fen", "oh", "hundred", "two thousand")
    yield from ("a.m.", "p.m.", "noon", "midnight", *_KEYS.values(), *_NEAR_DAYS)
    yield from _WEEKDAYS
    yield from (_day_of_month(day) for day in range(1, 32))
    yield from (f"of {month}" for month in _MONTHS)


# ---- numbers ----


def _signed(number: int, words: list[str]) -> list[str]:
    return ["minus", *words] if number < 0 else words


def _number(number: int) -> list[str]:
    """0 to 99,999,999."""
    millions, thousands, rest = number // 1_000_000, number // 1000 % 1000, number % 1000
    words = [*_below_1000(millions), "million"] if millions else []
    if thousands:
        words += [*_below_1000(thousands), "thousand"]
    if rest or not words:
        words += ["and"] if words and rest < 100 else []
        words += _below_1000(rest)
    return words


def _below_1000(number: int) -> list[str]:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return [_below_100(rest)]
    return [_hundreds(hundreds), *(["and", _below_100(rest)] if rest else [])]


def _below_100(number: int) -> str:
    if number < len(_ONES):
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return f"{_TENS[tens]}-{_ONES[ones]}" if ones else _TENS[tens]


def _hundreds(digit: int) -> str:
    return f"{_ONES[digit]} hundred"


def _money(cents: int) -> list[str]:
    yuan, fen = divmod(cents, 100)
    if not fen:
        return [*_number(yuan), "yuan"]
    if not yuan:
        return [_below_100(fen), "fen"]
    return [*_number(yuan), "yuan", *(["and", _below_100(fen), "fen"] if fen < 10 else [_below_100(fen)])]


def _spoken_groups(groups: list[str]) -> list[str]:
    words: list[str] = []
    for group in groups:
        words += [PAUSE] if words else []
        words += [_ONES[int(digit)] for digit in group]
    return words


def _key(key: str) -> list[str]:
    return [_KEYS.get(key) or _ONES[int(key)]]


# ---- days and times ----


def _spoken_day(day: Day) -> list[str]:
    """Tuesday, the third, of March."""
    value = day.value
    words = []
    if day.days_ahead is not None and 0 <= day.days_ahead < len(_NEAR_DAYS):
        words.append(_NEAR_DAYS[day.days_ahead])
    words += [_WEEKDAYS[value.weekday()], _day_of_month(value.day), f"of {_MONTHS[value.month - 1]}"]
    return words + (_year(value.year) if day.is_in_another_year else [])


def _day_of_month(day: int) -> str:
    if day < len(_ORDINALS):
        return f"the {_ORDINALS[day]}"
    tens, ones = divmod(day, 10)
    return f"the {_TENS[tens]}-{_ORDINALS[ones]}" if ones else "the thirtieth"


def _year(year: int) -> list[str]:
    """In pairs, as people say them: nineteen forty-eight, nineteen oh five; but two thousand and five."""
    century, rest = divmod(year, 100)
    if century == 20 and rest < 10:
        return ["two thousand", *(["and", _below_100(rest)] if rest else [])]
    if not rest:
        return [_below_100(century), "hundred"]
    return [_below_100(century), *(["oh"] if rest < 10 else []), _below_100(rest)]


def _spoken_time(moment: time) -> list[str]:
    """Eight thirty a.m.; twelve noon."""
    hour = _below_100((moment.hour - 1) % 12 + 1)
    if not moment.minute:
        half = {0: "midnight", 12: "noon"}.get(moment.hour, _half_day(moment))
        return [hour, half]
    return [hour, *(["oh"] if moment.minute < 10 else []), _below_100(moment.minute), _half_day(moment)]


def _half_day(moment: time) -> str:
    return "a.m." if moment.hour < 12 else "p.m."
