"""A whole wish in one line: department, doctor, day and time as far as they were named."""

from __future__ import annotations

from datetime import date, timedelta

from firmware.clinic import schedule
from firmware.clinic.errors import BeyondHorizon
from firmware.clinic.roster import Session
from firmware.clinic.schedule import Wish
from firmware.ivr.nodes import Plain
from firmware.ivr.steps.memory import number_in, word_in
from firmware.ivr.steps.wishes import wish_of
from firmware.ivr.visit import Did, Item, Memory, Step, Visit
from firmware.language.catalogue import Prompt

WEEK = 7


def find_wish(visit: Visit, memory: Memory) -> Did:
    """How far the named wish leads: to one slot, a day's times, the days, the doctors, or the first question.

    Reads `department`, `doctor`, `day`, `time` ("08:45") and `unknown_doctor` as `text_reading` found them.
    """
    known: dict[str, Plain] = dict(memory)
    doctor = next((each for each in schedule.all_doctors(visit.tx) if each.id == number_in(memory, "doctor")), None)
    if doctor:
        known["department"] = doctor.department_id
    if number_in(known, "department") is None:
        return Did("doctors" if memory.get("unknown_doctor") else "nothing")
    if memory.get("unknown_doctor"):
        return Did("doctors", {"department": known["department"]})
    kinds = sorted({session.kind for session in _sessions(visit, wish_of(visit, {**known, "kind": None}))})
    if len(kinds) != 1 and word_in(known, "kind") not in kinds:
        return Did("kind", {"department": known["department"]})
    known["kind"] = word_in(known, "kind") or kinds[0]
    return _narrow(visit, known)


def doctors(visit: Visit, memory: Memory) -> list[Item | None]:
    """The doctors, of the named department if there is one."""
    named = schedule.all_doctors(visit.tx, number_in(memory, "department"))
    return [Item(each.id, Prompt("item.person", {"name": each.name})) for each in named]


def _narrow(visit: Visit, known: Memory) -> Did:
    kept = {name: known.get(name) for name in ("department", "kind", "doctor")}
    day = word_in(known, "day")
    if day is None:
        return Did("days", kept)
    try:
        free = schedule.free_slots(visit.tx, visit.profile, visit.now, date.fromisoformat(day), wish_of(visit, known))
    except BeyondHorizon:
        free = []
    if not free:
        return Did("none-that-day", {**kept, "day": None})
    time = word_in(known, "time")
    fitting = [slot for slot in free if f"{slot.begins:%H:%M}" == time]
    if fitting:
        return Did("slot", {**kept, "day": day, "slot": fitting[0].id})
    return Did("not-free" if time else "times", {**kept, "day": day})


def _sessions(visit: Visit, wish: Wish) -> list[Session]:
    week = [visit.today + timedelta(days=ahead) for ahead in range(WEEK)]
    return [session for day in week for session in schedule.on_duty(visit.tx, day, wish)]


def accept_doctor(visit: Visit, memory: Memory) -> Did:
    """A doctor was picked from the list instead of the unknown one."""
    return Did("done", {"unknown_doctor": None})


STEPS = {
    "accept-doctor": Step(accept_doctor, ("done",)),
    "find-wish": Step(find_wish, ("nothing", "doctors", "kind", "days", "none-that-day", "times", "not-free", "slot")),
}
LISTS = {"doctors": doctors}
