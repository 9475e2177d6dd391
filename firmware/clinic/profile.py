"""The clinic's own settings, read from its set-up document.

A document gives only what differs from the defaults here. An unknown key is an error with a suggestion, so that a
misspelt rule is never silently another rule.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from firmware.clinic import wordings
from firmware.clinic.current import Current
from firmware.clinic.errors import ProfileError
from firmware.clinic.roster import instant
from firmware.clinic.settings_values import fields, name, one_of, switch, time_of_day, whole
from firmware.clinic.wordings import Wordings
from firmware.language.values import Name
from firmware.storage.documents import SetupDocuments

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Spans = tuple[tuple[time, time], ...]  # hours of one day: from when to when
Hours = tuple[Spans, ...]  # for each weekday, Monday first, the spans in which people are at the desk

RELEASE, CHARGE = "release", "charge"
_CLOSED: Hours = ((),) * 7


@dataclass(frozen=True)
class ClinicProfile:
    """Who the clinic is and which rules it keeps. Durations as the names say, times of day in the clinic's `zone`."""

    name: Name
    sign: Name  # stands before every text: 【湖滨诊所】
    zone: ZoneInfo
    address: Name | None = None
    hours: Hours = _CLOSED  # see `calendar` for days unlike the week
    horizon_days: int = 14  # the last day that can be booked, counted from today
    cancel_days_before: int = 1  # with `cancel_until`: the last moment at which patients cancel themselves
    cancel_until: time = time(17)
    hold_s: int = 180
    dialogue_life_s: int = 1800  # of a text dialogue between two messages
    continue_s: int = 600  # how long a call that ended in the middle can be continued
    pin_tries_a_call: int = 3
    pin_tries_a_day: int = 6
    general_asks_day: bool = False  # False: a general number is for today
    no_show_fee: str = RELEASE  # what becomes of the held fee of a visit that was missed: RELEASE or CHARGE
    text_parts: int = 1  # the most parts that one of the clinic's notices may have
    wordings: Wordings = ()  # the clinic's own wording of its texts to patients

    def last_day(self, now: datetime) -> date:
        """The last day that can be booked."""
        return now.astimezone(self.zone).date() + timedelta(days=self.horizon_days)

    def cut_off(self, day: date) -> datetime:
        """Until when (UTC) a patient can cancel a visit on `day`."""
        return instant(day - timedelta(days=self.cancel_days_before), self.cancel_until, self.zone)

    def is_open(self, now: datetime) -> bool:
        """Whether people are at the desk by the week alone; `calendar.is_open` knows the day and asks the ledger."""
        wall = now.astimezone(self.zone)
        return any(begins <= wall.time() < ends for begins, ends in self.hours[wall.weekday()])


class CurrentProfile(Current[ClinicProfile]):
    """The profile as it stands now; raises what `load_profile` does only if there never was a good profile."""

    def __init__(self, documents: SetupDocuments) -> None:
        super().__init__(documents, load_profile)


def load_profile(documents: SetupDocuments) -> ClinicProfile:
    """The profile from the box's set-up documents; raises `ProfileError`."""
    document = documents.load("clinic")
    if document is None:
        raise ProfileError("clinic: there is no such set-up document yet")
    return read_profile(document)


def read_profile(document: Mapping[str, Any]) -> ClinicProfile:
    """The profile that a set-up document describes; raises `ProfileError` naming the key that is wrong."""
    try:
        values = fields(document, _READERS, needed=("name", "zone"))
    except ValueError as error:
        raise ProfileError(f"clinic: {error}") from error
    values.setdefault("sign", Name(f"【{values['name'].in_language('zh')}】", values["name"].in_language("en")))
    return ClinicProfile(**values)


def _zone(value: Any) -> ZoneInfo:
    try:
        return ZoneInfo(value)
    except (KeyError, ValueError, TypeError, OSError) as error:
        raise ValueError(f"no time zone {value!r}; Asia/Shanghai is one") from error


def _hours(value: Any) -> Hours:
    unknown = set(value) - set(WEEKDAYS)
    if unknown:
        raise ValueError(f"unknown weekday {min(unknown)!r}; weekdays are {', '.join(WEEKDAYS)}")
    return tuple(tuple(_span(span) for span in value.get(weekday, ())) for weekday in WEEKDAYS)


def _span(value: Any) -> tuple[time, time]:
    begins, _, ends = str(value).partition("-")
    span = time_of_day(begins.strip()), time_of_day(ends.strip())
    if span[0] >= span[1]:
        raise ValueError(f"{value!r} ends before it begins")
    return span


_READERS: dict[str, Callable[[Any], Any]] = {
    "name": name,
    "sign": name,
    "zone": _zone,
    "address": name,
    "hours": _hours,
    "horizon_days": whole(0, 90),
    "cancel_days_before": whole(0, 14),
    "cancel_until": time_of_day,
    "hold_s": whole(120, 900),  # less, and a slow caller loses what was promised to be kept
    "dialogue_life_s": whole(120, 86400),
    "continue_s": whole(0, 3600),
    "pin_tries_a_call": whole(1, 10),
    "pin_tries_a_day": whole(1, 100),
    "general_asks_day": switch,
    "no_show_fee": one_of(RELEASE, CHARGE),
    "text_parts": whole(1, 10),
    "wordings": wordings.read,
}

if set(_READERS) != {field.name for field in dataclasses.fields(ClinicProfile)}:
    raise AssertionError("every setting of the profile needs its reader")
