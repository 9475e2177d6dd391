"""From sessions to slots: pure arithmetic on wall time, without a database and without "now".

A day and a time of day are the clinic's wall time. Wall times that the spring clock change skips make no slot; those
that the autumn change repeats make one slot, at their first pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from firmware.language.values import Name

GENERAL = "general"
SPECIALIST = "specialist"


@dataclass(frozen=True)
class Department:
    """A department and its menu key."""

    id: int
    key: int
    name: Name
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Doctor:
    """A doctor as callers hear the name: 王医生, Dr Wang."""

    id: int
    department_id: int
    name: Name
    expert_code: int | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Session:
    """A half-day that comes back every week: of a doctor, or of a department's general numbers (no doctor).

    With `slot_minutes` it is cut into slots by time, else it gives out the queue numbers 1 to `capacity`.
    """

    id: int
    department: Department
    doctor: Doctor | None
    kind: str
    weekday: int
    begins: time
    ends: time
    slot_minutes: int | None
    capacity: int | None
    fee_cents: int

    @property
    def is_by_number(self) -> bool:
        return self.slot_minutes is None


@dataclass(frozen=True)
class Slot:
    """One visit that can be sold once."""

    session: Session
    day: date
    begins: time  # of a number series: when the session begins
    number: int  # the queue number within the session, from 1

    @property
    def id(self) -> str:
        """A short name for a dialogue's saved state; see `schedule.slot`."""
        return f"{self.session.id}/{self.day}/{self.number}"

    @property
    def key(self) -> str:
        """What may be sold only once: the doctor's time, or the number of the series."""
        session = self.session
        if session.is_by_number:
            return f"series/{session.id}/{self.day}/{self.number}"
        owner = f"doctor-{session.doctor.id}" if session.doctor else f"session-{session.id}"
        return f"time/{owner}/{self.day}/{self.begins:%H:%M}"


def slots(session: Session, day: date, zone: ZoneInfo) -> list[Slot]:
    """All slots of the session on `day`, in their order; the caller knows that it takes place."""
    if session.slot_minutes is None:
        return [Slot(session, day, session.begins, number) for number in range(1, (session.capacity or 0) + 1)]
    step = timedelta(minutes=session.slot_minutes)
    begins, end = datetime.combine(day, session.begins), datetime.combine(day, session.ends)
    times = [begins + step * count for count in range((end - begins) // step)]
    return [Slot(session, day, at.time(), n) for n, at in enumerate(times, 1) if wall_time_exists(at, zone)]


def last_moment(slot: Slot, zone: ZoneInfo) -> datetime:
    """Until when the slot can be booked: its beginning; of a number series, the session's end."""
    return instant(slot.day, slot.session.ends if slot.session.is_by_number else slot.begins, zone)


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment (in UTC) at which the clinic's clock shows `at` on `day`, the first one if there are two."""
    return datetime.combine(day, at, zone).astimezone(UTC)


def wall_time_exists(at: datetime, zone: ZoneInfo) -> bool:
    """Whether the clock in `zone` ever shows the naive time `at`."""
    return at.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == at


def wall_day(now: datetime, zone: ZoneInfo) -> date:
    """The calendar day at the clinic."""
    return now.astimezone(zone).date()
