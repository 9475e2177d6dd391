"""What anybody may ask: who is on duty, when people are there, where the clinic is."""

from __future__ import annotations

from datetime import date, timedelta

from firmware.clinic import calendar, schedule
from firmware.clinic.roster import SPECIALIST, Session
from firmware.ivr.steps.memory import number_in
from firmware.ivr.visit import Did, Memory, Step, Visit
from firmware.language.catalogue import Prompt
from firmware.language.values import ClockTime, Day, Value

READ_AT_MOST = 8


def welcome(visit: Visit, memory: Memory) -> Did:
    """The clinic's own words for the greeting."""
    return Did("done", words={"clinic": visit.profile.name})


def address(visit: Visit, memory: Memory) -> Did:
    """Words for where the clinic is."""
    if visit.profile.address is None:
        return Did("unknown")
    return Did("known", words={"address": visit.profile.address}, achieved="information")


def on_duty(visit: Visit, memory: Memory) -> Did:
    """Say who is on duty on a day: today, or `days_ahead`."""
    day = visit.today + timedelta(days=number_in(memory, "days_ahead") or 0)
    sessions = schedule.on_duty(visit.tx, day)
    words: dict[str, Value] = {"day": Day(day, visit.today)}
    if not sessions:
        return Did("nobody", words=words)
    says = [Prompt("duty.day", words), *(_session(each) for each in sessions[:READ_AT_MOST])]
    return Did("read", words=words, says=tuple(says), achieved="information")


def opening(visit: Visit, memory: Memory) -> Did:
    """Say when people can be spoken to today; while nobody can, when next."""
    spans = calendar.spans_on(visit.tx, visit.profile, visit.today)
    spoken = [Prompt("opening.span", {"begins": ClockTime(begins), "ends": ClockTime(ends)}) for begins, ends in spans]
    today = [Prompt("opening.today"), *spoken] if spans else [Prompt("opening.closed", {"day": _today(visit.today)})]
    return Did("read", says=(*today, *([] if visit.is_open else next_spoken(visit))), achieved="information")


def next_opening(visit: Visit, memory: Memory) -> Did:
    """Say that nobody can be spoken to now, and when somebody can be."""
    following = next_spoken(visit)
    return Did("known" if following else "unknown", says=(Prompt("opening.closed_now"), *following))


def next_spoken(visit: Visit) -> list[Prompt]:
    """When people are there next; nothing where that is too far away."""
    opens = calendar.next_opening(visit.tx, visit.profile, visit.now)
    if opens is None:
        return []
    wall = opens.astimezone(visit.profile.zone)
    return [Prompt("opening.next", {"day": Day(wall.date(), visit.today), "begins": ClockTime(wall.time())})]


def _today(day: date) -> Day:
    return Day(day, day)


def _session(session: Session) -> Prompt:
    words: dict[str, Value] = {
        "department": session.department.name,
        "who": session.doctor.name if session.doctor else session.department.name,
        "begins": ClockTime(session.begins),
        "ends": ClockTime(session.ends),
    }
    if session.doctor is None:
        return Prompt("duty.general", words)
    return Prompt("duty.specialist" if session.kind == SPECIALIST else "duty.doctor", words)


STEPS = {
    "welcome": Step(welcome, ("done",), ("clinic",)),
    "address": Step(address, ("known", "unknown"), ("address",)),
    "on-duty": Step(on_duty, ("read", "nobody"), ("day",)),
    "opening": Step(opening, ("read",)),
    "next-opening": Step(next_opening, ("known", "unknown")),
}
